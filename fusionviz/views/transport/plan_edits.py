"""Two plans side by side, whose pairs can be picked, forced and forbidden."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.views.shared.style import (
    FONT_SIZE,
    SEQUENTIAL,
    carry_bar,
    dress,
    modality_title,
    three_digits,
    write_above,
)
from fusionviz.views.transport.plan_edit_matrix import (
    PlanEditView,
    draw_edit_marks,
    draw_edit_matrix,
)
from fusionviz.views.transport.plan_places import draw_anchor_place, draw_source_place

_BAR = (0.5, 0.66)
"""Where the bar of the colours stands, in parts of the figure's width."""

BELOW = 84
"""Pixels under the panels, for the names of axes and the line of legend and scale."""


def draw_plan_edit(view: PlanEditView, *, height: int = 360) -> go.Figure:
    """Draw the own plan and the changed one, with what is forced and forbidden.

    Invisible markers carry (source, target) over a matrix of up to 4096 pairs, and
    over pictures ("source", place) and ("target", place), for clicks.

    Args:
        view: Which plans, and the pair that is picked.
        height: Pixels.
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
    dress(figure, height=height, top=52)
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
    ends = (
        (left - 0.005, "right", "0"),
        (
            right + 0.005,
            "left",
            f"{beyond}{three_digits(top)} of a source token's mass",
        ),
    )
    for x, anchor, text in ends:
        figure.add_annotation(
            text=text,
            x=x,
            y=0,
            yshift=-BELOW + 2,
            xref="paper",
            yref="paper",
            xanchor=anchor,
            yanchor="bottom",
            showarrow=False,
            font_size=FONT_SIZE,
        )
    bar = {
        "orientation": "h",
        "x": (left + right) / 2,
        "len": right - left,
        "y": 0.018,
        "yref": "container",
        "yanchor": "bottom",
        "xpad": 0,
        "ypad": 0,
        "thickness": 12,
        "outlinewidth": 0,
        "tickvals": [],
    }
    figure.add_trace(carry_bar(bar, low=0, high=top, colours=SEQUENTIAL), row=1, col=1)
