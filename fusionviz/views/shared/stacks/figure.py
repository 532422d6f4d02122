"""Attention of any model: a head's matrix, and where one of its rows reads.

The matrix has its tokens' modalities along both sides; the row is shown over the grids
that tokens fill, and as bars for tokens that have no place.
"""

from html import escape

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.shared.attention.stack import (
    AttentionStack,
    largest_keys,
    shares_by_modality,
)
from fusionviz.views.shared.bars import add_scale_bar, carry_bar
from fusionviz.views.shared.stacks.bars import SHOWN_KEYS, draw_key_bars, finish
from fusionviz.views.shared.stacks.grids import (
    GridPanel,
    draw_grid,
    modality_colours,
)
from fusionviz.views.shared.stacks.matrix import draw_matrix
from fusionviz.views.shared.stacks.view import StackView, short, write_title
from fusionviz.views.shared.style import FONT_SIZE, legend_square, three_digits

PALE = [[0, "rgba(128,140,150,0.05)"], [1, "rgba(128,140,150,0.6)"]]
"""Under numbers in the theme's own ink, which can be read on it, light or dark."""


def draw_attention_stack(view: StackView) -> go.Figure:
    """Draw a head's matrix, one of its rows over grids and as bars, and who reads whom.

    Invisible markers at the centres of grids carry (modality, place), bars carry
    (key,), for clicks.

    Args:
        view: What of which stack.
    """
    stack = view.stack
    grids = _grid_modalities(stack)
    bars = _keys_without_place(stack)
    has_blocks = len(stack.queries.modalities) * len(stack.keys.modalities) > 1
    domains = _domains(len(grids), bool(bars.size), has_blocks)
    figure = make_subplots(rows=1, cols=len(domains))
    for column, domain in enumerate(domains, start=1):
        figure.update_xaxes(domain=domain, row=1, col=column)
    draw_matrix(figure, view)
    column = 2
    for modality in grids:
        panel = GridPanel.of(view.stack, modality, view.row, view.query)
        draw_grid(figure, panel, view.scale, column=column)
        column += 1
    if bars.size:
        _draw_bars(figure, view, bars, column)
        column += 1
    if has_blocks:
        _draw_blocks(figure, view, column)
    _add_bar(figure, view, (0.49, 0.2) if grids else (0.44, 0.19), bool(grids))
    _add_legend(figure, stack)
    return finish(figure, top=52)


def describe_attention_stack(view: StackView) -> str:
    """Return in words what `draw_attention_stack` shows."""
    stack, row = view.stack, view.row
    top = largest_keys(row, 1)
    text = (
        f"{stack.title}: {stack.layers[view.layer]}, {stack.head_name(view.head)}, "
        f"{stack.queries.count} by {stack.keys.count} tokens"
    )
    if not top.size:
        return f"{text}; row {view.query} reads nothing."
    return (
        f"{text}; row {view.query} ({stack.queries.names[view.query]}) has its largest "
        f"weight, {three_digits(float(row[top[0]]))}, at {stack.keys.names[top[0]]}."
    )


def _grid_modalities(stack: AttentionStack) -> list[str]:
    """Return the modalities that have places, at most three."""
    both = dict.fromkeys([*stack.queries.modalities, *stack.keys.modalities])
    axes = (stack.queries, stack.keys)
    return [one for one in both if any(axis.is_on_grid(one) for axis in axes)][:3]


def _keys_without_place(stack: AttentionStack) -> NDArray[np.int64]:
    shown = _grid_modalities(stack)
    free = [
        stack.keys.tokens_of(one) for one in stack.keys.modalities if one not in shown
    ]
    return np.sort(np.concatenate(free)) if free else np.zeros(0, np.int64)


def _domains(grids: int, has_bars: bool, has_blocks: bool) -> list[tuple[float, float]]:
    """Return where each panel stands, in parts of the figure's width."""
    matrix = (0.03, 0.36)
    room = 1.0 - matrix[1] - (0.2 if has_blocks else 0.02)
    count = grids + has_bars
    domains, left = [matrix], matrix[1]
    for number in range(count):
        width = room / count
        # Bars have their labels at their left.
        gap = 0.3 * width if has_bars and number == count - 1 else 0.08 * width
        domains.append((left + gap + 0.01, left + width))
        left += width
    if has_blocks:
        domains.append((0.88, 1.0))
    return domains


def _draw_bars(
    figure: go.Figure, view: StackView, tokens: NDArray[np.int64], column: int
) -> None:
    """Draw the largest weights of the row among tokens that have no place."""
    top = tokens[largest_keys(view.row[tokens], SHOWN_KEYS)][::-1]
    unseen = {"marker": {"opacity": 1}}
    draw_key_bars(
        *(figure, view.stack, top, view.row),
        column=column,
        hover="%{x:.3g}",
        customdata=[[int(i)] for i in top],
        selected=unseen,
        unselected=unseen,
    )
    figure.update_yaxes(tickfont_size=FONT_SIZE, row=1, col=column)
    figure.update_xaxes(nticks=4, tickfont_size=FONT_SIZE, row=1, col=column)
    write_title(figure, _bars_title(view, len(top), len(tokens)), column=column)


def _bars_title(view: StackView, shown: int, count: int) -> str:
    few = f"its {shown} largest of {count} keys"
    if shown == count:
        few = "all keys without a place"
    queries = view.stack.queries
    name = f" {short(queries.names[view.query], 20)}" if queries.labels else ""
    return f"<b>row {view.query}</b>{name}<br>{few}"


def _draw_blocks(figure: go.Figure, view: StackView, column: int) -> None:
    """Draw what share of its weight each modality has of which."""
    stack = view.stack
    shares = shares_by_modality(view.matrix, stack.queries, stack.keys)
    queries, keys = (
        [short(name or "tokens", 10) for name in axis.modalities]
        for axis in (stack.queries, stack.keys)
    )
    figure.add_trace(
        go.Heatmap(
            z=shares.astype(np.float32),
            zmin=0,
            zmax=1,
            colorscale=PALE,
            showscale=False,
            text=[[f"{share:.0%}" for share in row] for row in shares],
            hovertemplate="%{y} reads %{x}: %{text} of |weight|<extra></extra>",
            x=keys,
            y=queries,
        ),
        row=1,
        col=column,
    )
    _write_shares(figure, shares, queries, keys, column)
    _frame_blocks(figure, column)
    write_title(
        figure, "<b>who reads whom</b><br>share of |weight|", column=column, right=1
    )


def _write_shares(
    figure: go.Figure,
    shares: NDArray[np.float64],
    queries: list[str],
    keys: list[str],
    column: int,
) -> None:
    """Write the shares over their cells, in the figure's own ink.

    What Plotly writes on a heatmap itself is black or white by the colour that a cell
    would have on white paper, which cannot be read where the page is dark.
    """
    cells = [(row, key) for row in range(len(queries)) for key in range(len(keys))]
    figure.add_trace(
        go.Scatter(
            x=[keys[key] for _, key in cells],
            y=[queries[row] for row, _ in cells],
            text=[f"{shares[cell]:.0%}" for cell in cells],
            mode="text",
            textfont={"size": FONT_SIZE},
            hoverinfo="skip",
            showlegend=False,
        ),
        row=1,
        col=column,
    )


def _frame_blocks(figure: go.Figure, column: int) -> None:
    """Set the axes of the blocks: square, rows down."""
    figure.update_xaxes(tickfont_size=FONT_SIZE, row=1, col=column)
    axis = next(figure.select_xaxes(row=1, col=column)).plotly_name
    figure.update_yaxes(
        autorange="reversed",
        tickfont_size=FONT_SIZE,
        scaleanchor=axis.replace("axis", ""),
        constrain="domain",
        row=1,
        col=column,
    )
    figure.update_xaxes(constrain="domain", row=1, col=column)


def _add_bar(
    figure: go.Figure, view: StackView, span: tuple[float, float], has_room: bool
) -> None:
    low, high, colours = view.scale
    finite = np.nan_to_num(view.matrix)
    over = float(np.abs(finite).max()) > 1.001 * high
    beyond, below = ("≥ ", "≤ ") if over else ("", "")
    first = "weight 0" if low == 0 else below + three_digits(low)
    ends = (first, f"{beyond}{three_digits(high)}, no unit")
    bar = add_scale_bar(figure, ends, middle=span[0], length=span[1])
    if not has_room:  # it ends where the ticks of the bars begin; its words lie lower
        bar |= {"x": 0.4175, "len": 0.145}
    figure.add_trace(carry_bar(bar, low=low, high=high, colours=colours), row=1, col=1)


def _add_legend(figure: go.Figure, stack: AttentionStack) -> None:
    colours = {k: v for k, v in modality_colours(stack).items() if k}
    for name, colour in colours.items():
        figure.add_trace(legend_square(escape(name), colour), row=1, col=1)
