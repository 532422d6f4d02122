"""One head of one layer: where a row of its matrix reads, over the pictures."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.shared.attention.mango import LayerAttention
from fusionviz.views.shared.bars import add_scale_bar, carry_bar
from fusionviz.views.shared.colours import see_through
from fusionviz.views.shared.style import (
    FONT_SIZE,
    SEQUENTIAL,
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
    draw_map,
    frame_token,
    tokens_in,
)

HALF_COLOURS = {"X1": ("#E8E4D8", "#39424B"), "X2": ("#39424B", "#E8E4D8")}
"""Fill and edge of what marks the halves of a partition: greys, since neither half is
a modality's or has a sign."""


def draw_attention(
    attention: LayerAttention,
    *,
    head: int,
    query: int,
    halves: bool = False,
) -> go.Figure:
    """Draw where one row of one head reads, and the row within the whole matrix.

    Both pictures and the matrix share one scale, from 0 to the row's largest weight;
    the maps of LICA, whose weights are spread thinly, share one of their own. Grey
    tokens lie before the row: the triangular mask keeps them from being read.
    Invisible markers at the patch centres carry (modality, row, column) for clicks.

    Args:
        attention: One layer.
        head: Which head, from 0.
        query: Which row i, from 0.
        halves: Mark in each token's corner whether it is in X1 or in X2.
    """
    titles = [
        modality_title(m, role_of(attention, half, guessed=attention.missing == m))
        for half, m in enumerate(MODALITIES)
    ]
    figure = make_subplots(
        rows=1,
        cols=3,
        subplot_titles=[*titles, _matrix_title(attention, head)],
        horizontal_spacing=0.025,
    )
    figure.update_annotations(font_size=FONT_SIZE)
    most = max(float(attention.weights[head, query].max()), 1e-6)
    maps = attention.over_pictures(head, query)
    mixed = attention.mixing is not None
    map_most = max(float(maps.max()), 1e-6) if mixed else most
    places = TokenPlaces(width=attention.pictures.width, grid=attention.grid)
    for column, modality in enumerate(MODALITIES, start=1):
        values = maps[column - 1]
        draw_ground(figure, attention.pictures, modality, column)
        draw_map(figure, values, places, most=map_most, column=column)
        if halves:
            _mark_halves(figure, attention, places, modality, column)
        _frame_row(figure, attention, query, places, modality, column)
        add_targets(figure, places, modality, column=column, texts=weight_words(values))
    if mixed:
        _draw_map_scale(figure, map_most)
    _draw_matrix(figure, attention.weights[head], query, most)
    dress(figure)
    # The bar of mixed maps stands where the legend does else.
    y, below = (-0.17, 96) if mixed else (-0.03, 62)
    legend = {"orientation": "h", "x": 0, "y": y, "yanchor": "top"}
    return figure.update_layout(margin_b=below, legend=legend)


def describe_attention(attention: LayerAttention, *, head: int, query: int) -> str:
    """Return in words what `draw_attention` shows."""
    row = attention.weights[head, query]
    return (
        f"{attention.layer.name}, head {head + 1}: row {query} of "
        f"{attention.tokens} reads token {int(row.argmax())} most, with weight "
        f"{three_digits(float(row.max()))}; its entropy is "
        f"{three_digits(attention.entropy_bits(head, query))} bits."
    )


def _matrix_title(attention: LayerAttention, head: int) -> str:
    title = f"<b>S</b>  head {head + 1}"
    if attention.gate is None:
        return title
    return f"{title}, gate g = {three_digits(float(attention.gate[head]))}"


def role_of(attention: LayerAttention, half: int, *, guessed: bool) -> str:
    """Return what the tokens of a modality are in a layer.

    Args:
        attention: Of the layer.
        half: 0 for the modality whose tokens come first, 1 for the other.
        guessed: Whether the tokens are the model's guess.
    """
    guess = "  (guessed)" if guessed else ""
    if attention.mixing is not None:
        return "held by what is read" + guess
    own = int((attention.key_tokens // attention.tokens == half).sum())
    role = {0: "X2: read and changed", attention.tokens: "X1: sets the weights"}
    return role.get(own, "half X1, half X2") + guess


def weight_words(values: NDArray[np.float32]) -> list[str]:
    """Return what a hover says of each token's weight."""
    return [
        "closed to this row" if np.isnan(value) else f"weight {value:.3g}"
        for value in values.ravel()
    ]


def _frame_row(
    figure: go.Figure,
    attention: LayerAttention,
    query: int,
    places: TokenPlaces,
    modality: str,
    column: int,
) -> None:
    """Frame the row's own tokens: solid in X2, where it writes, dotted in X1."""
    roles = {
        "token i of X2, changed": (attention.value_tokens, "solid"),
        "token i of X1, asks": (attention.key_tokens, "dot"),
    }
    for name, (tokens, dash) in roles.items():
        for token in tokens_in(modality, tokens[query : query + 1], attention.grid):
            frame_token(figure, int(token), places, name=name, dash=dash, column=column)


def _mark_halves(
    figure: go.Figure,
    attention: LayerAttention,
    places: TokenPlaces,
    modality: str,
    column: int,
) -> None:
    """Mark in each token's upper left corner which half of the tokens it is in."""
    mostly = "" if attention.mixing is None else "mostly "
    both = zip(
        HALF_COLOURS, (attention.key_tokens, attention.value_tokens), strict=True
    )
    for half, tokens in both:
        own = tokens_in(modality, tokens, attention.grid)
        x, y = places.centres(own)
        corner = 0.33 * places.cell
        fill, edge = HALF_COLOURS[half]
        marker = {"symbol": "square", "size": 8, "color": fill}
        marker["line"] = {"color": edge, "width": 1.5}
        # The legend names each half once, though both pictures may have it.
        first = "rgb" if tokens.min() < attention.grid.places else "depth"
        figure.add_trace(
            go.Scatter(
                x=x - corner,
                y=y - corner,
                mode="markers",
                marker=marker,
                name=f"{mostly}{half}",
                legendgroup=half,
                showlegend=modality == first,
                hoverinfo="skip",
            ),
            row=1,
            col=column,
        )


def _draw_map_scale(figure: go.Figure, most: float) -> None:
    """Draw the bar of the maps' own scale below the pictures."""
    ends = ("weight 0", f"{three_digits(most)}, no unit")
    bar = add_scale_bar(figure, ends, middle=0.328, length=0.28)
    colours = see_through(SEQUENTIAL, faint=1, strong=1)
    scale = carry_bar(bar, low=0, high=most, colours=colours)
    figure.add_trace(scale, row=1, col=2)


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
    frame_row(figure, query, (query - 0.5, tokens - 0.5), column=3)
    frame_picture(figure, width=tokens, height=tokens, column=3)
