"""Two plans side by side, whose pairs can be picked, forced and forbidden."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.shared.attention.stack import pool
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.transport.plan_edits import Pair
from fusionviz.analysis.transport.plan_effects import PlanEffect, SourceEffect
from fusionviz.data.grid import Grid
from fusionviz.views.shared.bars import carry_bar, level_bar, write_end
from fusionviz.views.shared.stacks.view import short
from fusionviz.views.shared.style import (
    MARK,
    SEQUENTIAL,
    dress,
    modality_title,
    three_digits,
    write_above,
)
from fusionviz.views.shared.targets import click_targets
from fusionviz.views.shared.token_maps import TokenPlaces, draw_ground

_BAR = (0.5, 0.66)
"""Where the bar of the colours stands, in parts of the figure's width."""

BELOW = 84
"""Pixels under the panels, for the names of axes and the line of legend and scale."""

MOST_TARGETS = 4096
"""Pairs that can be clicked: each is an element of the page."""

LABELLED = 12
"""Tokens a side that are named along a matrix."""

SEEN = {"marker": {"opacity": 1}}

FORCED, FORBIDDEN, PICKED = "star", "x", "square-open"
"""Marks of edits and of the pair that is picked."""

TARGETS_PIXELS = 190
"""About what a picture's unseen markers measure together."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanEditView:
    """A pair of tokens under the own plan and under another.

    Attributes:
        effect: Of the plan under edits.
        pair: The source and the target token that are picked.
        pictures: What the tokens of `rgb` and `depth` are places of, or None.
    """

    effect: PlanEffect
    pair: Pair
    pictures: Pictures | None = None

    @property
    def source(self) -> SourceEffect:
        """The source whose plan is edited."""
        return self.effect.sources[self.effect.edited]

    @property
    def shares(self) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """Each plan's mass in source tokens, (source, target): a row sums to 1."""
        count = len(self.source.own)
        return count * self.source.own.astype(np.float64), count * self.source.plan

    @property
    def on_pictures(self) -> bool:
        """Whether both sides are places of pictures."""
        case = self.source.case
        shown = {"rgb", "depth"}
        return self.pictures is not None and {case.source.name, case.target.name} <= (
            shown
        )


def draw_plan_edit(view: PlanEditView) -> go.Figure:
    """Draw the own plan and the changed one, with what is forced and forbidden.

    Invisible markers carry (source, target) over a matrix of up to 4096 pairs, and
    over pictures ("source", place) and ("target", place), for clicks.

    Args:
        view: Which plans, and the pair that is picked.
    """
    first = 3 if view.on_pictures else 1
    domains = _domains(4 if view.on_pictures else 2)
    figure = make_subplots(rows=1, cols=len(domains))
    for column, domain in enumerate(domains, start=1):
        figure.update_xaxes(domain=domain, row=1, col=column)
    if view.on_pictures and view.pictures is not None:
        draw_source_place(figure, view.source, view.pair[0], view.pictures)
        draw_anchor_place(figure, view.source, view.pair, view.pictures)
    names = ("Own plan", view.effect.title)
    top = _top(view)
    for column, (share, name) in enumerate(
        zip(view.shares, names, strict=True), start=first
    ):
        steps = draw_edit_matrix(figure, view, share, top, column)
        draw_edit_marks(figure, view, steps, column)
        write_above(
            figure,
            f"<b>{name}</b><br>{_note(view, share, steps)}",
            x=domains[column - 1][0],
            y=1.0,
            shift=4,
            anchor="left",
        )
    _name_axes(figure, view, first)
    _add_bar(figure, view, top)
    dress(figure, top=52)
    legend = {"orientation": "h", "x": 0, "y": 0, "yanchor": "bottom"}
    legend |= {"yref": "container", "itemclick": False, "itemdoubleclick": False}
    return figure.update_layout(legend=legend, margin={"b": BELOW, "l": 8})


def describe_plan_edit(view: PlanEditView) -> str:
    """Return in words what `draw_plan_edit` shows."""
    case, edits = view.source.case, view.effect.edits
    own, changed = (float(share[view.pair]) for share in view.shares)
    return (
        f"The plan from {case.source.name} to {case.target.name}, the model's own and "
        f"{view.effect.title}; forced pairs: {len(edits.forced)}, forbidden: "
        f"{len(edits.forbidden)}. Of {case.source.labels[view.pair[0]]}, "
        f"{case.target.labels[view.pair[1]]} gets {own:.0%} under the own plan and "
        f"{changed:.0%} under the other."
    )


def _domains(count: int) -> list[tuple[float, float]]:
    if count == 2:
        return [(0.06, 0.49), (0.57, 1.0)]
    return [(0.0, 0.215), (0.235, 0.45), (0.515, 0.73), (0.785, 1.0)]


def _top(view: PlanEditView) -> float:
    """Return where the colours end: at the smaller of the plans' largest shares."""
    return max(min(float(share.max()) for share in view.shares), 1e-6)


def _note(
    view: PlanEditView, share: NDArray[np.floating], steps: tuple[int, int]
) -> str:
    if steps != (1, 1):
        return f"a cell is the mean of {steps[0]} × {steps[1]}"
    return f"the picked pair: {share[view.pair]:.1%}"


def _name_axes(figure: go.Figure, view: PlanEditView, first: int) -> None:
    case = view.source.case
    sides = [modality_title(side.name) for side in (case.source, case.target)]
    for column in (first, first + 1):
        figure.update_xaxes(
            title={"text": f"to {sides[1]}", "standoff": 4}, row=1, col=column
        )
    figure.update_yaxes(
        title={"text": f"from {sides[0]}", "standoff": 4}, row=1, col=first
    )


def _add_bar(figure: go.Figure, view: PlanEditView, top: float) -> None:
    """Draw the colours' bar on the line of the legend, a number at each end."""
    over = max(float(share.max()) for share in view.shares) > 1.001 * top
    beyond = "≥ " if over else ""
    left, right = _BAR
    most = f"{beyond}{three_digits(top)} of a source token's mass"
    for x, side, text in ((left - 0.005, "right", "0"), (right + 0.005, "left", most)):
        write_end(figure, text, x=x, side=side, shift=-BELOW + 2, edge="bottom")
    bar = level_bar(
        middle=(left + right) / 2,
        length=right - left,
        y=0.018,
        anchor="bottom",
        yref="container",
        padding=0,
    )
    figure.add_trace(carry_bar(bar, low=0, high=top, colours=SEQUENTIAL), row=1, col=1)


def draw_edit_matrix(
    figure: go.Figure,
    view: PlanEditView,
    share: NDArray[np.floating],
    top: float,
    column: int,
) -> tuple[int, int]:
    """Draw a plan, rows the sources; return how many tokens a cell holds."""
    cells, steps = pool(share.astype(np.float32))
    figure.add_trace(
        go.Heatmap(
            z=cells,
            zmin=0,
            zmax=top,
            colorscale=SEQUENTIAL,
            showscale=False,
            hovertemplate="%{y} → %{x}: %{z:.3g} of it<extra></extra>",
        ),
        row=1,
        col=column,
    )
    _frame_matrix(figure, view, cells.shape, steps, column)
    if share.size <= MOST_TARGETS and steps == (1, 1):
        _add_pair_targets(figure, view, share, column)
    return steps


def _frame_matrix(
    figure: go.Figure,
    view: PlanEditView,
    shape: tuple[int, ...],
    steps: tuple[int, int],
    column: int,
) -> None:
    """Set the matrix's axes: rows down, named where few, as tall as the pictures."""
    case = view.source.case
    for axis, side, step in (
        (figure.update_yaxes, case.source, steps[0]),
        (figure.update_xaxes, case.target, steps[1]),
    ):
        # Names of ticks are those of the hover, also where no tick is shown.
        labels = side.labels[::step]
        axis(
            tickvals=list(range(len(labels))),
            ticktext=[
                short(label, 10 if len(side) <= LABELLED else 30) for label in labels
            ],
            showticklabels=len(side) <= LABELLED,
            ticks="",
            showgrid=False,
            zeroline=False,
            row=1,
            col=column,
        )
    figure.update_xaxes(range=[-0.5, shape[1] - 0.5], row=1, col=column)
    figure.update_yaxes(range=[shape[0] - 0.5, -0.5], row=1, col=column)
    if view.on_pictures:
        name = next(figure.select_xaxes(row=1, col=column)).plotly_name
        figure.update_xaxes(constrain="domain", row=1, col=column)
        figure.update_yaxes(
            scaleanchor=name.replace("axis", ""), constrain="domain", row=1, col=column
        )


def _add_pair_targets(
    figure: go.Figure, view: PlanEditView, share: NDArray[np.floating], column: int
) -> None:
    """Lay unseen markers over the pairs, to click and to hover."""
    case = view.source.case
    rows, columns = np.divmod(np.arange(share.size), share.shape[1])
    targets = click_targets(
        columns,
        rows,
        data=np.stack([rows, columns], axis=1).tolist(),
        texts=[
            f"{short(case.source.labels[i], 30)} → "
            f"{short(case.target.labels[j], 30)}<br>{share[i, j]:.1%} of its "
            f"mass, cost {case.cost[i, j]:.3g}"
            for i, j in zip(rows, columns, strict=True)
        ],
        size=260 / max(share.shape),
        action="click to pick the pair",
    )
    figure.add_trace(targets, row=1, col=column)


def draw_edit_marks(
    figure: go.Figure, view: PlanEditView, steps: tuple[int, int], column: int
) -> None:
    """Mark the pair that is picked and the edits, each kind by a shape of its own."""
    edits = view.effect.edits
    kinds = (
        ("picked pair", PICKED, (view.pair,)),
        ("forced", FORCED, edits.forced),
        ("forbidden", FORBIDDEN, edits.forbidden),
    )
    for name, symbol, pairs in kinds:
        look: dict[str, Any] = {"symbol": symbol, "size": 12}
        if symbol == PICKED:
            look["line"] = {"width": 2.5}
        x, y = ([pair[side] // steps[side] for pair in pairs] for side in (1, 0))
        marks = _mark(x, y, look)
        marks.update(name=name, showlegend=column in (2, 4) and bool(pairs))
        figure.add_trace(marks, row=1, col=column)


def draw_source_place(
    figure: go.Figure, source: SourceEffect, token: int, pictures: Pictures
) -> None:
    """Draw the source's picture in the first panel, with its picked token framed."""
    side = source.case.source
    draw_ground(figure, pictures, side.name, 1)
    places = TokenPlaces(width=pictures.width, grid=side.grid or Grid(1, len(side)))
    _frame_token(figure, places, token, column=1)
    _add_place_targets(figure, places, side.labels, "source", column=1)
    _title_place(figure, side.name, "sends: click a place", column=1)


def draw_anchor_place(
    figure: go.Figure, source: SourceEffect, pair: Pair, pictures: Pictures
) -> None:
    """Draw the anchor's picture in the second panel, and where the token is sent.

    A ring marks where the own plan sends most of it, a diamond where the other does.
    """
    side = source.case.target
    draw_ground(figure, pictures, side.name, 2)
    places = TokenPlaces(width=pictures.width, grid=side.grid or Grid(1, len(side)))
    _frame_token(figure, places, pair[1], column=2)
    for plan, look in (
        (source.plan, {"symbol": "diamond", "size": 7, "line": {"width": 0}}),
        (source.own, {"symbol": "circle-open", "size": 13, "line": {"width": 2}}),
    ):
        x, y = places.centres(np.array([int(plan[pair[0]].argmax())]))
        figure.add_trace(_mark(x, y, look), row=1, col=2)
    _add_place_targets(figure, places, side.labels, "target", column=2)
    _title_place(figure, side.name, "gets: ○ own, ◆ changed", column=2)


def _mark(
    x: NDArray | list[int], y: NDArray | list[int], look: dict[str, Any]
) -> go.Scatter:
    """Return marks that stay as they are when something is selected."""
    return go.Scatter(
        x=x,
        y=y,
        mode="markers",
        marker={"color": MARK, **look},
        hoverinfo="skip",
        showlegend=False,
        selected=SEEN,
        unselected=SEEN,
    )


def _frame_token(
    figure: go.Figure, places: TokenPlaces, token: int, *, column: int
) -> None:
    x, y = places.outline(token)
    line = {"color": MARK, "width": 3}
    figure.add_trace(
        go.Scatter(
            x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False
        ),
        row=1,
        col=column,
    )


def _add_place_targets(
    figure: go.Figure,
    places: TokenPlaces,
    labels: Sequence[str],
    role: str,
    *,
    column: int,
) -> None:
    """Lay unseen markers over a picture's places, to click and to hover."""
    x, y = places.centres(np.arange(len(labels)))
    targets = click_targets(
        x,
        y,
        data=[[role, place] for place in range(len(labels))],
        texts=list(labels),
        size=TARGETS_PIXELS / places.grid.columns,
        action="click to pick it",
    )
    figure.add_trace(targets, row=1, col=column)


def _title_place(figure: go.Figure, name: str, role: str, *, column: int) -> None:
    left = next(figure.select_xaxes(row=1, col=column)).domain[0]
    text = f"{modality_title(name)}<br>{role}"
    write_above(figure, text, x=left, y=1.0, shift=4, anchor="left")
