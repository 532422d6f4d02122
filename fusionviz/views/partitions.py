"""The partitions of a block: which tokens are in X1, and which in X2."""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fusionviz.analysis.partitions import BlockPartitions
from fusionviz.views.attention import HALF_COLOURS
from fusionviz.views.style import (
    FONT_SIZE,
    LAYER_COLOURS,
    MARK,
    MODALITY_NAMES,
    add_scale_bar,
    dress,
    frame_picture,
)
from fusionviz.views.token_maps import MODALITIES

SHADES = [(0.0, HALF_COLOURS["X1"][0]), (1.0, HALF_COLOURS["X2"][0])]
"""From all X1 to all X2."""


def draw_partitions(
    partitions: BlockPartitions, *, picked: int, height: int = 330
) -> go.Figure:
    """Draw a small map a layer and modality: pale tokens are X1, dark ones X2.

    Args:
        partitions: Of one block.
        picked: Index in the flow of the layer to frame.
        height: Pixels.
    """
    layers = partitions.layers
    figure = make_subplots(
        rows=2,
        cols=len(layers),
        subplot_titles=[_title(layer.name, layer.kind) for layer in layers],
        horizontal_spacing=0.012,
        vertical_spacing=0.03,
    )
    figure.update_annotations(font_size=14)
    for column, layer in enumerate(layers, start=1):
        for row, modality in enumerate(MODALITIES, start=1):
            share = partitions.second[column - 1, row - 1]
            figure.add_trace(
                go.Heatmap(
                    z=share,
                    coloraxis="coloraxis",
                    xgap=1,
                    ygap=1,
                    hovertemplate=(
                        f"{layer.name}, {modality}<br>row %{{y}}, column %{{x}}: "
                        "%{z:.0%} in X2<extra></extra>"
                    ),
                ),
                row=row,
                col=column,
            )
            grid = len(share)
            frame_picture(figure, width=grid, height=grid, row=row, column=column)
            if layer.index == picked:
                _frame(figure, grid, row, column)
    _name_rows(figure)
    bar = add_scale_bar(
        figure, ("X1: asked", "X2: read, changed"), middle=0.5, length=0.4
    )
    dress(figure, height=height, top=52)
    scale = {"colorscale": SHADES, "cmin": 0, "cmax": 1, "colorbar": bar}
    return figure.update_layout(coloraxis=scale, margin={"l": 26, "b": 56})


def describe_partitions(partitions: BlockPartitions, *, picked: int) -> str:
    """Return in words what `draw_partitions` shows."""
    (name,) = [one.name for one in partitions.layers if one.index == picked]
    return (
        f"Which tokens are in X1 and which in X2, over both pictures, for the "
        f"{len(partitions.layers)} attention layers of block {partitions.block}; "
        f"framed: {name}."
    )


def _title(name: str, kind: str) -> str:
    """Return a layer's name without its block, with its kind's colour, in two lines."""
    short = name.split(" · ")[-1]
    first, _, rest = short.partition(" ")
    dot = f'<span style="color:{LAYER_COLOURS[kind]}">●</span>'
    return f"{dot} <b>{first}</b><br>{rest}"


def _frame(figure: go.Figure, grid: int, row: int, column: int) -> None:
    figure.add_shape(
        type="rect",
        x0=-0.5,
        x1=grid - 0.5,
        y0=-0.5,
        y1=grid - 0.5,
        line={"color": MARK, "width": 3},
        row=row,
        col=column,
    )


def _name_rows(figure: go.Figure) -> None:
    for modality, y in zip(MODALITIES, (0.77, 0.23), strict=True):
        figure.add_annotation(
            text=MODALITY_NAMES[modality],
            x=0,
            xshift=-8,
            y=y,
            xref="paper",
            yref="paper",
            xanchor="right",
            yanchor="middle",
            textangle=-90,
            showarrow=False,
            font_size=FONT_SIZE,
        )
