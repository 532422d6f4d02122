"""The partitions of a block: which tokens are in X1, and which in X2."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.attention.partitions import BlockPartitions
from fusionviz.views.shared.attention_maps import HALF_COLOURS
from fusionviz.views.shared.bars import add_scale_bar
from fusionviz.views.shared.style import LAYER_COLOURS, MARK, MODALITY_NAMES, dress
from fusionviz.views.shared.token_maps import MODALITIES

SHADES = [(0.0, HALF_COLOURS["X1"][0]), (1.0, HALF_COLOURS["X2"][0])]
"""From all X1 to all X2."""

TEXT_SIZE = 14
TITLE_HEIGHT = 0.4
"""Of two lines of text, in parts of a map's height."""


def draw_partitions(partitions: BlockPartitions, *, picked: int) -> go.Figure:
    """Draw a small map a layer and modality: pale tokens are X1, dark ones X2.

    Args:
        partitions: Of one block.
        picked: Index in the flow of the layer to frame.
    """
    board, words = _board(partitions)
    rows, columns = board.shape
    down, across = (side + 1 for side in partitions.second.shape[2:])
    figure = go.Figure()
    ends = ("X1: asked", "X2: read, changed")
    bar = add_scale_bar(figure, ends, middle=0.5, length=0.4)
    figure.add_trace(
        go.Heatmap(
            z=board,
            zmin=0,
            zmax=1,
            colorscale=SHADES,
            colorbar=bar,
            xgap=1,
            ygap=1,
            hoverongaps=False,
            text=words,
            hovertemplate="%{text}<extra></extra>",
        )
    )
    figure.add_trace(_titles(partitions, across))
    for index, layer in enumerate(partitions.layers):
        if layer.index == picked:
            _frame(figure, index * across, rows, across - 1)
    _name_rows(figure, down)
    hidden = {"visible": False, "constrain": "domain"}
    figure.update_xaxes(range=[-0.8, columns - 0.2], **hidden)
    above = 0.6 + TITLE_HEIGHT * across
    figure.update_yaxes(range=[rows - 0.2, -above], scaleanchor="x", **hidden)
    dress(figure, top=6)
    return figure.update_layout(margin={"l": 26, "b": 56})


def _name_rows(figure: go.Figure, down: int) -> None:
    for number, modality in enumerate(MODALITIES):
        figure.add_annotation(
            text=MODALITY_NAMES[modality],
            x=-0.5,
            xshift=-12,
            y=number * down + down / 2 - 1,
            textangle=-90,
            showarrow=False,
            font_size=TEXT_SIZE,
        )


def describe_partitions(partitions: BlockPartitions, *, picked: int) -> str:
    """Return in words what `draw_partitions` shows."""
    (name,) = [one.name for one in partitions.layers if one.index == picked]
    return (
        f"Which tokens are in X1 and which in X2, over both pictures, for the "
        f"{len(partitions.layers)} attention layers of block {partitions.block}; "
        f"framed: {name}."
    )


def _board(
    partitions: BlockPartitions,
) -> tuple[NDArray[np.float32], NDArray[np.object_]]:
    """Return all maps on one board, RGB above depth, and what is said of each token.

    A token's width of nothing (NaN) is between any two maps.
    """
    count, _, rows, columns = partitions.second.shape
    down, across = rows + 1, columns + 1
    board = np.full((2 * down - 1, count * across - 1), np.nan, np.float32)
    words = np.full(board.shape, "", object)
    for index, layer in enumerate(partitions.layers):
        for number, modality in enumerate(MODALITIES):
            share = partitions.second[index, number]
            place = (
                slice(number * down, number * down + rows),
                slice(index * across, index * across + columns),
            )
            board[place] = share
            words[place] = [
                [
                    f"{layer.name}<br>{modality}, row {row + 1}, column {column + 1}: "
                    f"{value:.0%} in X2"
                    for column, value in enumerate(values)
                ]
                for row, values in enumerate(share)
            ]
    return board, words


def _titles(partitions: BlockPartitions, across: int) -> go.Scatter:
    """Return each layer's name above its maps, without the block, in two lines."""
    texts = []
    for layer in partitions.layers:
        first, _, rest = layer.name.split(" · ")[-1].partition(" ")
        dot = f'<span style="color:{LAYER_COLOURS[layer.kind]}">●</span>'
        texts.append(f"{dot} <b>{first}</b><br>{rest}")
    return go.Scatter(
        x=[index * across + across / 2 - 1 for index in range(len(texts))],
        y=[-0.6] * len(texts),
        text=texts,
        mode="text",
        textposition="top center",
        textfont={"size": TEXT_SIZE},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )


def _frame(figure: go.Figure, left: int, rows: int, columns: int) -> None:
    """Frame both maps of a layer."""
    figure.add_shape(
        type="rect",
        x0=left - 0.6,
        x1=left + columns - 0.4,
        y0=-0.6,
        y1=rows - 0.4,
        line={"color": MARK, "width": 3},
    )
