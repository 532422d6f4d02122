"""Train AlignMamba to label every pixel of RGB-D pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool
from torch import Tensor

from fusionviz.data.records import RGBDSample
from fusionviz.models.alignmamba import AlignMambaTrace, rgbd_inputs
from fusionviz.training.metrics.alignment import distance_measurements
from fusionviz.training.metrics.intervals import Measurement
from fusionviz.training.metrics.segmentation import (
    confusion_matrix,
    segmentation_measurements,
)
from fusionviz.training.tasks.shared.rgbd import ImageTask, LabelledBatch, pixel_loss


class AlignMambaDenseTask(ImageTask):
    """Cross-entropy of the labelled pixels, and the alignment loss.

    loss = cross-entropy + λ L_align, λ = `align_weight` of the model's config
    (Li et al. 2025, eq. 11)

    Args:
        missing: Share of training samples that lose one of their modalities, each
            equally often, so that the model knows what to do without it.
        augment: Whether to mirror, crop and relight training samples, or a table of
            how far (see `Variation`).
        smoothing: Share of the truth that is spread over all classes.
        balance: How much rare classes weigh (see `pixel_loss`).
        distances: Samples that the A-distance is measured on, 0 for none.

    Raises:
        ValueError: A share is none, or a number is negative.
    """

    def __init__(
        self,
        *,
        missing: float = 0.0,
        augment: bool | Mapping[str, Any] = False,
        smoothing: float = 0.0,
        balance: float = 0.0,
        distances: int = 0,
    ) -> None:
        if not 0 <= missing <= 1:
            raise ValueError(f"missing is a share from 0 to 1, got {missing}")
        if not 0 <= smoothing < 1 or min(balance, distances) < 0:
            raise ValueError(
                "smoothing is a share below 1, balance and distances are not negative, "
                f"got {smoothing}, {balance} and {distances}"
            )
        self.missing, self.augment = missing, augment
        self.smoothing, self.balance = smoothing, balance
        self.distances = distances

    def loss(
        self,
        model: Any,  # noqa: ANN401
        batch: LabelledBatch,
        generator: torch.Generator,
    ) -> dict[str, Tensor]:
        """Return cross-entropy, L_align, and their weighted sum."""
        inputs = rgbd_inputs(batch.images, model.config.names)
        present = drop_one(inputs.present or {}, self.missing, generator)
        output = model(replace(inputs, present=present))
        terms = {
            "segmentation": pixel_loss(
                output.logits,
                batch.label,
                smoothing=self.smoothing,
                balance=self.balance,
            ),
            "align": output.align_loss.mean(),
        }
        loss = terms["segmentation"] + model.config.align_weight * terms["align"]
        return {"loss": loss, **terms}

    @property
    def together(self) -> int:
        """Those that the A-distance is measured on."""
        return self.distances

    def evaluate(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[RGBDSample],
        device: torch.device,
    ) -> dict[str, Measurement]:
        """Return segmentation metrics, the alignment loss, and A-distances."""
        confusions, align = [], []
        traces: list[AlignMambaTrace] = []
        for _, batch in self.batches(model, samples, device):
            inputs = rgbd_inputs(batch.images, model.config.names)
            if sum(len(one.align_loss) for one in traces) < self.distances:
                traces.append(model.trace(inputs))
            output = model(inputs)
            align.append(output.align_loss)
            found = output.logits.argmax(dim=1).cpu().numpy()
            confusions += [
                confusion_matrix(*pair, model.config.outputs)
                for pair in zip(found, batch.label.cpu().numpy(), strict=True)
            ]
        return {
            **segmentation_measurements(np.stack(confusions)),
            "align_loss": Measurement(values=torch.cat(align).cpu().numpy()),
            **distance_measurements(traces, self.distances),
        }


def drop_one(
    present: Mapping[str, Bool[Tensor, " batch"]],
    share: float,
    generator: torch.Generator,
) -> dict[str, Bool[Tensor, " batch"]]:
    """Return which modalities are left when a share of samples loses one of theirs.

    A sample keeps the last that it has.
    """
    flags = torch.stack(list(present.values()))
    count, size, device = len(flags), flags.shape[1:], flags.device
    chosen = torch.randint(count, size, generator=generator, device=device)
    hit = torch.rand(size, generator=generator, device=device) < share
    names = torch.arange(count, device=device).unsqueeze(1)
    left = flags & ~(hit & (names == chosen))
    left = torch.where(left.any(dim=0), left, flags)
    return dict(zip(present, left, strict=True))
