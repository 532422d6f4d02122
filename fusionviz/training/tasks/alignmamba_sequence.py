"""Train AlignMamba on sequences: a number or a class of the whole, or of each step."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, get_args

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy, softplus

from fusionviz.data.sequences.samples import SequenceSample, pad
from fusionviz.errors import InputError
from fusionviz.models.alignmamba import (
    AlignMambaInputs,
    AlignMambaTrace,
    sequence_inputs,
)
from fusionviz.training.contrast import transport_contrast
from fusionviz.training.metrics.alignment import (
    correspondence_measurements,
    distance_measurements,
    find_correspondence,
)
from fusionviz.training.metrics.intervals import UNLABELLED, Measurement
from fusionviz.training.metrics.sequence import (
    Rows,
    score_measurements,
    score_rows,
)
from fusionviz.training.task import Task
from fusionviz.training.thinning import Rates, check_rates, thin

Distance = Literal["absolute", "squared"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SequenceBatch:
    """Samples as a model reads them, and what is true of them.

    Attributes:
        inputs: Of the model.
        target: True numbers, NaN where unknown.
        label: True classes, of the same shape; -1 where unknown.
    """

    inputs: AlignMambaInputs
    target: Float[Tensor, "batch ..."]
    label: Int[Tensor, "batch ..."]

    def to(self, device: torch.device) -> "SequenceBatch":
        """Return the batch on a device."""
        return SequenceBatch(
            inputs=self.inputs.to(device),
            target=self.target.to(device),
            label=self.label.to(device),
        )


class AlignMambaSequenceTask(Task):
    """Regression or classification, and the alignment loss.

        loss = L_task + λ L_align + c L_contrast,   λ = `align_weight` of the config
        L_task = |said - target| + s · log(1 + exp(-± said))   of a regression
               = cross-entropy                                 of classes

    (Li et al. 2025, eq. 11; the sign's term and the contrast are ours). ± is the sign
    of the target, of which 0 counts as positive: it teaches the decision that accuracy
    asks for. Losses are means over what is known, of whole samples or of steps. The
    contrast, a mean over sources, is that of `fusionviz.training.contrast`.

    Args:
        missing: Probability of each modality of a training sample to go missing.
        whole: Share of the training samples that lose none.
        token_dropout: Share of the tokens that go, of all modalities or by name. Where
            the model says something of each step, a step goes with all that it has.
        feature_dropout: Share of the features that become 0, likewise.
        swapped: Share of the tokens that get the features of others, likewise (see
            `fusionviz.training.thinning.swap_tokens`).
        distance: How far a number is from the true one: `absolute` or `squared`.
        sign: s, the weight of the sign's term.
        contrast: c, the weight of the contrast between samples' transport costs.
        smoothing: Share of the truth that is spread over all classes.
        distances: Samples that the A-distance is measured on, 0 for none.

    Raises:
        ValueError: A share is none, or there is no such distance.
    """

    evaluation_batch: ClassVar[int] = 32

    def __init__(
        self,
        *,
        missing: float = 0.0,
        whole: float = 0.0,
        token_dropout: Rates = 0.0,
        feature_dropout: Rates = 0.0,
        swapped: Rates = 0.0,
        distance: Distance = "absolute",
        sign: float = 0.0,
        contrast: float = 0.0,
        smoothing: float = 0.0,
        distances: int = 48,
    ) -> None:
        check_rates("missing", missing)
        check_rates("token_dropout", token_dropout)
        check_rates("feature_dropout", feature_dropout)
        check_rates("swapped", swapped)
        if not 0 <= whole <= 1:
            raise ValueError(f"whole is a share from 0 to 1, got {whole}")
        if distance not in get_args(Distance):
            raise ValueError(f"distance is {get_args(Distance)}, got {distance!r}")
        if min(sign, contrast, smoothing, distances) < 0:
            raise ValueError(
                "sign, contrast, smoothing and distances are not negative, got "
                f"{sign}, {contrast}, {smoothing} and {distances}"
            )
        self.thinning: dict[str, Any] = {
            "missing": missing,
            "whole": whole,
            "token_dropout": token_dropout,
            "feature_dropout": feature_dropout,
            "swapped": swapped,
        }
        self.distance, self.sign, self.smoothing = distance, sign, smoothing
        self.contrast, self.distances = contrast, distances

    def prepare(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[SequenceSample],
        augment: np.random.Generator | None = None,
    ) -> SequenceBatch:
        """Return the samples as a padded batch.

        Raises:
            InputError: Targets are of samples where the model predicts steps, or
                the other way round, or a sample has nothing that the model reads.
        """
        config = model.config
        for one in samples:
            if not set(one.names) & set(config.names):
                raise InputError(
                    f"{one.id or 'a sample'} has {', '.join(one.names)}, and the model "
                    f"reads {', '.join(config.names)}"
                )
        truth = pad(samples, ())
        if (max(truth.target.ndim, truth.label.ndim) == 2) != config.per_step:
            of = "each step" if config.per_step else "the whole sample"
            raise InputError(f"the model says something of {of}, the targets do not")
        return SequenceBatch(
            inputs=sequence_inputs(samples, config),
            target=torch.from_numpy(truth.target),
            label=torch.from_numpy(truth.label),
        )

    def initialise(self, model: Any, batch: SequenceBatch) -> None:  # noqa: ANN401
        """Take the statistics of the features that the model standardises."""
        for name, x in batch.inputs.inputs.items():
            scale = model.encoders[name].scale
            if scale is not None and batch.inputs.mask is not None:
                scale.fit(x[batch.inputs.mask[name]])

    def loss(
        self,
        model: Any,  # noqa: ANN401
        batch: SequenceBatch,
        generator: torch.Generator,
    ) -> dict[str, Tensor]:
        """Return L_task by its parts, L_align, the contrast, and their weighted sum."""
        config = model.config
        inputs = thin(
            batch.inputs, generator, **self.thinning, together=config.per_step
        )
        output = model(inputs)
        if config.per_step and inputs.mask is not None:
            batch = _without(batch, inputs.mask[config.anchor])
        if config.head == "regression":
            terms = self._regression_terms(output.logits[:, 0], batch)
            loss = terms["error"] + self.sign * terms.get("sign", 0.0)
        else:
            terms = {"class": self._class_loss(output.logits, batch.label)}
            loss = terms["class"]
        terms["align"] = output.align_loss.mean()
        loss = loss + config.align_weight * terms["align"]
        if self.contrast:
            anchor = output.tokens[config.anchor]
            terms["contrast"] = _mean(
                torch.stack(
                    [
                        transport_contrast(output.tokens[name], anchor)
                        for name in config.sources
                    ]
                )
            )
            loss = loss + self.contrast * terms["contrast"]
        return {"loss": loss, **terms}

    @property
    def together(self) -> int:
        """Those that the A-distance is measured on."""
        return self.distances

    def evaluate(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[SequenceSample],
        device: torch.device,
    ) -> dict[str, Measurement]:
        """Return scores, the alignment loss and score, and the A-distances."""
        is_regression = model.config.head == "regression"
        rows: list[Rows] = []
        align_loss: list[float] = []
        found: list[dict[str, float]] = []
        traces: list[AlignMambaTrace] = []
        for chunk, batch in self.batches(model, samples, device):
            trace = model.trace(batch.inputs)
            align_loss += trace.align_loss.tolist()
            for index, one in enumerate(chunk):
                rows.append(
                    score_rows(
                        trace.logits[index],
                        batch.target[index].cpu().numpy(),
                        batch.label[index].cpu().numpy(),
                        is_regression=is_regression,
                    )
                )
                found.append(find_correspondence(trace, index, one))
            if sum(len(kept.align_loss) for kept in traces) < self.distances:
                traces.append(trace)
        return {
            **score_measurements(
                rows,
                classes=2 if is_regression else model.config.outputs,
                is_regression=is_regression,
            ),
            "align_loss": Measurement(values=np.array(align_loss)),
            **correspondence_measurements(found),
            **distance_measurements(traces, self.distances),
        }

    def _regression_terms(
        self, said: Float[Tensor, "batch ..."], batch: SequenceBatch
    ) -> dict[str, Tensor]:
        known = ~batch.target.isnan()
        off = said[known] - batch.target[known]
        terms = {"error": _mean(off.abs() if self.distance == "absolute" else off**2)}
        if self.sign:
            by_target = torch.where(known, (batch.target >= 0).long(), UNLABELLED)
            label = torch.where(batch.label >= 0, batch.label, by_target)
            signed = label != UNLABELLED
            terms["sign"] = _mean(softplus(-(2 * label[signed] - 1) * said[signed]))
        return terms

    def _class_loss(self, logits: Tensor, label: Tensor) -> Tensor:
        total = cross_entropy(
            logits,
            label,
            ignore_index=UNLABELLED,
            reduction="sum",
            label_smoothing=self.smoothing,
        )
        return total / (label != UNLABELLED).sum().clamp_min(1)


def _without(batch: SequenceBatch, there: Bool[Tensor, "batch step"]) -> SequenceBatch:
    """Return a batch that knows nothing of the steps that were taken away."""
    return replace(
        batch,
        target=batch.target.masked_fill(~there, torch.nan),
        label=batch.label.masked_fill(~there, UNLABELLED),
    )


def _mean(values: Tensor) -> Tensor:
    """Return the mean, 0 where there is nothing."""
    return values.sum() / max(values.numel(), 1)
