"""MMD²'s kernel matrix, and beside it where one modality is denser than the other."""

import math
from functools import cache

import numpy as np
import plotly.graph_objects as go

from fusionviz.analysis.distributions.kernel import KernelBlocks, Witness
from fusionviz.analysis.shared.subjects.tokens import STAGE_TITLES
from fusionviz.views.distributions.pair_names import pair_title, symbol_of, title_at
from fusionviz.views.shared.bars import upright_bar
from fusionviz.views.shared.colours import Stops, veiled_scale
from fusionviz.views.shared.style import (
    DIVERGING,
    FONT_SIZE,
    SEQUENTIAL,
    dress,
    modality_colour,
    modality_name,
    three_digits,
)

_PANELS = ((0.0, 0.4), (0.53, 0.9))
_BARS = (0.41, 0.91)
_SMALLEST = 1e-9

STRIP = 0.03
"""Width of the bands of the modalities, in parts of the matrix's side."""

_WIDE, _NARROWEST, _LOWEST = 0.32, 0.17, 0.08
"""Parts of the side that a mean with its word, a mean, and a line of text need."""

_BORDER = {"color": "#F5F5F5", "width": 2}


def draw_kernel(blocks: KernelBlocks, witness: Witness) -> go.Figure:
    """Draw the kernel matrix, and the witness at the tokens and on their plane.

    Colours of the witness are even around 0, the same for tokens and plane.
    """
    x_axis, y_axis = block_axes(blocks, _PANELS[0])
    figure = go.Figure(
        data=[
            block_trace(blocks, bar=_bar("k", _BARS[0])),
            _plane(witness),
            *_tokens(witness),
        ],
        layout={
            "xaxis": x_axis,
            "yaxis": y_axis,
            **_plane_axes(witness),
            "shapes": bands(blocks),
            "annotations": [
                *means_on_blocks(blocks),
                title_at(_PANELS[0][0], block_title(blocks)),
                title_at(_PANELS[1][0], _title(witness)),
            ],
        },
    )
    dress(figure)
    legend = {"orientation": "h", "x": _PANELS[1][0], "yref": "container", "y": 0}
    return figure.update_layout(
        margin={"l": 10, "r": 10, "t": 58, "b": 92},
        legend={**legend, "yanchor": "bottom", "itemclick": False},
    )


def describe_kernel(blocks: KernelBlocks, witness: Witness) -> str:
    """Return in words what `draw_kernel` shows."""
    means, (x, y) = blocks.means, map(modality_name, blocks.pair.names)
    m = len(blocks.pair.x)
    at_x, at_y = witness.values[:m].mean(), witness.values[m:].mean()
    return (
        f"The kernel's mean is {three_digits(means.xx)} within {x}, "
        f"{three_digits(means.yy)} within {y} and {three_digits(means.xy)} between "
        f"them, so MMD² is {three_digits(means.mmd2)}. The witness is on average "
        f"{three_digits(float(at_x))} at {x} tokens and {three_digits(float(at_y))} at "
        f"{y} tokens."
    )


def _bar(name: str, x: float) -> dict:
    return upright_bar(x=x, length=0.9, title=f"{name}<br>no unit", ticks=5)


def _plane(witness: Witness) -> go.Heatmap:
    most = max(witness.most, _SMALLEST)
    return go.Heatmap(
        x=witness.axis,
        y=witness.axis,
        z=np.float32(witness.grid),
        zmin=-most,
        zmax=most,
        zsmooth="best",
        colorscale=_clear_middle(),
        showscale=False,
        hoverinfo="skip",
        xaxis="x2",
        yaxis="y2",
    )


@cache
def _clear_middle() -> Stops:
    """Return the diverging colours, clear at 0, so that either ground is its middle."""
    places = np.linspace(0, 1, 21)
    away = np.abs(2 * places - 1)
    # The middle half of the scale is whitish: its veil would glow on a dark ground.
    strong = 0.5 + np.sign(places - 0.5) * (0.25 + 0.25 * away)
    return veiled_scale(DIVERGING, places.tolist(), away, colours_at=strong)


def _tokens(witness: Witness) -> list[go.Scatter]:
    """Return marks of the tokens: filled by the witness, shaped by modality."""
    pair, m = witness.pair, len(witness.pair.x)
    most = max(witness.most, _SMALLEST)
    scale = {"cmin": -most, "cmax": most, "colorscale": DIVERGING}
    scale["colorbar"] = _bar("w", _BARS[1])
    return [
        go.Scatter(
            x=witness.plane.places[own, 0],
            y=witness.plane.places[own, 1],
            mode="markers",
            name=f"{modality_name(name)} tokens",
            marker={
                **scale,
                "showscale": index == 0,
                "symbol": symbol_of(index),
                "size": 8,
                "color": witness.values[own],
                "line": {"color": modality_colour(name), "width": 2},
            },
            text=[modality_name(label) for label in pair.labels[own]],
            hovertemplate="%{text}<br>w = %{marker.color:.3g}<extra></extra>",
            xaxis="x2",
            yaxis="y2",
        )
        for index, (name, own) in enumerate(
            zip(pair.names, (slice(None, m), slice(m, None)), strict=True)
        )
    ]


def _plane_axes(witness: Witness) -> dict[str, dict]:
    """Return the axes of the plane: one scale for both components."""
    first, second = (f"{100 * part:.3g} %" for part in witness.plane.explained)
    shared = {
        "range": [float(witness.axis[0]), float(witness.axis[-1])],
        "showgrid": False,
        "zeroline": False,
        "constrain": "domain",
        "nticks": 5,
    }
    return {
        "xaxis2": {
            **shared,
            "domain": _PANELS[1],
            "anchor": "y2",
            "title": {"text": f"1st component, {first} of variance"},
        },
        "yaxis2": {
            **shared,
            "anchor": "x2",
            "scaleanchor": "x2",
            "title": {
                "text": f"2nd component, {second} of variance",
                "standoff": 2,
            },
        },
    }


def _title(witness: Witness) -> str:
    x, y = (modality_name(name) for name in witness.pair.names)
    what = (
        "all tokens lie in one place"
        if witness.pair.is_one_place
        else f"blue: denser in {x}; red: in {y}"
    )
    return f"<b>Witness</b> of {pair_title(witness.pair.names)}<br>{what}"


def block_trace(blocks: KernelBlocks, *, bar: dict) -> go.Heatmap:
    """Return the kernel matrix as a heat map on the first axes.

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
        "ticktext": [modality_name(name) for name in blocks.pair.names],
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
    """Return the labels of the blocks' means, on those blocks that can hold one."""
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
    """Return both ends of a shape of the first panel along an axis."""
    return {f"{axis}0": ends[0], f"{axis}1": ends[1], f"{axis}ref": axis}
