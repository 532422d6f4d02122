"""One head of one layer: where a row of its matrix reads, over the pictures."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.attention import LayerAttention
from fusionviz.analysis.pictures import Pictures
from fusionviz.views.pixels import grey_depth, picture_address, quiet
from fusionviz.views.style import (
    FONT_SIZE,
    MARK,
    SEQUENTIAL,
    add_scale_bar,
    dress,
    frame_picture,
    modality_title,
    three_digits,
)

MODALITIES = ("rgb", "depth")
_MIXTURES = (
    '<span style="color:#FFFFFF">LICA reads learned<br>mixtures of all tokens:<br>'
    "they have no one place</span>"
)
VEIL = [[0, "rgba(24,27,31,0.68)"], [1, "rgba(24,27,31,0.68)"]]


def draw_attention(
    attention: LayerAttention, *, head: int, query: int, height: int = 430
) -> go.Figure:
    """Draw where one row of one head reads, and the row within the whole matrix.

    Both pictures and the matrix share one scale, from 0 to the row's largest weight.
    Grey tokens lie before the row: the triangular mask keeps them from being read.
    Invisible markers at the patch centres carry (modality, row, column) for clicks.

    Args:
        attention: One layer.
        head: Which head, from 0.
        query: Which row i, from 0.
        height: Pixels.
    """
    gate = "" if attention.gate is None else three_digits(float(attention.gate[head]))
    matrix_title = f"<b>S</b>  head {head + 1}" + (f", gate g = {gate}" if gate else "")
    titles = [modality_title(m, _role(attention, m)) for m in MODALITIES]
    figure = make_subplots(
        rows=1,
        cols=3,
        subplot_titles=[*titles, matrix_title],
        horizontal_spacing=0.025,
    )
    most = max(float(attention.weights[head, query].max()), 1e-6)
    maps = attention.over_pictures(head, query)
    for column, modality in enumerate(MODALITIES, start=1):
        _draw_ground(figure, attention.pictures, modality, column)
        if maps is None:
            _say_mixtures(figure, column)
        else:
            _draw_weights(figure, maps[column - 1], attention, most, column)
            _draw_marks(figure, attention, query, modality, column)
            _add_targets(figure, attention, modality, column)
    _draw_matrix(figure, attention.weights[head], query, most)
    figure.update_annotations(font_size=FONT_SIZE)
    dress(figure, height=height)
    legend = {"orientation": "h", "x": 0, "y": -0.03, "yanchor": "top"}
    return figure.update_layout(margin_b=62, legend=legend)


def describe_attention(attention: LayerAttention, *, head: int, query: int) -> str:
    """Return in words what `draw_attention` shows."""
    row = attention.weights[head, query]
    return (
        f"{attention.layer.name}, head {head + 1}: row {query} of "
        f"{attention.tokens} reads token {int(row.argmax())} most, with weight "
        f"{three_digits(float(row.max()))}; its entropy is "
        f"{three_digits(attention.entropy_bits(head, query))} bits."
    )


def _role(attention: LayerAttention, modality: str) -> str:
    """Return what a picture's tokens are in this layer."""
    guess = "  (guessed)" if attention.missing == modality else ""
    if attention.key_tokens is None:
        return guess
    first = modality == "rgb"
    keys = attention.key_tokens < attention.grid**2
    share = keys.mean() if first else 1 - keys.mean()
    role = {0.0: "X2: read and changed", 1.0: "X1: sets the weights"}.get(
        float(share), "half X1, half X2"
    )
    return role + guess


def _draw_ground(
    figure: go.Figure, pictures: Pictures, modality: str, column: int
) -> None:
    side = pictures.side
    if modality == "rgb":
        ground = None if pictures.rgb is None else quiet(pictures.rgb)
    else:
        ground = None if pictures.depth_m is None else grey_depth(pictures.depth_m)
    if ground is None:
        ground = np.full((side, side, 3), 128, np.uint8)
    picture = go.Image(source=picture_address(ground), hoverinfo="skip")
    figure.add_trace(picture, row=1, col=column)
    frame_picture(figure, width=side, height=side, column=column)


def _cells(attention: LayerAttention) -> tuple[float, float]:
    """Return a token's side in pixels and the first token's centre."""
    cell = attention.pictures.side / attention.grid
    return cell, (cell - 1) / 2


def _draw_weights(
    figure: go.Figure,
    weights: NDArray[np.float32],
    attention: LayerAttention,
    most: float,
    column: int,
) -> None:
    cell, start = _cells(attention)
    place = {"dx": cell, "dy": cell, "x0": start, "y0": start, "hoverinfo": "skip"}
    forbidden = np.where(np.isnan(weights), 1.0, np.nan)
    veil = go.Heatmap(z=forbidden, colorscale=VEIL, showscale=False, **place)
    heat = go.Heatmap(
        z=weights,
        zmin=0,
        zmax=most,
        colorscale=see_through(SEQUENTIAL),
        showscale=False,
        **place,
    )
    figure.add_trace(veil, row=1, col=column)
    figure.add_trace(heat, row=1, col=column)


def see_through(
    name: str, *, faint: float = 0.25, strong: float = 0.9
) -> list[tuple[float, str]]:
    """Return a colour scale that lets the picture through where values are small."""
    from plotly.colors import get_colorscale, sample_colorscale, unlabel_rgb

    stops = np.linspace(0, 1, 11)
    scale: list[tuple[float, str]] = []
    for stop, colour in zip(
        stops, sample_colorscale(get_colorscale(name), stops), strict=True
    ):
        red, green, blue = unlabel_rgb(colour)
        alpha = faint + (strong - faint) * stop
        rgba = f"rgba({red:.0f},{green:.0f},{blue:.0f},{alpha:.2f})"
        scale.append((float(stop), rgba))
    return scale


def _draw_marks(
    figure: go.Figure, attention: LayerAttention, query: int, modality: str, column: int
) -> None:
    """Frame the row's own tokens: solid in X2, where it writes, dotted in X1."""
    cell, start = _cells(attention)
    offset = attention.grid**2 if modality == "depth" else 0
    roles = {
        "token i of X2, changed": (attention.value_tokens, "solid"),
        "token i of X1, asks": (attention.key_tokens, "dot"),
    }
    for name, (tokens, dash) in roles.items():
        if tokens is None:
            continue
        place = int(tokens[query]) - offset
        if not 0 <= place < attention.grid**2:
            continue
        row, col = divmod(place, attention.grid)
        x, y, half = start + col * cell, start + row * cell, cell / 2
        figure.add_trace(
            go.Scatter(
                x=[x - half, x + half, x + half, x - half, x - half],
                y=[y - half, y - half, y + half, y + half, y - half],
                mode="lines",
                line={"color": MARK, "width": 3.5, "dash": dash},
                name=name,
                hoverinfo="skip",
            ),
            row=1,
            col=column,
        )


def _add_targets(
    figure: go.Figure, attention: LayerAttention, modality: str, column: int
) -> None:
    cell, start = _cells(attention)
    rows, columns = np.divmod(np.arange(attention.grid**2), attention.grid)
    maps = [f"{modality}, row {r + 1}, column {c + 1}" for r, c in zip(rows, columns)]  # noqa: B905
    unseen = {"marker": {"opacity": 0}}
    figure.add_trace(
        go.Scatter(
            x=start + columns * cell,
            y=start + rows * cell,
            mode="markers",
            marker={"opacity": 0, "size": 0.8 * 300 / attention.grid, "symbol": 1},
            customdata=[
                [modality, int(r), int(c)] for r, c in zip(rows, columns, strict=True)
            ],
            text=maps,
            hovertemplate="%{text}<br>click to ask from here<extra></extra>",
            selected=unseen,
            unselected=unseen,
            showlegend=False,
        ),
        row=1,
        col=column,
    )


def _say_mixtures(figure: go.Figure, column: int) -> None:
    axis = "" if column == 1 else str(column)
    figure.add_annotation(
        text=_MIXTURES,
        x=0.5,
        y=0.5,
        xref=f"x{axis} domain",
        yref=f"y{axis} domain",
        showarrow=False,
        bgcolor="rgba(20,24,28,0.75)",
        borderpad=6,
    )


def _draw_matrix(
    figure: go.Figure, weights: NDArray[np.float32], query: int, most: float
) -> None:
    tokens = len(weights)
    allowed = np.where(np.tri(tokens, k=-1, dtype=bool), np.nan, weights)
    saturates = float(weights.max()) > 1.001 * most
    beyond = "≥ " if saturates else ""
    ends = ("weight 0", f"{beyond}{three_digits(most)}, no unit")
    bar = add_scale_bar(figure, ends, middle=0.842, length=0.28)
    heat = go.Heatmap(
        z=allowed.astype(np.float32),
        zmin=0,
        zmax=most,
        colorscale=SEQUENTIAL,
        colorbar=bar,
        hoverongaps=False,
        hovertemplate="S[%{y}, %{x}] = %{z:.3g}<extra></extra>",
    )
    figure.add_trace(heat, row=1, col=3)
    figure.add_shape(
        type="rect",
        x0=query - 0.5,
        x1=tokens - 0.5,
        y0=query - 0.5,
        y1=query + 0.5,
        line={"color": MARK, "width": 2},
        row=1,
        col=3,
    )
    frame_picture(figure, width=tokens, height=tokens, column=3)
