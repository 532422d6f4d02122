"""Does a head matter? The model with some heads changed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fusionviz.analysis.attention.interventions import (
    CHANGES,
    LARGEST_GATE,
    Change,
    InterventionEffect,
    head_names,
    measure_intervention,
    widest_open,
)
from fusionviz.analysis.shared.placeholder import ANY
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.attention.interventions import (
    describe_intervention,
    draw_intervention,
    root_mean_square,
)
from fusionviz.views.shared.style import three_digits


@dataclass(frozen=True, kw_only=True)
class InterventionControls(Controls):
    """Which heads are changed, and how.

    Attributes:
        heads: (index of the layer in the flow, head from 0) of each; (-1, -1) is the
            head of the largest |gate|.
        change: `gate` sets their gates, `even` makes them attend evenly.
        gate: What gates are set to, -0.99..0.99.
    """

    heads: tuple[tuple[int, int], ...] = ((ANY, ANY),)
    change: Change = "gate"
    gate: float = 0.0

    def __post_init__(self) -> None:
        if self.change not in CHANGES:
            raise ValueError(f"change is gate or even, got {self.change!r}")
        if not abs(self.gate) <= LARGEST_GATE:
            raise ValueError(
                f"gate is -{LARGEST_GATE} to {LARGEST_GATE}, got {self.gate}"
            )
        if not all(len(one) == 2 for one in self.heads):
            raise ValueError(f"heads are pairs (layer, head), got {self.heads}")


def make_intervention(request: Request[InterventionControls]) -> Exhibit:
    """Return what changes when some heads are changed."""
    controls = request.controls
    try:
        effect = measure_intervention(
            request.subject,
            _chosen(request.subject, controls.heads),
            change=controls.change,
            gate=controls.gate,
        )
    except ValueError as error:
        raise InputError(str(error)) from error
    numbers = _numbers(effect)
    changes = {
        "rgb_change_of_255": effect.rgb_change,
        "depth_change_m": effect.depth_change_m,
    }
    return Exhibit(
        draw=lambda: draw_intervention(effect),
        alt=describe_intervention(effect),
        caption=_explain_intervention(effect, controls),
        formula=(
            r"z' = G_{\text{changed}}(x),\qquad \text{pictures: } "
            r"D\big(G^{-1}(z')\big) - D(x)"
        ),
        numbers=numbers,
        arrays={
            "labels_learned": effect.learned.labels,
            "labels_changed": effect.changed.labels,
            **{name: one for name, one in changes.items() if one is not None},
        },
        table={"measure": list(numbers), "value": list(numbers.values())},
    )


def _chosen(
    subject: MangoSubject, heads: Sequence[tuple[int, int]]
) -> Sequence[tuple[int, int]]:
    names = head_names(subject.model)
    if (ANY, ANY) not in heads or not names:
        return heads
    widest = widest_open(names)
    return [one for one in heads if one != (ANY, ANY)] + [(widest.layer, widest.head)]


def _numbers(effect: InterventionEffect) -> dict[str, float | int]:
    measured = {
        "bits_per_dim_learned": effect.bits_learned,
        "bits_per_dim_changed": effect.bits_changed,
        "relabelled_share": effect.relabelled,
        "miou_learned": effect.learned.mean_iou,
        "miou_changed": effect.changed.mean_iou,
        "rgb_change_rms_of_255": root_mean_square(effect.rgb_change),
        "depth_change_rms_m": root_mean_square(effect.depth_change_m),
    }
    return {"heads_changed": len(effect.heads)} | {
        name: value
        for name, value in measured.items()
        if value is not None and math.isfinite(value)
    }


def _explain_intervention(
    effect: InterventionEffect, controls: InterventionControls
) -> str:
    whose = "Its gate is" if len(effect.heads) == 1 else "Their gates are"
    done = {
        "gate": f"{whose} set to {three_digits(controls.gate)}",
        "even": "What the mask lets a row read is read evenly",
    }[controls.change]
    parts = [
        f"{_names(effect)} {done}; everything else stays as it was learned. The pair's "
        "latents z' and its likelihood are computed with the change: lower bits per "
        "dimension mean that the model expects the pair more.",
        "**Labels** are those of the unchanged head on z'; strong where they differ "
        "from the labels of the unchanged model, faint where they stay.",
        "**RGB and depth** show what the change is worth in pixels: z' is taken back "
        "through the flow *without* the change and decoded; drawn is that less what "
        "the codec makes of the pair's own tokens, RGB as the mean of its three "
        "colours. Each map has its own scale, even around 0.",
    ]
    if effect.rewritten is None:
        parts.append("The latents z' overflow, so that they cannot be taken back.")
    if effect.missing is not None:
        parts.append(f"The pair's {effect.missing} is the model's guess.")
    return "\n\n".join(parts)


def _names(effect: InterventionEffect) -> str:
    if not effect.heads:
        return "No head is chosen."
    gates = [
        one.title + ("" if one.gate is None else f" (learned gate {one.gate:+.3f})")
        for one in effect.heads[:4]
    ]
    more = len(effect.heads) - len(gates)
    return f"Changed: {'; '.join(gates)}{f' and {more} more' if more else ''}."


INTERVENTION = ExhibitKind(
    name="attention-intervention",
    title="What changes without a head",
    controls=InterventionControls,
    make=make_intervention,
)
