"""Pictures along a direction, run through by a slider that lives in the figure."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fusionviz.analysis.latents.traverse import Traverse
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.views.shared.pixels import every, photo_address
from fusionviz.views.shared.player import add_player
from fusionviz.views.shared.scale import Scale, depth_scale
from fusionviz.views.shared.style import (
    FONT_SIZE,
    MARK,
    dress,
    modality_title,
    three_digits,
)

WIDTH = 100.0
"""Of a picture in the units of the axes."""

GAP = 4.0
LARGEST = 160
"""Pixels a side that are sent of each frame; larger pictures are sampled."""

CURVE = "#8A8A8A"


def draw_strip(traverse: Traverse) -> go.Figure:
    """Draw RGB and depth of one frame, and curves over all of them.

    All depths share one scale in metres. The slider and the play button change the
    pictures and the dots on the curves without the server.

    Args:
        traverse: Frames along the first direction.
    """
    figure = make_subplots(
        rows=2,
        cols=2,
        column_widths=[0.71, 0.29],
        specs=[[{"rowspan": 2}, {}], [None, {}]],
        horizontal_spacing=0.18,
        vertical_spacing=0.14,
    )
    scale = depth_scale(np.asarray(one.depth_m) for one in traverse.after)
    pictures = [_pictures(one, scale) for one in traverse.after]
    sigmas = traverse.sigmas[:, 0]
    start = len(sigmas) // 2
    figure.add_trace(scale.bar(x=0.584, y=0.64, length=0.7), row=1, col=1)
    curves = (traverse.bits_after, 100 * traverse.changed)
    for row, curve in enumerate(curves, start=1):
        figure.add_trace(_curve(sigmas, curve), row=row, col=2)
    for row, curve in enumerate(curves, start=1):
        figure.add_trace(_dot(sigmas, curve, start), row=row, col=2)
    frames = [
        go.Frame(
            data=[_dot(sigmas, curve, index) for curve in curves],
            traces=[len(figure.data) - 2, len(figure.data) - 1],
            layout={"images": images},
        )
        for index, images in enumerate(pictures)
    ]
    figure.update_layout(images=pictures[start], showlegend=False)
    _frame_axes(figure, traverse)
    dress(figure, top=30)
    labels = [f"{sigma:+.1f}".replace("-", "−") if sigma else "0" for sigma in sigmas]
    said = f"σ along {traverse.directions[0].name}: "
    add_player(figure, frames, labels, prefix=said, start=start, milliseconds=250)
    return figure


def describe_strip(traverse: Traverse) -> str:
    """Return in words what `draw_strip` shows."""
    sigmas, bits = traverse.sigmas[:, 0], traverse.bits_after
    return (
        f"{len(sigmas)} frames of RGB and depth as the latents move from "
        f"{sigmas[0]:g} to {sigmas[-1]:g} σ along {traverse.directions[0].name}; bits "
        f"per dimension go from {three_digits(float(bits[0]))} over "
        f"{three_digits(float(bits[len(bits) // 2]))} to "
        f"{three_digits(float(bits[-1]))}, and up to {traverse.changed.max():.1%} of "
        "the pixels get another class."
    )


def _pictures(pair: Pictures, scale: Scale) -> list[dict]:
    """Return RGB and depth of a frame, side by side."""
    depth = scale.paint(np.asarray(pair.depth_m))
    return [_picture(np.asarray(pair.rgb), 0), _picture(depth, WIDTH + GAP)]


def _picture(pixels: np.ndarray, left: float) -> dict:
    step = every(pixels.shape, LARGEST)
    return {
        "source": photo_address(np.ascontiguousarray(pixels[::step, ::step])),
        "xref": "x",
        "yref": "y",
        "x": left,
        "y": 0,
        "sizex": WIDTH,
        "sizey": WIDTH * len(pixels) / pixels.shape[1],
        "sizing": "stretch",
        "layer": "below",
    }


def _curve(sigmas: np.ndarray, values: np.ndarray) -> go.Scatter:
    return go.Scatter(
        x=sigmas,
        y=values,
        mode="lines+markers",
        line={"color": CURVE, "width": 2},
        marker={"size": 5},
        hovertemplate="%{x:+.1f} σ: %{y:.3g}<extra></extra>",
    )


def _dot(sigmas: np.ndarray, values: np.ndarray, index: int) -> go.Scatter:
    marker = {"size": 13, "color": MARK}
    return go.Scatter(
        x=sigmas[index : index + 1],
        y=values[index : index + 1],
        mode="markers",
        marker=marker,
        cliponaxis=False,
        hoverinfo="skip",
    )


def _frame_axes(figure: go.Figure, traverse: Traverse) -> None:
    hidden = {"visible": False, "constrain": "domain", "fixedrange": True}
    bottom = WIDTH * traverse.before.shape
    figure.update_xaxes(
        range=[0, 2 * WIDTH + GAP], constraintoward="right", row=1, col=1, **hidden
    )
    figure.update_yaxes(
        range=[bottom, 0],
        scaleanchor="x",
        constraintoward="top",
        row=1,
        col=1,
        **hidden,
    )
    for index, name in enumerate(("rgb", "depth")):
        detail = "(guess)" if traverse.missing == name else ""
        figure.add_annotation(
            text=modality_title(name, detail),
            x=index * (WIDTH + GAP),
            y=0,
            xanchor="left",
            yanchor="bottom",
            xref="x",
            yref="y",
            showarrow=False,
            font_size=FONT_SIZE,
        )
    plain = {"zeroline": False, "gridcolor": "rgba(128,128,128,0.25)"}
    figure.update_xaxes(title="σ", row=2, col=2, **plain)
    figure.update_xaxes(showticklabels=False, row=1, col=2, **plain)
    figure.update_yaxes(title="bits per dim.", row=1, col=2, **plain)
    figure.update_yaxes(
        title="other class, %", rangemode="tozero", row=2, col=2, **plain
    )
