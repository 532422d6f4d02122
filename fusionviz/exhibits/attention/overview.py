"""All heads at once: what each reads, how much, how evenly and how far."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.attention.heads_text import CLOSED
from fusionviz.analysis.attention.one_head import find_token
from fusionviz.analysis.attention.overview import (
    SORTS,
    Overview,
    Sort,
    measure_overview,
)
from fusionviz.analysis.shared.attention.mango import ATTENTION_KINDS
from fusionviz.analysis.shared.placeholder import ANY
from fusionviz.data.grid import Grid
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.exhibits.shared.head_words import APPLIED, FORMULA
from fusionviz.views.attention.head_scatter import (
    describe_head_scatter,
    draw_head_scatter,
)
from fusionviz.views.attention.overview import (
    describe_overview,
    draw_no_head,
    draw_overview,
    head_title,
    head_words,
)
from fusionviz.views.attention.thumbnails import Shown, Thumbnails, make_thumbnails
from fusionviz.views.shared.style import three_digits


@dataclass(frozen=True, kw_only=True)
class HeadsControls(Controls):
    """Which heads are shown, and which is framed.

    Attributes:
        kinds: Of layers, among `mmca`, `imca` and `lica`; all where there is none.
        block: One block from 1; 0 for all.
        open_only: Leave out heads whose gate is nearer to 0 than 0.02.
        layer: Index in the flow of the head to frame; -1 for the strongest one.
        head: From 0, likewise.
    """

    kinds: tuple[str, ...] = ()
    block: int = 0
    open_only: bool = False
    layer: int = ANY
    head: int = ANY

    def __post_init__(self) -> None:
        """Refuse unknown kinds and negative blocks."""
        unknown = set(self.kinds) - set(ATTENTION_KINDS)
        if unknown:
            raise ValueError(f"kinds are of {ATTENTION_KINDS}, got {sorted(unknown)}")
        if self.block < 0:
            raise ValueError(f"block is 0 or one from 1, got {self.block}")

    def select(self, overview: Overview, sort: Sort = "flow") -> NDArray[np.int64]:
        """Return the places of the heads that are shown, in order."""
        return overview.select(
            sort=sort, kinds=self.kinds, block=self.block, open_only=self.open_only
        )

    def picked(self, overview: Overview) -> int | None:
        """Return the place of the head to frame."""
        if ANY in (self.layer, self.head):
            return overview.strongest
        return overview.place(self.layer, self.head)


@dataclass(frozen=True, kw_only=True)
class OverviewControls(HeadsControls):
    """What thumbnails show, and in which order.

    Attributes:
        show: `matrix`, S itself, or `patch`, where one patch reads.
        sort: `flow`, `strength`, `gate`, `entropy` or `distance`.
        query: Joint token of the patch; -1 for an RGB patch in the upper middle.
    """

    show: Shown = "matrix"
    sort: Sort = "flow"
    query: int = ANY

    def __post_init__(self) -> None:
        """Refuse what there is not."""
        super().__post_init__()
        if self.show not in ("matrix", "patch"):
            raise ValueError(f"show is matrix or patch, got {self.show!r}")
        if self.sort not in SORTS:
            raise ValueError(f"sort is one of {SORTS}, got {self.sort!r}")


def make_overview(request: Request[OverviewControls]) -> Exhibit:
    """Return all heads as thumbnails."""
    asked, overview = request.controls, measure_overview(request.subject)
    places = asked.select(overview, asked.sort)
    token = find_token(request.subject, asked.query)
    if len(places):
        thumbnails = make_thumbnails(overview, places, show=asked.show, token=token)
        grouped, picked = asked.sort == "flow", asked.picked(overview)
        draw: Callable[[], go.Figure] = partial(
            draw_overview, overview, thumbnails, grouped=grouped, picked=picked
        )
        patch = _patch(token, request.subject.grid)
        caption = f"{_shown(thumbnails, patch)} {_heads(overview, places)}"
        arrays = {"thumbnails": thumbnails.values}
    else:
        draw, caption, arrays = draw_no_head, _heads(overview, places), {}
    return Exhibit(
        draw=draw,
        alt=describe_overview(overview, places),
        caption=caption,
        formula=FORMULA + APPLIED[overview.layers[0].form],
        numbers=_numbers(overview, places),
        arrays=arrays,
        table=_table(overview, places),
    )


def make_gates(request: Request[HeadsControls]) -> Exhibit:
    """Return all heads as points: gate and entropy."""
    asked, overview = request.controls, measure_overview(request.subject)
    places = asked.select(overview)
    return Exhibit(
        draw=lambda: draw_head_scatter(overview, places, picked=asked.picked(overview)),
        alt=describe_head_scatter(overview, places),
        caption=(
            "Each point is a head. The gate says how much of what a head reads is "
            "added (positive) or taken away (negative); entropy, over the largest "
            "possible, says how evenly it reads: 0 is one token, 1 all that the mask "
            "leaves open. Heads that matter most to the picture are far from the "
            f"middle and low. {_heads(overview, places)}"
        ),
        numbers=_numbers(overview, places),
        table=_table(overview, places),
    )


def _open(overview: Overview) -> int:
    return int((overview.size >= CLOSED).sum())


def _numbers(
    overview: Overview, places: NDArray[np.int64]
) -> dict[str, float | int | str]:
    return {"heads": len(overview), "shown": len(places), "open": _open(overview)}


def _patch(token: int, grid: Grid) -> str:
    """Return the row and column of a joint token in words."""
    second, place = divmod(token, grid.places)
    modality = "depth" if second else "RGB"
    return f"{modality}, {grid.name(place)}"


def _shown(thumbnails: Thumbnails, patch: str) -> str:
    """Return in words what a thumbnail is."""
    gate = "has the colour of the head's gate: red takes away, blue adds, faint does"
    if thumbnails.show == "matrix":
        step = thumbnails.step
        pooled = f" (a pixel is the mean of {step}×{step} entries)" if step > 1 else ""
        what = (
            f"Each small picture is the matrix S of one head{pooled}: row i, from the "
            "top, reads the columns j ≥ i. The triangle that the mask closes "
        )
    else:
        what = (
            f"Each small picture shows where one patch ({patch}) reads in one head: "
            "RGB above depth, a pixel a token, blank where the mask is closed. The "
            "strip below "
        )
    return (
        f"{what}{gate} little. All share one scale, which ends at "
        f"{three_digits(thumbnails.most)}: 95 % of all weights lie below."
    )


def _heads(overview: Overview, places: NDArray[np.int64]) -> str:
    """Return in words how open and how even the heads are, with their numbers."""
    strongest = overview.strongest
    text = f"Of {len(overview)} heads {len(places)} are shown. "
    if overview.gate is not None:
        text += (
            f"{_open(overview)} are open, |g| ≥ {CLOSED:g}; "
            f"{int((overview.gate <= -CLOSED).sum())} of them take away. "
            "The strongest, by |g| × (1 − relative entropy), is "
        )
    else:
        text += "This form has no gates. The head of the lowest entropy is "
    return (
        f"{text}**{head_title(overview, strongest)}**: "
        f"{head_words(overview, strongest)}."
    )


def _table(
    overview: Overview, places: NDArray[np.int64]
) -> dict[str, list[object] | NDArray]:
    layers = [overview.layer_at(place) for place in places.tolist()]
    table: dict[str, list[object] | NDArray] = {
        "layer": [layer.layer.name for layer in layers],
        "index": [layer.layer.index for layer in layers],
        "kind": [layer.layer.kind for layer in layers],
        "head": overview.number[places],
    }
    if overview.gate is not None:
        table["gate"] = overview.gate[places]
    return table | {
        "relative_entropy": overview.entropy[places],
        "distance_patches": overview.distance[places],
        "strength": overview.strength[places],
    }


OVERVIEW = ExhibitKind(
    name="attention-overview",
    title="All heads",
    controls=OverviewControls,
    make=make_overview,
    height=483,
)

GATES = ExhibitKind(
    name="attention-gates",
    title="Gate and entropy of all heads",
    controls=HeadsControls,
    make=make_gates,
)
