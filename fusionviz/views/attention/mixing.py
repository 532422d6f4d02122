"""LICA's learned mixing: W, the permutation that it is nearest to, and one row."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.shared.attention.mixing import Mixing
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.data.grid import Grid
from fusionviz.views.shared.bars import add_scale_bar
from fusionviz.views.shared.colours import see_through_middle
from fusionviz.views.shared.style import (
    DIVERGING,
    FONT_SIZE,
    dress,
    frame_picture,
    frame_row,
    modality_title,
    three_digits,
)
from fusionviz.views.shared.token_maps import (
    MODALITIES,
    TokenPlaces,
    add_targets,
    draw_ground,
    draw_values,
    frame_token,
    tokens_in,
)

LARGEST_SIDE = 256
"""Entries a side of W that a chart carries: 0.3 MB."""


def draw_mixing(
    mixing: Mixing,
    *,
    position: int,
    pictures: Pictures,
    grid: Grid,
    missing: str | None = None,
) -> go.Figure:
    """Draw W with its nearest permutation, and one of its rows over the pictures.

    The three panels share one diverging scale, which ends where 1 % of the weights lie
    beyond: nearly all of those are the ones of the nearest permutation, and ringed. The
    frame on the pictures is around the nearest token of the picked position.

    Args:
        mixing: Of one LICA layer.
        position: Row of W, from 0; from N on it is in X2.
        pictures: What the model read.
        grid: Rows and columns of one modality's tokens.
        missing: The modality whose tokens are the model's guess, or None.
    """
    tokens = mixing.tokens
    half = "X1" if position < tokens else "X2"
    row_name = f"row {position} of W: {half}, i = {position % tokens}"
    titles = [
        modality_title(m, "(guessed)" if missing == m else "") for m in MODALITIES
    ]
    titles[0] += f"  {row_name}"
    figure = make_subplots(
        rows=1,
        cols=3,
        subplot_titles=[*titles, f"<b>W</b>  {_pooled(mixing)}"],
        horizontal_spacing=0.025,
    )
    figure.update_annotations(font_size=FONT_SIZE)
    most = max(float(np.quantile(np.abs(mixing.weight), 0.99)), 1e-6)
    row = mixing.weight[position].reshape(2, *grid)
    places = TokenPlaces(width=pictures.width, grid=grid)
    nearest = mixing.nearest[position : position + 1]
    for column, modality in enumerate(MODALITIES, start=1):
        draw_ground(figure, pictures, modality, column)
        own, near = row[column - 1], tokens_in(modality, nearest, grid)
        _draw_row(figure, own, most, places, modality, column, near)
    _draw_weight(figure, mixing, position, most)
    dress(figure)
    legend = {"orientation": "h", "x": 0, "y": -0.03, "yanchor": "top"}
    return figure.update_layout(margin_b=62, legend=legend)


def _draw_row(
    figure: go.Figure,
    weights: NDArray[np.float32],
    most: float,
    places: TokenPlaces,
    modality: str,
    column: int,
    nearest: NDArray[np.int64],
) -> None:
    """Draw the part of a row of W that is of one modality, over its picture."""
    draw_values(
        figure,
        weights,
        places,
        ends=(-most, most),
        colours=see_through_middle(DIVERGING),
        column=column,
    )
    for token in nearest:
        name = "nearest token"
        frame_token(figure, int(token), places, name=name, column=column)
    words = [f"W = {value:+.3g}" for value in weights.ravel()]
    add_targets(figure, places, modality, column=column, texts=words)


def describe_mixing(mixing: Mixing, *, position: int, name: str) -> str:
    """Return in words what `draw_mixing` shows."""
    share = float(mixing.nearest_share[position])
    return (
        f"{name}: the mixing W of {2 * mixing.tokens} tokens, and its row {position}, "
        f"which is nearest to token {int(mixing.nearest[position])}: {share:.1%} of "
        "its absolute weight."
    )


def pooled_weight(mixing: Mixing) -> NDArray[np.float32]:
    """Return W, or of each square of it the entry of the largest size."""
    step = _step(mixing)
    if step == 1:
        return mixing.weight
    side = len(mixing.weight) // step
    blocks = mixing.weight[: side * step, : side * step]
    blocks = blocks.reshape(side, step, side, step).swapaxes(1, 2)
    blocks = blocks.reshape(side, side, step * step)
    largest = np.abs(blocks).argmax(axis=-1)
    return np.take_along_axis(blocks, largest[..., None], axis=-1)[..., 0]


def _step(mixing: Mixing) -> int:
    return -(-len(mixing.weight) // LARGEST_SIDE)


def _pooled(mixing: Mixing) -> str:
    step = _step(mixing)
    return "" if step == 1 else f"largest of each {step}×{step}"


def _draw_weight(figure: go.Figure, mixing: Mixing, position: int, most: float) -> None:
    size, step = len(mixing.weight), _step(mixing)
    ends = (f"≤ {three_digits(-most)}", f"≥ {three_digits(most)}, no unit")
    heat = go.Heatmap(
        z=pooled_weight(mixing),
        x0=(step - 1) / 2,
        dx=step,
        y0=(step - 1) / 2,
        dy=step,
        zmin=-most,
        zmax=most,
        colorscale=DIVERGING,
        colorbar=add_scale_bar(figure, ends, middle=0.842, length=0.28),
        hovertemplate="W[%{y}, %{x}] = %{z:+.3g}<extra></extra>",
    )
    figure.add_trace(heat, row=1, col=3)
    figure.add_trace(_nearest_rings(mixing), row=1, col=3)
    frame_row(figure, position, (-0.5, size - 0.5), column=3)
    frame_picture(figure, width=size, height=size, column=3)


def _nearest_rings(mixing: Mixing) -> go.Scatter:
    return go.Scatter(
        x=mixing.nearest,
        y=np.arange(len(mixing.weight)),
        mode="markers",
        marker={
            "symbol": "circle-open",
            "size": 5,
            "color": "rgba(105,105,105,0.9)",
            "line": {"width": 1},
        },
        name="nearest permutation",
        hovertemplate="position %{y}: nearest to token %{x}<extra></extra>",
    )
