"""All heads by what switching each of them off does."""

from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.attention.head_effects import HeadEffects, measure_head_effects
from fusionviz.analysis.attention.interventions import CHANGES, Change
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.rooms import render_room, side_for
from fusionviz.data.sets.splits import ROOM_SEEDS
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.attention.head_effects import (
    ORDERS,
    Order,
    describe_head_effects,
    draw_head_effects,
)
from fusionviz.views.shared.style import three_digits

MOST_ROOMS = 32


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


def make_ranking(request: Request[RankingControls]) -> Exhibit:
    """Return all heads by what switching each of them off does."""
    return exhibit_ranking(measure_ranking(request), request.controls)


def measure_ranking(request: Request[RankingControls]) -> HeadEffects:
    """Return the effects that a ranking shows: the long part of it."""
    subject, controls = request.subject, request.controls
    subjects = [subject]
    if controls.rooms:
        seeds = ROOM_SEEDS["test"][: controls.rooms]
        side = side_for(subject.model.config.image_size)
        rooms = (render_room(seed, (side, side)) for seed in seeds)
        subjects = [MangoSubject(subject.model, room) for room in rooms]
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
        draw=lambda: draw_head_effects(
            effects, order=controls.order, shown=controls.shown
        ),
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


RANKING = ExhibitKind(
    name="attention-ranking",
    title="Heads by their effect",
    controls=RankingControls,
    make=make_ranking,
    is_long=True,
)
