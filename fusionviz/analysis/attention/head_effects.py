"""What each head is worth: the model with one head at a time switched off."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.analysis.attention.interventions import (
    Change,
    HeadName,
    bits_of,
    change_heads,
    head_names,
)
from fusionviz.analysis.shared.attention.mango import attention_layers
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.models.mango import Mango
from fusionviz.models.mango.layers.partition import Tokens


@dataclass(frozen=True, kw_only=True, eq=False)
class HeadEffects:
    """The effect of switching each head off, mean over samples.

    Attributes:
        heads: In the order of the flow.
        change: How they were switched off: gate 0, or even attention.
        bits: Bits per dimension without the head less those with it: positive where
            the model gets worse without it, (head,); NaN where not measured.
        relabelled: Share of pixels whose class is another one, (head,), likewise.
        bits_learned: Bits per dimension of the model as it is, mean over samples.
        samples: How many the figures are means over.
    """

    heads: tuple[HeadName, ...]
    change: Change
    bits: NDArray[np.float64]
    relabelled: NDArray[np.float64]
    bits_learned: float
    samples: int

    @property
    def measured(self) -> int:
        """How many heads were measured before the work was stopped."""
        return int(np.isfinite(self.bits).sum())

    def ranked(self, by: str = "bits") -> NDArray[np.int64]:
        """Return the measured heads, the largest effect first, either sign.

        Args:
            by: `bits` or `relabelled`.
        """
        effects = np.abs(self.bits if by == "bits" else self.relabelled)
        order = np.argsort(-effects, kind="stable")
        return order[np.isfinite(effects[order])]


def measure_head_effects(
    subjects: Sequence[MangoSubject],
    *,
    change: Change = "gate",
    tell: Callable[[float, str], bool] = lambda share, doing: True,
) -> HeadEffects:
    """Return what switching each head off does to each of some samples.

    When `tell` ends the work, what is measured by then is returned: the mean over the
    samples that are complete, or what there is of the first one.

    Args:
        subjects: At least one, all of one model.
        change: `gate` sets a head's gate to 0, `even` makes it read evenly.
        tell: Told the share that is done; ends the work by False.

    Raises:
        ValueError: There is no sample, the model has no gates and `change` is `gate`.
    """
    _check(subjects, change)
    complete: list[NDArray[np.float64]] = []
    learned = []
    for number, subject in enumerate(subjects):
        part = _measure(subject, change, _share_of(tell, number, len(subjects)))
        if np.isnan(part).any() and complete:
            break
        complete.append(part)
        learned.append(bits_of(subject.z, torch.tensor([subject.log_det])))
        if np.isnan(part).any():
            break
    bits, relabelled = np.mean(complete, axis=0)
    return HeadEffects(
        heads=head_names(subjects[0].model),
        change=change,
        bits=bits,
        relabelled=relabelled,
        bits_learned=float(np.mean(learned)),
        samples=len(complete),
    )


def _check(subjects: Sequence[MangoSubject], change: Change) -> None:
    if not subjects:
        raise ValueError("the effect of heads needs at least one sample, got none")
    form = subjects[0].model.config.form
    if change == "gate" and form != "gated":
        raise ValueError(f"heads of the form {form!r} have no gates: choose even")


def _share_of(
    tell: Callable[[float, str], bool], number: int, samples: int
) -> Callable[[float], bool]:
    """Return a callback that tells one sample's progress as part of all samples'."""
    doing = "switching heads off" + (
        f", sample {number + 1} of {samples}" if samples > 1 else ""
    )
    return lambda share: tell((number + share) / samples, doing)


def _measure(
    subject: MangoSubject, change: Change, tell: Callable[[float], bool]
) -> NDArray[np.float64]:
    """Return added bits and relabelled share of each head, (2, head)."""
    model = subject.model
    count = len(head_names(model))
    effects = np.full((2, count), np.nan)
    with torch.inference_mode():
        learned = bits_of(subject.z, torch.tensor([subject.log_det]))
        labels = _labels(model, subject.z)
        place = 0
        for z, log_det in _each_off(subject, change):
            if not tell(place / count):
                break
            stop = place + len(z)
            effects[0, place:stop] = [
                bits_of(z[i : i + 1], log_det[i : i + 1]) - learned
                for i in range(len(z))
            ]
            effects[1, place:stop] = (_labels(model, z) != labels).mean(axis=(1, 2))
            place = stop
    return effects


def _each_off(
    subject: MangoSubject, change: Change
) -> Iterator[tuple[Tokens, torch.Tensor]]:
    """Yield, layer by layer, latents and log-determinants with each head switched off.

    What comes before a layer is computed once, and what comes after it for all of its
    heads together: each is a sample of one batch.
    """
    flow, so_far = subject.model.flow, subject.x.new_zeros(1)
    count = subject.model.config.heads
    changes = [change_heads(count, [head], change=change) for head in range(count)]
    layers = {layer.index for layer in attention_layers(subject.model)}
    for step in flow.steps(subject.x):
        if step.index in layers:
            z, log_det = flow.branch(step.index, step.before, changes)
            yield z, so_far + log_det
        so_far = so_far + step.log_det


def _labels(model: Mango, z: Tokens) -> NDArray[np.int64]:
    return model.segment(z).argmax(dim=1).cpu().numpy()
