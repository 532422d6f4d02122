"""The matrix of a head of a stack, with its tokens' modalities along both sides."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.shared.attention.stack import TokenAxis, pool
from fusionviz.views.shared.colours import rgb_of
from fusionviz.views.shared.stacks.grids import modality_colours
from fusionviz.views.shared.stacks.view import Order, StackView, short, write_title
from fusionviz.views.shared.style import frame_row

LABELLED = 16
"""Names along a side of the matrix: there is no room for more."""

MOST_NAMED = 4096
"""Cells whose two tokens are named one by one when hovered."""

STRIP = 0.028
"""Width of the strips of modalities, in parts of the matrix's side."""

LONGEST = 12
"""Letters of a name along the matrix."""


def draw_matrix(figure: go.Figure, view: StackView) -> None:
    """Draw a head's matrix in the first panel, and frame the row that is asked."""
    stack = view.stack
    rows, columns = (_order(axis, view.order) for axis in (stack.queries, stack.keys))
    low, high, colours = view.scale
    cells, steps = pool(view.matrix[np.ix_(rows, columns)])
    figure.add_trace(
        go.Heatmap(
            z=cells,
            zmin=low,
            zmax=high,
            colorscale=colours,
            showscale=False,
            hoverongaps=False,
            **_hover(view, (rows, columns), steps),
        ),
        row=1,
        col=1,
    )
    place = int(np.flatnonzero(rows == view.query)[0]) // steps[0]
    frame_row(figure, place, (-0.5, cells.shape[1] - 0.5), column=1)
    ticks = [
        _ticks(axis, order, steps)
        for axis, order in ((stack.queries, rows), (stack.keys, columns))
    ]
    _frame_matrix(figure, cells.shape, ticks)
    _draw_strips(figure, view, (rows, columns), steps, cells.shape)
    write_title(figure, _title(view, steps), column=1)


def _title(view: StackView, steps: tuple[int, int]) -> str:
    stack = view.stack
    name = f"<b>{short(stack.layers[view.layer])}</b>, {stack.head_name(view.head)}"
    if steps != (1, 1):
        return f"{name}<br>a cell is the mean of {steps[0]} × {steps[1]} tokens"
    return f"{name}<br>{stack.queries.count} × {stack.keys.count} tokens"


def _hover(
    view: StackView,
    orders: tuple[NDArray[np.int64], NDArray[np.int64]],
    steps: tuple[int, int],
) -> dict[str, Any]:
    """Return how a cell tells its tokens: one by one, by its ticks, or by number."""
    if steps != (1, 1):
        return {
            "hovertemplate": "query cell %{y}, key cell %{x}: %{z:.3g}<extra></extra>"
        }
    if view.matrix.size > MOST_NAMED:
        return {"hovertemplate": "%{y} reads %{x}: %{z:.3g}<extra></extra>"}
    queries, keys = (
        [short(axis.names[i]) for i in order]
        for axis, order in zip(
            (view.stack.queries, view.stack.keys), orders, strict=True
        )
    )
    return {
        "text": [[f"{query} reads {key}" for key in keys] for query in queries],
        "hovertemplate": "%{text}: %{z:.3g}<extra></extra>",
    }


def _ticks(
    axis: TokenAxis, order: NDArray[np.int64], steps: tuple[int, int]
) -> dict[str, Any]:
    """Return the ticks of a side: names where there is room for them.

    That is of all tokens, or of those of the last modality, which of interleaved
    sequences is the anchor. Of a large matrix ticks are unseen, and name all tokens
    for the hover.
    """
    places, is_seen = list(range(len(order))), axis.count <= LABELLED
    last = np.flatnonzero(np.isin(order, axis.tokens_of(axis.modalities[-1])))
    apart = int(np.diff(last).min()) if len(last) > 1 else axis.count
    if not is_seen and axis.labels and axis.count**2 <= MOST_NAMED:
        longest = max(len(axis.names[order[place]]) for place in last)
        is_seen = apart * LABELLED >= axis.count and longest <= LONGEST
        places = last.tolist() if is_seen else places
    if steps != (1, 1):
        return {"tickvals": []}
    return {
        "tickvals": places,
        "ticktext": [
            short(axis.names[order[place]], LONGEST if is_seen else 26)
            for place in places
        ],
        "showticklabels": is_seen,
    }


def _frame_matrix(
    figure: go.Figure, shape: tuple[int, ...], ticks: list[dict[str, Any]]
) -> None:
    """Set the matrix's axes: square cells, rows down, strips at the left and top."""
    side = max(shape)
    strip = (STRIP + 0.012) * side
    shared = {"showgrid": False, "zeroline": False, "tickfont": {"size": 14}}
    figure.update_xaxes(
        range=[-0.5 - strip, shape[1] - 0.5],
        title={"text": "key j: is read", "standoff": 6},
        tickangle=-60,
        constrain="domain",
        **shared,
        **ticks[1],
        row=1,
        col=1,
    )
    figure.update_yaxes(
        range=[shape[0] - 0.5, -0.5 - strip],
        title={"text": "query i: reads", "standoff": 6},
        scaleanchor="x",
        constrain="domain",
        **shared,
        **ticks[0],
        row=1,
        col=1,
    )


def _draw_strips(
    figure: go.Figure,
    view: StackView,
    orders: tuple[NDArray[np.int64], NDArray[np.int64]],
    steps: tuple[int, int],
    shape: tuple[int, ...],
) -> None:
    """Colour the matrix's left and upper side by modality."""
    stack = view.stack
    colours = modality_colours(stack)
    width = STRIP * max(shape)
    axes = (stack.queries, stack.keys)
    for axis, order, step, is_row in zip(
        axes, orders, steps, (True, False), strict=True
    ):
        if not axis.modality:
            continue
        strip = _strip(axis, order, step, colours)
        part = width / strip.shape[1]
        # From the strip's outer edge inwards.
        first = -0.5 - 1.15 * width + part / 2
        across = {"z": strip} if is_row else {"z": strip.swapaxes(0, 1)}
        place = {"x0": first, "dx": part} if is_row else {"y0": first, "dy": part}
        figure.add_trace(go.Image(**across, **place, hoverinfo="skip"), row=1, col=1)
    # An image turns the axis it is drawn on: rows go down already.
    figure.update_yaxes(autorange=False, row=1, col=1)


def _strip(
    axis: TokenAxis, order: NDArray[np.int64], step: int, colours: dict[str, str]
) -> NDArray[np.uint8]:
    """Return the colours of each cell's modalities, (cell, part of the width, 3).

    A pooled cell that holds several has a band of each, as of interleaved pictures.
    """
    table = np.array([rgb_of(colours[name]) for name in axis.modalities], np.uint8)
    index = axis.index[order]
    starts = np.arange(0, len(index), step)
    holds = np.add.reduceat(np.eye(len(table), dtype=int)[index], starts, axis=0) > 0
    if (holds.sum(axis=1) == 1).all():
        return table[holds.argmax(axis=1)][:, None]
    parts = np.arange(len(table))
    there = [np.flatnonzero(one) for one in holds]
    return table[np.stack([one[parts * len(one) // len(table)] for one in there])]


def _order(axis: TokenAxis, order: Order) -> NDArray[np.int64]:
    return axis.by_modality() if order == "modality" else np.arange(axis.count)
