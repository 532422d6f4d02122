"""All heads of attention arrays: a small picture of each, and how evenly it reads."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.attention.stack_heads import StackHeads
from fusionviz.analysis.shared.attention.stack import AttentionStack, pool
from fusionviz.views.shared.bars import carry_bar, upright_bar
from fusionviz.views.shared.colours import colour_table
from fusionviz.views.shared.pixels import picture_address
from fusionviz.views.shared.stacks.view import short
from fusionviz.views.shared.style import (
    DIVERGING,
    FONT_SIZE,
    MARK,
    SEQUENTIAL,
    dress,
    in_percent,
    three_digits,
)
from fusionviz.views.shared.targets import click_targets

MOST_PIXELS = 400_000
"""Of all small pictures together."""

LARGEST, SMALLEST = 64, 6
"""Pixels a side of a small picture."""

GAP = 2
MOST_NAMED = 24
"""Layers or heads that are named along an axis: of more every so many."""


def draw_stack_heads(
    heads: StackHeads, *, picked: tuple[int, int] | None = None
) -> go.Figure:
    """Draw a head a cell, layers down and heads across: its matrix, and its entropy.

    Unseen markers carry (layer, head) for clicks.

    Args:
        heads: Of attention arrays.
        picked: Layer and head to frame, from 0.
    """
    stack = heads.stack
    figure = make_subplots(
        rows=1,
        cols=2,
        column_widths=[0.5, 0.5],
        horizontal_spacing=0.17,
        subplot_titles=[
            "weights: rows read columns",
            "entropy, % of an even row's",
        ],
    )
    low, high = weight_limits(stack)
    _draw_matrices(figure, stack, low, high)
    _draw_entropy(figure, heads)
    for column in (1, 2):
        figure.add_trace(_targets(heads), row=1, col=column)
        _name_axes(figure, stack, column)
        if picked is not None:
            _frame(figure, picked, column)
    ticks = {low: three_digits(low), high: f"≥ {three_digits(high)}"}
    bar = upright_bar(
        x=0.425,
        length=0.9,
        title="no unit",
        ticks={0.0: "0"} | ticks if low < 0 else ticks,
        place={"xanchor": "left", "xpad": 4},
    )
    colours = DIVERGING if low < 0 else SEQUENTIAL
    figure.add_trace(carry_bar(bar, low=low, high=high, colours=colours), row=1, col=1)
    figure.update_annotations(font_size=FONT_SIZE)
    dress(figure)
    return figure.update_layout(margin={"l": 10, "r": 60, "b": 44})


def describe_stack_heads(heads: StackHeads) -> str:
    """Return in words what `draw_stack_heads` shows."""
    layers, count = heads.entropy.shape
    said = f"{layers} layers of {count} heads as small matrices, beside their entropies"
    if not np.isfinite(heads.entropy).any():
        return f"{said}; no head reads anything."
    sharp = place_of(heads, np.nanargmin(heads.entropy))
    even = place_of(heads, np.nanargmax(heads.entropy))
    return (
        f"{said}: sharpest is {name_of(heads, sharp)} at "
        f"{in_percent(float(heads.entropy[sharp]))}, most even "
        f"{name_of(heads, even)} at {in_percent(float(heads.entropy[even]))}."
    )


def place_of(heads: StackHeads, flat: np.intp) -> tuple[int, int]:
    """Return the layer and the head of a place in the flat table of heads."""
    layer, head = divmod(int(flat), heads.entropy.shape[1])
    return layer, head


def name_of(heads: StackHeads, place: tuple[int, int]) -> str:
    """Return the name of a head with its layer's."""
    stack = heads.stack
    return f"{stack.layers[place[0]]}, {stack.heads[place[1]]}"


def weight_limits(stack: AttentionStack) -> tuple[float, float]:
    """Return the ends of the colours: what 95 % of the weights that are not 0 reach.

    From 0, or even around it where any weight is negative.
    """
    weights = stack.weights[np.isfinite(stack.weights)]
    size = np.abs(weights[weights != 0]).astype(np.float64)
    high = float(np.quantile(size, 0.95)) if size.size else 1.0
    return (-high if (weights < 0).any() else 0.0), high


def _draw_matrices(
    figure: go.Figure, stack: AttentionStack, low: float, high: float
) -> None:
    layers, heads = stack.weights.shape[:2]
    side = int(np.sqrt(MOST_PIXELS / (layers * heads)))
    side = int(np.clip(side, SMALLEST, LARGEST))
    cell = side + GAP
    canvas = np.zeros((layers * cell, heads * cell, 4), np.uint8)
    table = colour_table(DIVERGING if low < 0 else SEQUENTIAL)
    for layer in range(layers):
        for head in range(heads):
            small = _small(stack.matrix(layer, head), side)
            painted = _paint(small, low, high, table)
            top, left = layer * cell + GAP // 2, head * cell + GAP // 2
            canvas[top : top + side, left : left + side] = painted
    picture = go.Image(
        source=picture_address(canvas),
        dx=1 / cell,
        dy=1 / cell,
        x0=-0.5 + 0.5 / cell,
        y0=-0.5 + 0.5 / cell,
        hoverinfo="skip",
    )
    figure.add_trace(picture, row=1, col=1)


def _small(matrix: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Return a matrix as a square of so many pixels a side: pooled, or enlarged."""
    pooled, _ = pool(matrix, side)
    rows, columns = (
        np.minimum(np.arange(side) * count // side, count - 1) for count in pooled.shape
    )
    return pooled[np.ix_(rows, columns)]


def _paint(
    values: NDArray[np.float32], low: float, high: float, table: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    share = np.clip((np.nan_to_num(values) - low) / (high - low), 0, 1)
    painted = np.full((*values.shape, 4), 255, np.uint8)
    painted[..., :3] = table[np.rint(255 * share).astype(int)]
    painted[np.isnan(values)] = 0
    return painted


def _draw_entropy(figure: go.Figure, heads: StackHeads) -> None:
    heat = go.Heatmap(
        z=np.round(100 * heads.entropy, 1),
        zmin=0,
        zmax=100,
        colorscale=SEQUENTIAL,
        xgap=2,
        ygap=2,
        hoverinfo="skip",
        colorbar={
            "title": {"text": "%", "side": "top", "font": {"size": FONT_SIZE}},
            "tickvals": [0, 50, 100],
            "ticktext": ["0 sharp", "50", "100 even"],
            "tickfont": {"size": FONT_SIZE},
            "thickness": 12,
            "outlinewidth": 0,
            "len": 0.9,
        },
    )
    figure.add_trace(heat, row=1, col=2)


def _targets(heads: StackHeads) -> go.Scatter:
    """Return unseen markers over a panel's cells, to click and to hover."""
    layers, count = heads.entropy.shape
    places = [(layer, head) for layer in range(layers) for head in range(count)]
    return click_targets(
        [head for _, head in places],
        [layer for layer, _ in places],
        data=[list(place) for place in places],
        texts=[_told(heads, place) for place in places],
        size=max(6.0, 300 / max(layers, count)),
        action="click to open",
    )


def _told(heads: StackHeads, place: tuple[int, int]) -> str:
    name = short(name_of(heads, place), 60)
    share, bits = float(heads.entropy[place]), float(heads.bits[place])
    if not np.isfinite(share):
        return f"<b>{name}</b><br>reads nothing"
    return (
        f"<b>{name}</b><br>entropy {in_percent(share)} of an even row's, "
        f"{three_digits(bits)} bits a row"
    )


def _name_axes(figure: go.Figure, stack: AttentionStack, column: int) -> None:
    bare = {"showgrid": False, "zeroline": False, "title_standoff": 4}
    figure.update_xaxes(
        range=[-0.5, len(stack.heads) - 0.5],
        title=stack.head_word.lower(),
        side="bottom",
        constrain="domain",
        **_ticks(len(stack.heads)),
        **bare,
        row=1,
        col=column,
    )
    figure.update_yaxes(
        range=[len(stack.layers) - 0.5, -0.5],
        title="layer",
        scaleanchor="x" if column == 1 else "x2",
        constrain="domain",
        **_ticks(len(stack.layers)),
        **bare,
        row=1,
        col=column,
    )


def _ticks(count: int) -> dict[str, list]:
    """Return the ticks of numbered things, from 1."""
    places = list(range(0, count, -(-count // MOST_NAMED)))
    return {"tickvals": places, "ticktext": [str(place + 1) for place in places]}


def _frame(figure: go.Figure, picked: tuple[int, int], column: int) -> None:
    layer, head = picked
    figure.add_shape(
        type="rect",
        x0=head - 0.48,
        x1=head + 0.48,
        y0=layer - 0.48,
        y1=layer + 0.48,
        line={"color": MARK, "width": 3},
        row=1,
        col=column,
    )
