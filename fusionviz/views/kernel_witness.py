"""MMD²'s kernel matrix, and beside it where one modality is denser than the other."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fusionviz.analysis.kernel_blocks import KernelBlocks
from fusionviz.analysis.witness import Witness
from fusionviz.views.distances import name_of, pair_title, symbol_of
from fusionviz.views.kernel_blocks import draw_blocks
from fusionviz.views.style import (
    DIVERGING,
    FONT_SIZE,
    dress,
    modality_colour,
    three_digits,
    write_above,
)
from fusionviz.views.token_values import see_through_middle

_PANELS = ((0.0, 0.4), (0.53, 0.9))
_BARS = (0.41, 0.91)
_SMALLEST = 1e-9


def draw_kernel(
    blocks: KernelBlocks, witness: Witness, *, height: int = 470
) -> go.Figure:
    """Draw the kernel matrix, and the witness at the tokens and on their plane.

    Colours of the witness are even around 0, the same for tokens and plane.
    """
    figure = make_subplots(rows=1, cols=2)
    for column, domain in enumerate(_PANELS, start=1):
        figure.update_xaxes(domain=domain, row=1, col=column)
    draw_blocks(figure, blocks, bar=_bar("k<br>no unit", _BARS[0]))
    _draw_plane(figure, witness)
    _draw_tokens(figure, witness)
    _set_axes(figure, witness)
    dress(figure, height=height)
    legend = {"orientation": "h", "x": _PANELS[1][0], "yref": "container", "y": 0}
    return figure.update_layout(
        margin={"l": 10, "r": 10, "t": 58, "b": 92},
        legend={**legend, "yanchor": "bottom", "itemclick": False},
    )


def describe_kernel(blocks: KernelBlocks, witness: Witness) -> str:
    """Return in words what `draw_kernel` shows."""
    means, (x, y) = blocks.means, map(name_of, blocks.pair.names)
    m = len(blocks.pair.x)
    at_x, at_y = witness.values[:m].mean(), witness.values[m:].mean()
    return (
        f"The kernel's mean is {three_digits(means.xx)} within {x}, "
        f"{three_digits(means.yy)} within {y} and {three_digits(means.xy)} between "
        f"them, so MMD² is {three_digits(means.mmd2)}. The witness is on average "
        f"{three_digits(float(at_x))} at {x} tokens and {three_digits(float(at_y))} at "
        f"{y} tokens."
    )


def _bar(title: str, x: float) -> dict:
    return {
        "title": {"text": title, "side": "top", "font": {"size": FONT_SIZE}},
        "tickfont": {"size": FONT_SIZE},
        "thickness": 12,
        "outlinewidth": 0,
        "x": x,
        "len": 0.9,
        "nticks": 5,
    }


def _draw_plane(figure: go.Figure, witness: Witness) -> None:
    most = max(witness.most, _SMALLEST)
    figure.add_trace(
        go.Heatmap(
            x=witness.axis,
            y=witness.axis,
            z=np.float32(witness.grid),
            zmin=-most,
            zmax=most,
            zsmooth="best",
            colorscale=see_through_middle(DIVERGING, faint=0.0),
            showscale=False,
            hoverinfo="skip",
        ),
        row=1,
        col=2,
    )


def _draw_tokens(figure: go.Figure, witness: Witness) -> None:
    """Draw the tokens: filled by the witness, outlined and shaped by modality."""
    pair, m = witness.pair, len(witness.pair.x)
    most = max(witness.most, _SMALLEST)
    for index, own in enumerate((slice(None, m), slice(m, None))):
        name = pair.names[index]
        figure.add_trace(
            go.Scatter(
                x=witness.plane.places[own, 0],
                y=witness.plane.places[own, 1],
                mode="markers",
                name=f"{name_of(name)} tokens",
                marker={
                    "symbol": symbol_of(index),
                    "size": 9,
                    "color": witness.values[own],
                    "cmin": -most,
                    "cmax": most,
                    "colorscale": DIVERGING,
                    "line": {"color": modality_colour(name), "width": 2},
                    "showscale": index == 0,
                    "colorbar": _bar("w<br>no unit", _BARS[1]),
                },
                text=[name_of(label) for label in pair.labels[own]],
                hovertemplate="%{text}<br>w = %{marker.color:.3g}<extra></extra>",
            ),
            row=1,
            col=2,
        )


def _set_axes(figure: go.Figure, witness: Witness) -> None:
    share = [f"{100 * part:.3g} %" for part in witness.plane.explained]
    reach = [float(witness.axis[0]), float(witness.axis[-1])]
    shared = {"showgrid": False, "zeroline": False, "constrain": "domain", "nticks": 5}
    for which, update, part in (
        ("1st", figure.update_xaxes, share[0]),
        ("2nd", figure.update_yaxes, share[1]),
    ):
        update(
            title=f"{which} component, {part} of variance",
            range=reach,
            **shared,
            row=1,
            col=2,
        )
    figure.update_yaxes(scaleanchor="x2", title_standoff=2, row=1, col=2)
    x, y = (name_of(name) for name in witness.pair.names)
    title = f"<b>Witness</b> of {pair_title(witness.pair.names)}<br>"
    title += (
        "all tokens lie in one place"
        if witness.pair.is_one_place
        else f"blue: denser in {x}; red: in {y}"
    )
    write_above(figure, title, x=_PANELS[1][0], y=1, shift=8, anchor="left")
