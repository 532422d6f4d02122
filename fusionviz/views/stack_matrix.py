"""The matrix of a head of a stack, with its tokens' modalities along both sides."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.attention_stack import TokenAxis, pool
from fusionviz.views.stack_grids import modality_colours
from fusionviz.views.stack_view import Order, StackView, short, write_title
from fusionviz.views.style import MARK

LABELLED = 16
"""Names along a side of the matrix: there is no room for more."""

MOST_NAMED = 4096
"""Cells whose two tokens are named one by one when hovered."""

STRIP = 0.028
"""Width of the strips of modalities, in parts of the matrix's side."""

MIXED = "#9A9A9A"
"""Of pooled cells that hold tokens of several modalities."""


def draw_matrix(figure: go.Figure, view: StackView) -> bool:
    """Draw a head's matrix in the first panel, and frame the row that is asked.

    Returns:
        Whether any cell of the strips holds tokens of several modalities.
    """
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
    figure.add_shape(
        type="rect",
        x0=-0.5,
        x1=cells.shape[1] - 0.5,
        y0=place - 0.5,
        y1=place + 0.5,
        line={"color": MARK, "width": 2},
        row=1,
        col=1,
    )
    ticks = [
        _ticks(axis, order, steps)
        for axis, order in ((stack.queries, rows), (stack.keys, columns))
    ]
    _frame_matrix(figure, cells.shape, ticks)
    has_mixed = _draw_strips(figure, view, (rows, columns), steps, cells.shape)
    title = f"<b>{short(stack.layers[view.layer])}</b>, {stack.head_name(view.head)}"
    if steps != (1, 1):
        title += f"<br>a cell is the mean of {steps[0]} × {steps[1]} tokens"
    else:
        title += f"<br>{stack.queries.count} × {stack.keys.count} tokens"
    write_title(figure, title, column=1)
    return has_mixed


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
    places, is_seen = range(len(order)), axis.count <= LABELLED
    last = np.flatnonzero(np.isin(order, axis.tokens_of(axis.modalities[-1])))
    apart = int(np.diff(last).min()) if len(last) > 1 else axis.count
    if not is_seen and axis.labels and len(last) <= LABELLED:
        is_seen = apart * LABELLED >= axis.count and axis.count**2 <= MOST_NAMED
        places = last.tolist() if is_seen else places
    if steps != (1, 1):
        return {"tickvals": []}
    return {
        "tickvals": list(places),
        "ticktext": [short(axis.names[order[place]]) for place in places],
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
) -> bool:
    """Colour the matrix's left and upper side; return whether any cell is mixed."""
    stack = view.stack
    colours = modality_colours(stack)
    width = STRIP * max(shape)
    axes = (stack.queries, stack.keys)
    has_mixed = False
    for axis, order, step, is_row in zip(
        axes, orders, steps, (True, False), strict=True
    ):
        if not axis.modality:
            continue
        strip = _strip(axis, order, step, colours)
        has_mixed |= bool((strip == _rgb(MIXED)).all(axis=-1).any())
        across = {"z": strip[:, None] if is_row else strip[None]}
        beside = -0.5 - 0.65 * width
        place = {"x0": beside, "dx": width} if is_row else {"y0": beside, "dy": width}
        figure.add_trace(go.Image(**across, **place, hoverinfo="skip"), row=1, col=1)
    # An image turns the axis it is drawn on: rows go down already.
    figure.update_yaxes(autorange=False, row=1, col=1)
    return has_mixed


def _strip(
    axis: TokenAxis, order: NDArray[np.int64], step: int, colours: dict[str, str]
) -> NDArray[np.uint8]:
    """Return the colour of each cell's modality, grey where it holds several."""
    index = axis.index[order]
    table = np.array(
        [_rgb(colours[name]) for name in axis.modalities] + [_rgb(MIXED)], np.uint8
    )
    starts = np.arange(0, len(index), step)
    low = np.minimum.reduceat(index, starts)
    high = np.maximum.reduceat(index, starts)
    return table[np.where(low == high, low, len(table) - 1)]


def _order(axis: TokenAxis, order: Order) -> NDArray[np.int64]:
    return axis.by_modality() if order == "modality" else np.arange(axis.count)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
