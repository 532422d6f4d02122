"""A row of the scan's hidden attention, and the same row of the whole block."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fusionviz.analysis.shared.attention.block_row import BlockRow, Weights
from fusionviz.analysis.shared.attention.stack import largest_keys
from fusionviz.views.shared.bars import add_scale_bar, carry_bar
from fusionviz.views.shared.stacks.bars import SHOWN_KEYS, draw_key_bars, finish
from fusionviz.views.shared.stacks.grids import (
    GridPanel,
    draw_grid,
    modality_colours,
)
from fusionviz.views.shared.stacks.view import short
from fusionviz.views.shared.style import SEQUENTIAL, legend_square, three_digits

GAP = 0.035
"""Between the three readings, in parts of the figure's width."""


def readings(row: BlockRow) -> dict[str, Weights]:
    """Return what is shown side by side, by its name."""
    return {
        "scan": row.scan,
        "values": row.values,
        "whole block": row.whole,
    }


def draw_block_row(row: BlockRow) -> go.Figure:
    """Draw the scan's weights, the Jacobian through values, and the whole one.

    Each is in parts of its own largest: they have no common unit. Tokens that fill a
    grid are shown on their pictures, others as bars, the same in all three.

    Args:
        row: What to draw.
    """
    stack = row.stack
    grids = [one for one in stack.keys.modalities if stack.keys.is_on_grid(one)][:2]
    each = max(len(grids), 1)
    figure = make_subplots(rows=1, cols=3 * each)
    for place, (name, weights) in enumerate(readings(row).items()):
        columns = range(place * each + 1, (place + 1) * each + 1)
        left = _place(figure, place, columns, has_names=not grids)
        parts = weights / max(float(np.nanmax(weights)), 1e-30)
        for column, modality in zip(columns, grids, strict=False):
            panel = GridPanel.of(stack, modality, parts.astype(np.float32), row.query)
            draw_grid(figure, panel, (0.0, 1.0, SEQUENTIAL), column=column)
        if not grids:
            _draw_bars(figure, row, parts, columns[0], is_first=place == 0)
        _title(figure, name, weights, left)
    if grids:
        figure.update_yaxes(constraintoward="top")  # under their titles
        ends = ("0", "1: the largest of each, no unit")
        bar = add_scale_bar(figure, ends, middle=0.5, length=0.3)
        figure.add_trace(
            carry_bar(bar, low=0, high=1, colours=SEQUENTIAL), row=1, col=1
        )
    else:
        for name, colour in modality_colours(stack).items():
            figure.add_trace(legend_square(short(name), colour), row=1, col=1)
    return finish(figure, top=96 if grids else 56)


def describe_block_row(row: BlockRow) -> str:
    """Return in words what `draw_block_row` shows."""
    names = row.stack.keys.names
    tops = [
        f"{name} at {names[int(largest_keys(weights.astype(np.float32), 1)[0])]}"
        for name, weights in readings(row).items()
    ]
    return (
        f"Row {row.query} ({row.stack.queries.names[row.query]}) of "
        f"{row.stack.layers[row.layer]}, {row.stack.heads[row.head]}: largest of the "
        f"{', of '.join(tops)}.{_say_agreement(row)}"
    )


def _say_agreement(row: BlockRow) -> str:
    """Return the correlations with the whole block in words, where there are any."""
    known = {"scan": row.agreement(row.scan), "values": row.agreement(row.values)}
    said = [f"{name} {three_digits(x)}" for name, x in known.items() if np.isfinite(x)]
    return f" Correlation with the whole block: {', '.join(said)}." if said else ""


def _place(figure: go.Figure, place: int, columns: range, *, has_names: bool) -> float:
    """Set where a reading's panels stand; return their left edge."""
    names = 0.12 if has_names else 0.0  # of the keys, left of the first bars
    width = (1 - names - 2 * GAP) / 3
    left = names + place * (width + GAP)
    share = width / len(columns)
    for number, column in enumerate(columns):
        ends = left + number * share, left + (number + 0.94) * share
        figure.update_xaxes(
            domain=[max(ends[0], 0), min(ends[1], 1)], row=1, col=column
        )
    return left


def _title(figure: go.Figure, name: str, weights: Weights, left: float) -> None:
    about = {
        "scan": "|M|, its matrix alone",
        "values": "with convolution and gate",
        "whole block": "‖∂ output / ∂ token‖",
    }[name]
    has_places = any(True for _ in figure.select_traces(selector={"type": "image"}))
    most = three_digits(float(np.nanmax(weights)))
    figure.add_annotation(
        text=f"<b>{name}</b>, up to {most}<br>{about}",
        x=left,
        y=1.0,
        yshift=44 if has_places else 4,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="bottom",
        align="left",
        showarrow=False,
    )


def _draw_bars(
    figure: go.Figure, row: BlockRow, parts: Weights, column: int, *, is_first: bool
) -> None:
    """Draw the keys that the whole block owes most to, in parts of the largest."""
    shown = largest_keys(row.whole.astype(np.float32), SHOWN_KEYS)[::-1]
    hover = "%{x:.3f} of the largest"
    draw_key_bars(
        figure, row.stack, shown, parts, column=column, hover=hover, letters=16
    )
    figure.update_yaxes(showticklabels=is_first, row=1, col=column)
    title = {"text": "in parts of the largest, no unit", "standoff": 4}
    figure.update_xaxes(range=[0, 1.02], nticks=4, title=title, row=1, col=column)
