"""The plans of three solvers for one case, side by side."""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from fusionviz.analysis.shared.subjects.tokens import AlignmentCase
from fusionviz.analysis.transport.plan_cells import PlanCells, cells_of
from fusionviz.analysis.transport.solvers import SOLVER_TITLES, Solver, SolverAnswer
from fusionviz.views.shared.style import dress, in_percent, three_digits, write_above
from fusionviz.views.transport.plan_panel import (
    PlanPanel,
    are_named,
    mass_scale,
    round_high,
)

LINES = 4
"""Of text above a panel."""

BETWEEN = 0.03
"""Between two panels, in parts of the figure's plot."""

HEADROOM = 1.25
"""Of the marginals' scales over the largest marginal."""


def draw_solvers(
    case: AlignmentCase, answers: Mapping[Solver, SolverAnswer]
) -> go.Figure:
    """Draw each solver's plan with its marginals, all on the same scales.

    Args:
        case: What was solved.
        answers: By solver, Sinkhorn's among them.
    """
    cells = {solver: cells_of(case, one.plan) for solver, one in answers.items()}
    high = round_high(cells["sinkhorn"].mass)
    panels = _panels(case, cells)
    drawn: list[Any] = [mass_scale(high).bar(x=1.0, y=0.43, length=0.62)]
    layout: dict[str, Any] = {"images": [], "shapes": [], "showlegend": False}
    for panel, one in zip(panels, cells.values(), strict=True):
        drawn += [panel.hover(one), *panel.edges(one)]
        layout |= panel.axes(one)
        layout["images"].append(panel.picture(one, high))
        layout["shapes"] += panel.even_lines()
    figure = go.Figure(drawn, layout)
    for panel, solver in zip(panels, cells, strict=True):
        text = "<br>".join(_lines(answers[solver]))
        write_above(figure, text, x=panel.left, y=1, shift=6, anchor="left")
    dress(figure, top=8 + LINES * 22)
    below = 84 if are_named(cells["sinkhorn"]) else 40
    figure.update_layout(margin={"l": 52, "r": 92, "b": below})
    return _say_pooled(figure, cells["sinkhorn"])


def describe_solvers(
    case: AlignmentCase, answers: Mapping[Solver, SolverAnswer]
) -> str:
    """Return in words what `draw_solvers` shows."""
    parts = [
        f"{SOLVER_TITLES[solver]} costs {three_digits(one.cost)} with a marginal error "
        f"of {three_digits(one.marginal_error)}"
        for solver, one in answers.items()
    ]
    return (
        f"Plans from {len(case.source)} {case.source.name} tokens to "
        f"{len(case.target)} {case.target.name} tokens: {', '.join(parts)}."
    )


def count_empty(answer: SolverAnswer) -> int:
    """Return how many targets receive nothing to speak of: 1 % of an even share."""
    return int((answer.received * len(answer.received) < 0.01).sum())


def _panels(case: AlignmentCase, cells: Mapping[Solver, PlanCells]) -> list[PlanPanel]:
    """Return a row of panels whose marginals share their scales."""
    most = [
        HEADROOM * max(float(side.max()) for side in sides)
        for sides in (
            [one.received for one in cells.values()],
            [one.sent for one in cells.values()],
        )
    ]
    width = (1 - BETWEEN * (len(cells) - 1)) / len(cells)
    return [
        PlanPanel(
            number=number,
            left=number * (width + BETWEEN),
            right=number * (width + BETWEEN) + width,
            source=case.source.name,
            target=case.target.name,
            received=max(most[0], HEADROOM),
            sent=max(most[1], HEADROOM),
        )
        for number in range(len(cells))
    ]


def _lines(answer: SolverAnswer) -> list[str]:
    """Return what is said above a plan, in `LINES` lines."""
    title = f"<b>{SOLVER_TITLES[answer.solver]}</b>"
    if answer.epsilon is not None:
        title += f", ε = {answer.epsilon:g}"
    score = "" if answer.score is None else f" · {in_percent(answer.score)} right"
    entropy = three_digits(answer.entropy_bits)
    return [
        title,
        f"cost {three_digits(answer.cost)}{score}",
        f"error {three_digits(answer.marginal_error)} · {entropy} bits",
        _how_it_ended(answer),
    ]


def _how_it_ended(answer: SolverAnswer) -> str:
    if answer.solver == "relaxed":
        empty, targets = count_empty(answer), len(answer.received)
        said = f"; {empty} of {targets} get nothing" if empty else ""
        return f"closed form{said}"
    if answer.solver == "exact":
        return "simplex, optimal" if answer.converged else "simplex, not converged"
    if answer.converged:
        return f"converged in {answer.iterations} iterations"
    return f"<b>not converged</b> in {answer.iterations} iterations"


def _say_pooled(figure: go.Figure, cells: PlanCells) -> go.Figure:
    """Say on the first line, at its right end, that cells hold several tokens."""
    if cells.is_pooled:
        down, across = cells.tokens
        said = f"a cell holds {down} × {across} tokens" + (LINES - 1) * "<br> "
        write_above(figure, said, x=1, y=1, shift=6, anchor="right")
    return figure
