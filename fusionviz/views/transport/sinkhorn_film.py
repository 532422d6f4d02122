"""Plain Sinkhorn step by step: the plan after each half step, to run through."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.shared.subjects.tokens import AlignmentCase
from fusionviz.analysis.transport.plain_sinkhorn import PlainSinkhorn
from fusionviz.analysis.transport.plan_cells import PlanCells, cells_of
from fusionviz.analysis.transport.solvers import TOLERANCE
from fusionviz.views.shared.player import ROOM, add_player, line_at
from fusionviz.views.shared.style import (
    FONT_SIZE,
    dress,
    three_digits,
    write_above,
)
from fusionviz.views.transport.convergence import LEVEL, PLAIN, POWERS, floored
from fusionviz.views.transport.epsilon_sweep import SINKHORN
from fusionviz.views.transport.plan_panel import (
    PlanPanel,
    are_named,
    mass_scale,
    round_high,
)

LARGEST_SIDE = 128
"""Cells a side of the plans: there is one for each step."""

MOST_SHARES = 3.0
"""End of the marginals' scales in even shares: the kernel's own may lie far beyond."""

ERRORS, COSTS = 3, 4
"""Numbers of the axes of the charts beside the plan."""

KINDS = ("columns scaled", "rows scaled")
"""What even and odd half steps have done."""


def draw_film(case: AlignmentCase, plain: PlainSinkhorn) -> go.Figure:
    """Draw a step of plain Sinkhorn, with a slider that runs through all of them.

    On the left the plan with its marginals, on the right the marginal error and the
    cost of all steps; a line follows the slider.

    Args:
        case: What is solved.
        plain: The steps.
    """
    steps = [cells_of(case, plan, LARGEST_SIDE) for plan in plain.plans]
    high = round_high(steps[-1].mass)
    panel = _panel(case)
    hover = panel.hover(steps[0], with_mass=False)
    figure = go.Figure(hover, panel.axes(steps[0]))
    figure.add_trace(mass_scale(high).bar(x=0.51, y=0.43, length=0.62))
    _draw_charts(figure, plain)
    still = len(figure.data)
    figure.add_traces(_moving(panel, steps[0], plain, 0))
    # A frame has to name a trace of each panel: of one without, all are taken away.
    frames = [
        go.Frame(
            data=_moving(panel, cells, plain, frame),
            traces=list(range(still, len(figure.data))),
            layout={"images": [panel.picture(cells, high)]},
        )
        for frame, cells in enumerate(steps)
    ]
    figure.update_layout(
        images=[panel.picture(steps[0], high)], shapes=panel.even_lines()
    )
    dress(figure, top=56)
    labels = [str(step) for step in plain.half_steps]
    add_player(figure, frames, labels, prefix="half step ", milliseconds=600)
    _make_room(figure, 70 if are_named(steps[0]) else 28)
    return _say_pooled(figure, steps[0])


def _panel(case: AlignmentCase) -> PlanPanel:
    return PlanPanel(
        number=0,
        left=0.0,
        right=0.5,
        source=case.source.name,
        target=case.target.name,
        received=MOST_SHARES,
        sent=MOST_SHARES,
    )


def describe_film(case: AlignmentCase, plain: PlainSinkhorn) -> str:
    """Return in words what `draw_film` shows."""
    first, last = (float(plain.errors[end]) for end in (0, -1))
    return (
        f"The plan from {case.source.name} to {case.target.name} after "
        f"{len(plain.half_steps)} of {len(plain.errors) - 1} half steps of plain "
        f"Sinkhorn at ε = {plain.epsilon:g}; the marginal error goes from "
        f"{three_digits(first)} to {three_digits(last)}."
    )


def _moving(
    panel: PlanPanel, cells: PlanCells, plain: PlainSinkhorn, frame: int
) -> list[go.Scatter]:
    """Return what changes from step to step, but for the picture of the plan."""
    errors = _errors(plain)
    lines = [
        _line_at(frame, floored(errors), ERRORS, log=True),
        _line_at(frame, plain.costs, COSTS, log=False),
    ]
    nothing = go.Scatter(x=[None], y=[None], showlegend=False)  # on the picture's axes
    areas = panel.edges(cells, named=False)
    return [nothing, *areas, _words(plain, frame), *lines]


def _errors(plain: PlainSinkhorn) -> NDArray[np.float64]:
    """Return the marginal errors of the steps whose plans were kept."""
    return plain.errors[plain.half_steps]


def _words(plain: PlainSinkhorn, frame: int) -> go.Scatter:
    """Return the line above the plan: what was done, and what came of it."""
    step = int(plain.half_steps[frame])
    done = KINDS[step % 2] if step else "the kernel exp(−C/ε), of mass 1"
    error = three_digits(float(_errors(plain)[frame]))
    cost = three_digits(float(plain.costs[frame]))
    return go.Scatter(
        x=[-0.5],
        y=[MOST_SHARES],
        yaxis="y2",
        text=[f"<b>{done}</b><br>marginal error {error} · cost {cost}"],
        mode="text",
        textposition="top right",
        textfont={"size": FONT_SIZE},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )


def _draw_charts(figure: go.Figure, plain: PlainSinkhorn) -> None:
    """Draw the error and the cost of all steps, one above the other."""
    errors, steps = floored(_errors(plain)), plain.half_steps
    places = np.arange(len(steps))
    tolerance = np.full(len(steps), TOLERANCE)
    for axes, values, colour in (
        (ERRORS, errors, PLAIN),
        (ERRORS, tolerance, LEVEL),
        (COSTS, plain.costs, SINKHORN),
    ):
        is_level = colour == LEVEL
        figure.add_trace(
            go.Scatter(
                x=places,
                y=values,
                text=[f"half step {step}" for step in steps],
                mode="lines" if is_level else "lines+markers",
                line={
                    "color": colour,
                    "width": 2 if is_level else 3,
                    "dash": "dash" if is_level else "solid",
                },
                hovertemplate="tolerance %{y:.0e}<extra></extra>"
                if is_level
                else "%{text}: %{y:.3g}<extra></extra>",
                xaxis=f"x{axes}",
                yaxis=f"y{axes}",
            )
        )
    _place_charts(figure, steps)


def _place_charts(figure: go.Figure, steps: NDArray[np.int64]) -> None:
    shown = np.arange(0, len(steps), max(1, len(steps) // 7))
    across = {
        "domain": [0.7, 1.0],
        "tickvals": shown.tolist(),
        "ticktext": [str(steps[place]) for place in shown],
        "range": [-0.5, max(len(steps) - 0.5, 1)],
        "zeroline": False,
    }
    upright: dict[str, Any] = {"zeroline": False, "nticks": 5}
    figure.update_layout(
        {
            f"xaxis{ERRORS}": {
                **across,
                "anchor": f"y{ERRORS}",
                "showticklabels": False,
            },
            f"xaxis{COSTS}": {**across, "anchor": f"y{COSTS}", "title": "half steps"},
            f"yaxis{ERRORS}": {
                **upright,
                **POWERS,
                "domain": [0.58, 1.0],
                "anchor": f"x{ERRORS}",
            },
            f"yaxis{COSTS}": {**upright, "domain": [0, 0.42], "anchor": f"x{COSTS}"},
        }
    )
    for title, y in (
        ("<b>marginal error</b>, of mass 1", 1.0),
        ("<b>cost</b>, 0 to 2", 0.42),
    ):
        write_above(figure, title, x=0.85, y=y, shift=4)


def _line_at(
    frame: int, values: NDArray[np.floating], axes: int, *, log: bool
) -> go.Scatter:
    """Return the upright line at a step, over the whole height of a chart."""
    low, high = float(values.min()), float(values.max())
    if low == high:
        low, high = (low / 2, high * 2) if log else (low - 0.1, high + 0.1)
    return line_at(frame, (low, high), axes=axes)


def _make_room(figure: go.Figure, pixels: int) -> None:
    """Lower the player so that names under the plan stand above it."""
    for control in (*figure.layout.sliders, *figure.layout.updatemenus):
        control.pad.t += pixels
    figure.update_layout(
        showlegend=False, margin={"l": 52, "r": 12, "b": ROOM + pixels}
    )


def _say_pooled(figure: go.Figure, cells: PlanCells) -> go.Figure:
    if cells.is_pooled:
        down, across = cells.tokens
        write_above(
            figure,
            f"{down} × {across} tokens<br>a cell",
            x=0.51,
            y=1,
            shift=4,
            anchor="left",
        )
    return figure
