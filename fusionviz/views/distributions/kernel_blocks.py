"""The kernel between all tokens of two modalities, as the blocks of MMD²."""

import math

import plotly.graph_objects as go

from fusionviz.analysis.distributions.kernel import KernelBlocks
from fusionviz.analysis.shared.token_subject import STAGE_TITLES
from fusionviz.views.distributions.pair_names import name_of
from fusionviz.views.shared.style import (
    FONT_SIZE,
    SEQUENTIAL,
    modality_colour,
    three_digits,
)

STRIP = 0.03
"""Width of the bands of the modalities, in parts of the matrix's side."""

_WIDE, _NARROWEST, _LOWEST = 0.32, 0.17, 0.08
"""Parts of the side that a mean with its word, a mean, and a line of text need."""

_BORDER = {"color": "#F5F5F5", "width": 2}


def block_trace(blocks: KernelBlocks, *, bar: dict) -> go.Heatmap:
    """Return the matrix on the first axes.

    Args:
        blocks: What to draw.
        bar: The colour bar's place.
    """
    return go.Heatmap(
        z=blocks.cells,
        zmin=0,
        zmax=1,
        colorscale=SEQUENTIAL,
        colorbar=bar,
        hovertemplate="k = %{z:.3g}<extra></extra>",
    )


def block_axes(blocks: KernelBlocks, domain: tuple[float, float]) -> tuple[dict, dict]:
    """Return the matrix's axes: square cells, rows down, bands at the left and top."""
    side, strip = len(blocks.cells), STRIP * len(blocks.cells)
    reach = [-0.5 - 1.3 * strip, side - 0.5]
    shared = {
        "showgrid": False,
        "zeroline": False,
        "constrain": "domain",
        "tickvals": [(blocks.edge - 1) / 2, (blocks.edge + side - 1) / 2],
        "ticktext": [name_of(name) for name in blocks.pair.names],
        "ticks": "",
    }
    title = {"text": equation(blocks)}
    x_axis = {**shared, "domain": domain, "range": reach, "title": title}
    y_axis = {**shared, "range": reach[::-1], "tickangle": -90, "scaleanchor": "x"}
    return x_axis, y_axis


def block_title(blocks: KernelBlocks) -> str:
    """Return the stage, how many tokens there are, and what of them is drawn."""
    pair = blocks.pair
    detail = f"{pair.sizes[0]} + {pair.sizes[1]} tokens"
    if sum(pair.counts) > sum(pair.sizes):
        detail += " of more"
    if blocks.step > 1:
        detail += f", a cell is the mean of {blocks.step} × {blocks.step}"
    return f"<b>Kernel</b> {STAGE_TITLES[pair.stage]}<br>{detail}"


def equation(blocks: KernelBlocks) -> str:
    """Return MMD² as the sum of its terms, with digits enough to check it."""
    means = blocks.means
    small = abs(means.mmd2) or 1.0
    digits = min(max(3, 2 - math.floor(math.log10(small))), 9)
    terms = [f"{value:.{digits}f}" for value in (means.xx, means.yy, means.xy)]
    result = f"{means.mmd2:.{digits}f}".replace("-", "−")
    return f"{terms[0]} + {terms[1]} − 2 × {terms[2]} = {result} = MMD²"


def bands(blocks: KernelBlocks) -> list[dict]:
    """Return the modalities' colours along the matrix, and lines between its blocks."""
    side, edge = len(blocks.cells) - 0.5, blocks.edge - 0.5
    strip = STRIP * len(blocks.cells)
    beside = (-0.5 - 1.3 * strip, -0.5 - 0.3 * strip)
    shapes = []
    for axis, across in (("x", "y"), ("y", "x")):
        for name, ends in zip(
            blocks.pair.names, ((-0.5, edge), (edge, side)), strict=True
        ):
            box = _between(axis, ends) | _between(across, beside)
            colour = {"fillcolor": modality_colour(name), "line": {"width": 0}}
            shapes.append({"type": "rect", **box, **colour})
        border = _between(axis, (edge, edge)) | _between(across, (-0.5, side))
        shapes.append({"type": "line", **border, "line": _BORDER})
    return shapes


def means_on_blocks(blocks: KernelBlocks) -> list[dict]:
    """Return the means on blocks that can hold them: light on a box of its own."""
    side, means = len(blocks.cells), blocks.means
    low, high = (blocks.edge - 1) / 2, (blocks.edge + side - 1) / 2
    part = blocks.edge / side
    return [
        {
            "x": x,
            "y": y,
            "xref": "x",
            "yref": "y",
            "text": f'<span style="color:#F5F5F5">{"mean " if width > _WIDE else ""}'
            f"{three_digits(value)}</span>",
            "bgcolor": "rgba(25,25,25,0.72)",
            "borderpad": 4,
            "showarrow": False,
            "font": {"size": FONT_SIZE},
        }
        for x, y, width, height, value in (
            (low, low, part, part, means.xx),
            (high, high, 1 - part, 1 - part, means.yy),
            (high, low, 1 - part, part, means.xy),
            (low, high, part, 1 - part, means.xy),
        )
        if width >= _NARROWEST and height >= _LOWEST
    ]


def _between(axis: str, ends: tuple[float, float]) -> dict:
    """Return where a shape of the first panel starts and ends along an axis."""
    return {f"{axis}0": ends[0], f"{axis}1": ends[1], f"{axis}ref": axis}
