"""What a MANGO says of a sample when some of its attention heads are changed."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.analysis.shared.attention.mango import attention_layers
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.segmentation import (
    Segmentation,
    class_names_of,
    segmentation_of,
)
from fusionviz.analysis.shared.subjects.mango import MangoSubject, decode
from fusionviz.models.mango import Mango
from fusionviz.models.mango.flow import Intervention
from fusionviz.models.mango.joint import log_prior, to_bits_per_dim
from fusionviz.models.mango.layers.attention import InvertibleCrossAttention
from fusionviz.models.mango.layers.invertible import HeadIntervention
from fusionviz.models.mango.layers.partition import Tokens
from fusionviz.models.modalities import DEPTH_RANGE_M

Change = Literal["gate", "even"]
"""What is done to a head: its gate is set, or it attends evenly to all it may read."""

CHANGES: tuple[Change, ...] = ("gate", "even")

LARGEST_GATE = 0.99
"""Of the gates that can be set: at -1 a layer could not be undone, log 0 nats."""


@dataclass(frozen=True, kw_only=True)
class HeadName:
    """One head of one attention layer.

    Attributes:
        layer: Index in the flow.
        head: From 0.
        kind: `mmca`, `imca` or `lica`.
        title: Layer and head in words.
        gate: What its gate has learned; None in forms without.
    """

    layer: int
    head: int
    kind: str
    title: str
    gate: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class InterventionEffect:
    """A sample read twice: as the model learned to, and with some heads changed.

    Attributes:
        heads: Those that were changed.
        bits_learned: Bits per dimension without the change.
        bits_changed: The same with it; infinite where the latents overflow.
        learned: Segmentation from the latents without the change.
        changed: Segmentation from the latents with it.
        decoded: Pictures that the codec makes of the sample's own tokens.
        rewritten: Pictures of G⁻¹(z'), where z' are the latents that were made with
            the change and G is the flow without it; None where z' cannot be undone.
        pictures: What the model read.
        missing: The modality whose tokens are the model's guess, or None.
    """

    heads: tuple[HeadName, ...]
    bits_learned: float
    bits_changed: float
    learned: Segmentation
    changed: Segmentation
    decoded: Pictures
    rewritten: Pictures | None
    pictures: Pictures
    missing: str | None

    @property
    def bits_added(self) -> float:
        """How many bits per dimension the change costs."""
        return self.bits_changed - self.bits_learned

    @property
    def relabelled(self) -> float:
        """Share of the pixels whose class is another one with the change."""
        return float((self.learned.labels != self.changed.labels).mean())

    @property
    def rgb_change(self) -> NDArray[np.float32] | None:
        """Change of the decoded colours, mean of all three, -255..255."""
        if self.rewritten is None:
            return None
        change = _floats(self.rewritten.rgb) - _floats(self.decoded.rgb)
        return change.mean(axis=-1)

    @property
    def depth_change_m(self) -> NDArray[np.float32] | None:
        """Change of the decoded depth in metres, within the range that models read."""
        if self.rewritten is None:
            return None
        rewritten, decoded = (
            _floats(one.depth_m).clip(0, DEPTH_RANGE_M)
            for one in (self.rewritten, self.decoded)
        )
        return rewritten - decoded


def head_names(model: Mango) -> tuple[HeadName, ...]:
    """Return all attention heads of a model, in the order of the flow."""
    names = []
    for layer in attention_layers(model):
        attention = cast(InvertibleCrossAttention, model.flow.layers[layer.index])
        gate = attention.gate
        gates = [None] * attention.heads if gate is None else gate.tolist()
        names += [
            HeadName(
                layer=layer.index,
                head=head,
                kind=layer.kind,
                title=f"{layer.name}, head {head + 1}",
                gate=one,
            )
            for head, one in enumerate(gates)
        ]
    return tuple(names)


def widest_open(names: Sequence[HeadName]) -> HeadName:
    """Return the head of the largest |gate|; the first one in forms without.

    Args:
        names: At least one.
    """
    return max(names, key=lambda one: abs(one.gate or 0.0))


def intervention_on(
    model: Mango, heads: Iterable[tuple[int, int]], *, change: Change, gate: float = 0.0
) -> Intervention:
    """Return the intervention with which `flow.forward` changes some heads alike.

    Args:
        model: A MANGO.
        heads: (index of the layer, head from 0) of each.
        change: `gate` sets their gates, `even` makes them read evenly.
        gate: What gates are set to, -LARGEST_GATE..LARGEST_GATE.

    Raises:
        ValueError: There is no such head or change, the gate is out of range, or the
            model has no gates.
    """
    if change not in CHANGES:
        raise ValueError(f"change is gate or even, got {change!r}")
    if not abs(gate) <= LARGEST_GATE:
        raise ValueError(f"gate is -{LARGEST_GATE} to {LARGEST_GATE}, got {gate}")
    if change == "gate" and model.config.form != "gated":
        raise ValueError(
            f"heads of the form {model.config.form!r} have no gates: choose even"
        )
    known = {(one.layer, one.head) for one in head_names(model)}
    chosen: dict[int, list[int]] = {}
    for layer, head in heads:
        if (layer, head) not in known:
            raise ValueError(f"there is no head {head + 1} in layer {layer}")
        chosen.setdefault(layer, []).append(head)
    return {
        layer: change_heads(model.config.heads, some, change=change, gate=gate)
        for layer, some in chosen.items()
    }


def change_heads(
    count: int, heads: list[int], *, change: Change, gate: float = 0.0
) -> HeadIntervention:
    """Return a change of some of a layer's `count` heads."""
    if change == "even":
        even = torch.zeros(count, dtype=torch.bool)
        even[heads] = True
        return HeadIntervention(uniform=even)
    gates = torch.full((count,), torch.nan)
    gates[heads] = gate
    return HeadIntervention(gate=gates)


def measure_intervention(
    subject: MangoSubject,
    heads: Iterable[tuple[int, int]],
    *,
    change: Change = "gate",
    gate: float = 0.0,
) -> InterventionEffect:
    """Return what changes when some heads are changed.

    Args:
        subject: A sample as a model reads it.
        heads: (index of the layer, head from 0) of each.
        change: See `intervention_on`.
        gate: See `intervention_on`.

    Raises:
        ValueError: See `intervention_on`.
    """
    model, wanted = subject.model, set(heads)
    intervention = intervention_on(model, wanted, change=change, gate=gate)
    with torch.inference_mode():
        z, log_det = model.flow(subject.x, intervention)
        return InterventionEffect(
            heads=tuple(
                one for one in head_names(model) if (one.layer, one.head) in wanted
            ),
            bits_learned=bits_of(subject.z, torch.tensor([subject.log_det])),
            bits_changed=bits_of(z, log_det),
            learned=_segmentation(subject, subject.z),
            changed=_segmentation(subject, z),
            decoded=subject.decoded,
            rewritten=_rewritten(model, z),
            pictures=subject.pictures,
            missing=subject.missing,
        )


def bits_of(z: Tokens, log_det: torch.Tensor) -> float:
    """Return bits per dimension of the first sample, in double precision.

    Infinite where latents overflow: what cannot be computed is not expected at all.
    """
    latents = z[:1].double()
    likelihood = log_prior(latents) + log_det[:1].to(latents)
    bits = float(to_bits_per_dim(likelihood, latents)[0])
    return math.inf if math.isnan(bits) else bits


def _segmentation(subject: MangoSubject, z: Tokens) -> Segmentation:
    model = subject.model
    # Latents that overflow leave the head nothing to tell classes by.
    logits = model.segment(z).nan_to_num()
    return segmentation_of(
        logits, subject.sample, model.config.image_size, class_names_of(model)
    )


def _rewritten(model: Mango, z: Tokens) -> Pictures | None:
    x = model.flow.inverse(z)
    return decode(model, x) if bool(x.isfinite().all()) else None


def _floats(picture: NDArray[Any] | None) -> NDArray[np.float32]:
    if picture is None:
        raise ValueError("the codec writes both modalities")
    return picture.astype(np.float32)
