"""A plan that came with a model's arrays, with what its tokens send and receive."""

from typing import Any

import plotly.graph_objects as go

from fusionviz.analysis.transport.own_plan import OwnPlan
from fusionviz.analysis.transport.plan_cells import cells_of
from fusionviz.views.shared.stacks.view import short
from fusionviz.views.shared.style import dress, three_digits, write_above
from fusionviz.views.transport.plan_panel import (
    LONGEST_NAME,
    PlanPanel,
    are_named,
    mass_scale,
    round_high,
)

HEADROOM = 1.25
"""Of the marginals' scales over the largest marginal."""

MOST_ROWS = 32
"""Rows that are named at the left."""


def draw_own_plan(own: OwnPlan) -> go.Figure:
    """Draw a plan with its marginals: rows are sources, columns targets."""
    cells = cells_of(own.case, own.plan)
    high = round_high(cells.mass)
    panel = PlanPanel(
        number=0,
        left=0.0,
        right=1.0,
        source=own.case.source.name,
        target=own.case.target.name,
        received=max(HEADROOM * float(cells.received.max()), HEADROOM),
        sent=max(HEADROOM * float(cells.sent.max()), HEADROOM),
    )
    layout: dict[str, Any] = {"showlegend": False, **panel.axes(cells)}
    layout["images"] = [panel.picture(cells, high)]
    layout["shapes"] = panel.even_lines()
    traces = [
        mass_scale(high).bar(x=1.0, y=0.43, length=0.62),
        panel.hover(cells, with_cost=own.has_cost),
        *panel.edges(cells),
    ]
    figure = go.Figure(traces, layout)
    left = 52
    if len(cells.rows) <= MOST_ROWS and max(map(len, cells.rows)) <= LONGEST_NAME:
        names = [short(name) for name in cells.rows]
        ticks = {"tickvals": list(range(len(names))), "ticktext": names}
        figure.update_layout(yaxis=ticks)  # the picture's alone, not the marginal's
        left = 130
    write_above(figure, _headline(own), x=0, y=1, shift=6, anchor="left")
    if cells.is_pooled:
        down, across = cells.tokens
        said = f"a cell holds {down} × {across} tokens"
        write_above(figure, said, x=1, y=1, shift=6, anchor="right")
    dress(figure, top=34)
    below = 84 if are_named(cells) else 40
    return figure.update_layout(margin={"l": left, "r": 92, "b": below})


def describe_own_plan(own: OwnPlan) -> str:
    """Return in words what `draw_own_plan` shows."""
    case = own.case
    return (
        f"A plan from {len(case.source)} {case.source.name} tokens to "
        f"{len(case.target)} {case.target.name} tokens: {_headline(own)}."
    )


def _headline(own: OwnPlan) -> str:
    cost = own.cost
    parts = [] if cost is None else [f"cost {three_digits(cost)}"]
    return " · ".join(
        [
            *parts,
            f"error {three_digits(own.marginal_error)}",
            f"{three_digits(own.entropy_bits)} bits",
        ]
    )
