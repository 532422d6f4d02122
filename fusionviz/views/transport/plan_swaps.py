"""All plans that a model can be given, side by side in numbers."""

from collections.abc import Mapping, Sequence
from html import escape

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fusionviz.analysis.transport.plan_effects import SWAP_NAMES, Swap
from fusionviz.analysis.transport.plan_swaps import Measure
from fusionviz.views.shared.style import (
    FONT_SIZE,
    dress,
    modality_colour,
    three_digits,
    write_above,
)
from fusionviz.views.transport.plan_effects import pattern_of

WHOLE = "#8A8A8A"
"""Of what is of no modality alone."""

_LEFT = 0.115
"""Room for the plans' names, in parts of the figure's width."""


def draw_plan_swaps(
    measures: Sequence[Measure], names: Mapping[Swap, str]
) -> go.Figure:
    """Draw a row a plan and a column a measure: bars with their numbers.

    Args:
        measures: The columns.
        names: What each plan is called.
    """
    figure = make_subplots(rows=1, cols=len(measures), shared_yaxes=True)
    width = (1 - _LEFT) / len(measures)
    sources = dict.fromkeys(
        name for one in measures for by in one.values.values() for name in by if name
    )
    for column, measure in enumerate(measures, start=1):
        left = _LEFT + (column - 1) * width
        figure.update_xaxes(domain=(left, left + 0.9 * width), row=1, col=column)
        _draw_measure(figure, measure, list(names), list(sources), column)
        title = f"<b>{escape(measure.title)}</b><br>{escape(measure.unit)}"
        write_above(figure, title, x=left, y=1.0, shift=4, anchor="left")
    rows = list(names.values())
    figure.update_yaxes(
        range=[len(rows) - 0.5, -0.5], showgrid=False, zeroline=False, col=1
    )
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=[escape(one) for one in rows],
        row=1,
        col=1,
    )
    dress(figure, top=52)
    legend = {"orientation": "h", "x": 1, "xanchor": "right", "y": -0.02}
    legend |= {"yanchor": "top", "itemclick": False, "itemdoubleclick": False}
    return figure.update_layout(
        legend=legend,
        margin_b=36 if len(sources) > 1 else 8,
        bargap=0.22,
        bargroupgap=0.1,
    )


def describe_plan_swaps(measures: Sequence[Measure]) -> str:
    """Return in words what `draw_plan_swaps` shows: the first column."""
    first = measures[0]
    said = ", ".join(
        f"{SWAP_NAMES[swap].lower()} {three_digits(value)}"
        for swap, by in first.values.items()
        for value in by.values()
    )
    columns = ", ".join(one.title for one in measures[1:])
    return f"{first.title} by plan: {said}; beside it {columns}."


def _draw_measure(
    figure: go.Figure,
    measure: Measure,
    swaps: Sequence[Swap],
    sources: Sequence[str],
    column: int,
) -> None:
    """Draw one column: a bar a plan, or one for each source of a plan."""
    numbers = [value for by in measure.values.values() for value in by.values()]
    for name in dict.fromkeys(name for by in measure.values.values() for name in by):
        bars = _bars(measure, swaps, name, sources.index(name) if name else 0)
        named = bool(name) and len(sources) > 1 and _is_first(figure, name)
        figure.add_trace(bars.update(showlegend=named), row=1, col=column)
    figure.update_xaxes(
        range=_reach(measure, numbers),
        showticklabels=False,
        showgrid=False,
        zeroline=measure.limits is not None,
        row=1,
        col=column,
    )


def _bars(measure: Measure, swaps: Sequence[Swap], name: str, place: int) -> go.Bar:
    """Return a source's bars, one a plan; `name` is empty for the whole sample."""
    values = [measure.values.get(swap, {}).get(name) for swap in swaps]
    return go.Bar(
        x=values,
        y=list(range(len(swaps))),
        orientation="h",
        marker={
            "color": modality_colour(name) if name else WHOLE,
            "pattern": pattern_of(place),
        },
        name=escape(name),
        legendgroup=name,
        text=["" if one is None else three_digits(one) for one in values],
        textposition="outside",
        constraintext="none",
        textfont_size=FONT_SIZE - 1,
        cliponaxis=False,
        hovertemplate=f"{escape(name or measure.title)}: %{{text}}<extra></extra>",
    )


def _reach(measure: Measure, numbers: Sequence[float]) -> list[float]:
    """Return the range of a column's bars, with room for their numbers."""
    most = max([abs(one) for one in (*numbers, *(measure.limits or ()))], default=0)
    most = 1.5 * max(most, 1e-9)
    return [0 if measure.limits is None or measure.limits[0] >= 0 else -most, most]


def _is_first(figure: go.Figure, name: str) -> bool:
    return all(trace.legendgroup != name for trace in figure.data)
