"""The kernel between all tokens of two modalities, as the blocks of MMD²."""

import math

import plotly.graph_objects as go

from fusionviz.analysis.kernel_blocks import KernelBlocks
from fusionviz.analysis.token_pair import TokenPair
from fusionviz.analysis.token_subject import STAGE_TITLES
from fusionviz.views.distances import name_of
from fusionviz.views.style import (
    FONT_SIZE,
    SEQUENTIAL,
    modality_colour,
    three_digits,
    write_above,
)

STRIP = 0.03
"""Width of the bands of the modalities, in parts of the matrix's side."""

_WIDE, _NARROWEST, _LOWEST = 0.32, 0.17, 0.08
"""Parts of the side that a mean with its word, a mean, and a line of text need."""

_BORDER = {"color": "#F5F5F5", "width": 2}


def draw_blocks(figure: go.Figure, blocks: KernelBlocks, *, bar: dict) -> None:
    """Draw the matrix in the first panel, its bands, and the means of its blocks.

    Args:
        figure: Of one row.
        blocks: What to draw.
        bar: The colour bar's place.
    """
    names = [name_of(name) for name in blocks.pair.names]
    figure.add_trace(
        go.Heatmap(
            z=blocks.cells,
            zmin=0,
            zmax=1,
            colorscale=SEQUENTIAL,
            colorbar=bar,
            hovertemplate="k = %{z:.3g}<extra></extra>",
        ),
        row=1,
        col=1,
    )
    _draw_bands(figure, blocks)
    _write_means(figure, blocks)
    side, strip = len(blocks.cells), STRIP * len(blocks.cells)
    middles = [(blocks.edge - 1) / 2, (blocks.edge + side - 1) / 2]
    shared = {"showgrid": False, "zeroline": False, "constrain": "domain"}
    shared |= {"tickvals": middles, "ticktext": names, "ticks": ""}
    reach = [-0.5 - 1.3 * strip, side - 0.5]
    figure.update_xaxes(range=reach, title=equation(blocks), **shared, row=1, col=1)
    figure.update_yaxes(
        range=reach[::-1], tickangle=-90, scaleanchor="x", **shared, row=1, col=1
    )
    detail = f"{blocks.pair.sizes[0]} + {blocks.pair.sizes[1]} tokens"
    if blocks.step > 1:
        detail += f", a cell is the mean of {blocks.step} × {blocks.step}"
    elif left_out(blocks.pair):
        detail += ", evenly chosen"
    text = f"<b>Kernel</b> {STAGE_TITLES[blocks.pair.stage]}<br>{detail}"
    start = next(figure.select_xaxes(row=1, col=1)).domain[0]
    write_above(figure, text, x=start, y=1, shift=8, anchor="left")


def equation(blocks: KernelBlocks) -> str:
    """Return MMD² as the sum of its terms, with digits enough to check it."""
    means = blocks.means
    small = abs(means.mmd2) or 1.0
    digits = min(max(3, 2 - math.floor(math.log10(small))), 9)
    terms = [f"{value:.{digits}f}" for value in (means.xx, means.yy, means.xy)]
    result = f"{means.mmd2:.{digits}f}".replace("-", "−")
    return f"{terms[0]} + {terms[1]} − 2 × {terms[2]} = {result} = MMD²"


def left_out(pair: TokenPair) -> int:
    """Return how many tokens are not compared."""
    return sum(pair.counts) - sum(pair.sizes)


def _draw_bands(figure: go.Figure, blocks: KernelBlocks) -> None:
    """Draw the modalities' colours along the matrix, and lines between its blocks."""
    side, edge = len(blocks.cells) - 0.5, blocks.edge - 0.5
    strip = STRIP * len(blocks.cells)
    ends = ((-0.5, edge), (edge, side))
    beside = {"0": -0.5 - 1.3 * strip, "1": -0.5 - 0.3 * strip}
    for name, along in zip(blocks.pair.names, ends, strict=True):
        for axis, across in (("x", "y"), ("y", "x")):
            box = {f"{axis}{end}": along[int(end)] for end in "01"}
            box |= {f"{across}{end}": place for end, place in beside.items()}
            figure.add_shape(
                type="rect",
                **box,
                fillcolor=modality_colour(name),
                line={"width": 0},
                row=1,
                col=1,
            )
    for axis, across in (("x", "y"), ("y", "x")):
        line = {f"{axis}{end}": edge for end in "01"}
        line |= {f"{across}0": -0.5, f"{across}1": side}
        figure.add_shape(type="line", **line, line=_BORDER, row=1, col=1)


def _write_means(figure: go.Figure, blocks: KernelBlocks) -> None:
    """Write the means on blocks that can hold them: light on a box of its own."""
    side, means = len(blocks.cells), blocks.means
    low, high = (blocks.edge - 1) / 2, (blocks.edge + side - 1) / 2
    part = blocks.edge / side
    for x, y, width, height, value in (
        (low, low, part, part, means.xx),
        (high, high, 1 - part, 1 - part, means.yy),
        (high, low, 1 - part, part, means.xy),
        (low, high, part, 1 - part, means.xy),
    ):
        if width < _NARROWEST or height < _LOWEST:
            continue
        word = "mean " if width > _WIDE else ""
        figure.add_annotation(
            x=x,
            y=y,
            text=f'<span style="color:#F5F5F5">{word}{three_digits(value)}</span>',
            bgcolor="rgba(25,25,25,0.72)",
            borderpad=4,
            showarrow=False,
            font_size=FONT_SIZE,
            row=1,
            col=1,
        )
