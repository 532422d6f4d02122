"""Does a head matter? The model with heads changed, and all heads by their effect."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.head_effects import HeadEffects, measure_head_effects
from fusionviz.analysis.interventions import (
    CHANGES,
    LARGEST_GATE,
    Change,
    InterventionEffect,
    head_names,
    measure_intervention,
    widest_open,
)
from fusionviz.analysis.one_head import ANY
from fusionviz.analysis.subject import MangoSubject
from fusionviz.data.rooms import render_room
from fusionviz.data.sets import ROOM_SEEDS
from fusionviz.errors import InputError
from fusionviz.exhibits.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.head_effects import (
    ORDERS,
    Order,
    describe_head_effects,
    draw_head_effects,
)
from fusionviz.views.interventions import (
    describe_intervention,
    draw_intervention,
    root_mean_square,
)
from fusionviz.views.style import three_digits

MOST_ROOMS = 32


@dataclass(frozen=True, kw_only=True)
class InterventionControls(Controls):
    """Which heads to change, and how.

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


@dataclass(frozen=True, kw_only=True)
class RankingControls(Controls):
    """What heads are ranked on, and by.

    Attributes:
        rooms: 0 for the sample itself, else so many rooms that no training has seen.
        change: How a head is switched off: `gate` 0, or `even` attention.
        order: `bits` or `relabelled`.
        shown: How many heads are named.
    """

    rooms: int = 0
    change: Change = "gate"
    order: Order = "bits"
    shown: int = 14

    def __post_init__(self) -> None:
        if not 0 <= self.rooms <= MOST_ROOMS:
            raise ValueError(f"rooms are 0 to {MOST_ROOMS}, got {self.rooms}")
        if self.change not in CHANGES:
            raise ValueError(f"change is gate or even, got {self.change!r}")
        if self.order not in ORDERS:
            raise ValueError(f"order is bits or relabelled, got {self.order!r}")
        if not 1 <= self.shown <= 40:
            raise ValueError(f"shown is 1 to 40, got {self.shown}")


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
        figure=draw_intervention(effect),
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


def make_ranking(request: Request[RankingControls]) -> Exhibit:
    """Return all heads by what switching each of them off does."""
    return exhibit_ranking(measure_ranking(request), request.controls)


def measure_ranking(request: Request[RankingControls]) -> HeadEffects:
    """Return the effects that a ranking shows: the long part of it."""
    subject, controls = request.subject, request.controls
    subjects = [subject]
    if controls.rooms:
        seeds = ROOM_SEEDS["test"][: controls.rooms]
        subjects = [MangoSubject(subject.model, render_room(seed)) for seed in seeds]
    try:
        return measure_head_effects(subjects, change=controls.change, tell=request.tell)
    except ValueError as error:
        raise InputError(str(error)) from error


def exhibit_ranking(effects: HeadEffects, controls: RankingControls) -> Exhibit:
    """Return effects that have been measured as an exhibit.

    Raises:
        InputError: The work was stopped before anything was measured.
    """
    if not effects.measured:
        raise InputError("It was stopped before a head was measured: start it again.")
    return Exhibit(
        figure=draw_head_effects(effects, order=controls.order, shown=controls.shown),
        alt=describe_head_effects(effects),
        caption=_explain_ranking(effects),
        formula=(
            r"\text{effect of } h = \text{bits}(x; g_h = 0) - \text{bits}(x)"
            if effects.change == "gate"
            else r"\text{effect of } h = \text{bits}(x; S_h \text{ even}) - "
            r"\text{bits}(x)"
        ),
        numbers={
            "heads": effects.measured,
            "samples": effects.samples,
            "bits_per_dim_learned": effects.bits_learned,
            "largest_effect_bits_per_dim": float(effects.bits[effects.ranked()[0]]),
        },
        arrays={
            "added_bits_per_dim": effects.bits,
            "relabelled_share": effects.relabelled,
        },
        table={
            "layer": [one.layer for one in effects.heads],
            "head": [one.head + 1 for one in effects.heads],
            "name": [one.title for one in effects.heads],
            "kind": [one.kind for one in effects.heads],
            "gate": [one.gate for one in effects.heads],
            "added_bits_per_dim": effects.bits,
            "relabelled_share": effects.relabelled,
        },
    )


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


def _explain_ranking(effects: HeadEffects) -> str:
    worse = int((effects.bits > 0).sum())
    helping = np.sort(effects.bits[effects.bits > 0])[::-1]
    share = float(helping[:3].sum() / helping.sum()) if helping.size else 0.0
    off = "gets gate 0" if effects.change == "gate" else "is made to attend evenly"
    text = (
        f"Each head in turn {off}, all others stay. **Right of 0** the pair gets "
        f"less expected without the head; **left of 0** the model would do better "
        f"without it here. Of {effects.measured} heads {worse} help this way; the "
        f"three that help most make up {share:.0%} of all that such heads add. The "
        f"model as it is needs {three_digits(effects.bits_learned)} bits per "
        "dimension. Effects of single heads do not add up: what one head does, "
        "another may do in its place.\n\nPixels relabelled are those whose most "
        "probable class is another one without the head."
    )
    if effects.samples > 1:
        text += f" Figures are means over {effects.samples} rooms."
    if effects.measured < len(effects.heads):
        text += f" Stopped after {effects.measured} of {len(effects.heads)} heads."
    return text


EXHIBITS = (
    ExhibitKind(
        name="attention-intervention",
        title="What changes without a head",
        controls=InterventionControls,
        make=make_intervention,
    ),
    ExhibitKind(
        name="attention-ranking",
        title="Heads by their effect",
        controls=RankingControls,
        make=make_ranking,
        is_long=True,
    ),
)
