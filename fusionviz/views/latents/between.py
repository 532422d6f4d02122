"""From one sample to another, three ways: to run through, or all steps at once."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fusionviz.analysis.latents.between import WAYS, Interpolation
from fusionviz.views.latents.mosaic import Mosaic
from fusionviz.views.shared.player import add_player, line_at
from fusionviz.views.shared.scale import Scale, depth_scale
from fusionviz.views.shared.style import (
    FONT_SIZE,
    MODALITY_NAMES,
    dress,
    modality_title,
    three_digits,
)

WAY_NAMES = {
    "spherical": "spherical in z",
    "linear": "linear in z",
    "pixels": "pixels mixed",
}
WAY_COLOURS = {"spherical": "#009E73", "linear": "#CC79A7", "pixels": "#D55E00"}
"""Okabe and Ito's, none of them RGB's or depth's."""

WAY_DASHES = {"spherical": "solid", "linear": "dash", "pixels": "dot"}
ROWS = tuple(MODALITY_NAMES)


def draw_between(between: Interpolation) -> go.Figure:
    """Draw one step, each way, with a slider that runs through the steps.

    On the right the bits per dimension and the length of the latents along the way; a
    line follows the slider.

    Args:
        between: Steps from A to B.
    """
    figure = _panels(
        ["", "<b>bits per dimension</b>", "<b>|z| / √dim</b>, no unit"],
        specs=[[{"rowspan": 2}, {}], [None, {}]],
    )
    mosaic = Mosaic(
        rows=2,
        columns=len(WAYS),
        cell_pixels=180,
        notes=(1,),
        shape=_shape(between),
    )
    scale = _depth_scale(between)
    start = between.middle
    figure.add_trace(_words(between, mosaic, start), row=1, col=1)
    figure.update_layout(images=_shown(between, mosaic, scale, start))
    figure.add_trace(mosaic.headings([_heading(way) for way in WAYS]), row=1, col=1)
    figure.add_trace(scale.bar(x=0.555, y=0.5, length=0.7), row=1, col=1)
    mosaic.name_rows(figure, [modality_title(name) for name in ROWS])
    mosaic.fit(figure)
    _draw_curves(figure, between)
    moving = [0]
    for row in (1, 2):
        figure.add_trace(_line_at(between, start, row), row=row, col=2)
        moving.append(len(figure.data) - 1)
    dress(figure)
    frames = [
        go.Frame(
            data=[
                _words(between, mosaic, step),
                *(_line_at(between, step, row) for row in (1, 2)),
            ],
            traces=moving,
            layout={"images": _shown(between, mosaic, scale, step)},
        )
        for step in range(len(between.shares))
    ]
    labels = [f"{share:.0%}" for share in between.shares]
    add_player(figure, frames, labels, prefix="share of B: ", start=start)
    return figure.update_layout(showlegend=False)


def draw_all_steps(between: Interpolation) -> go.Figure:
    """Draw every step, each way, RGB above depth, with the bits under it.

    Args:
        between: Steps from A to B.
    """
    rows = 2 * len(WAYS)
    steps = len(between.shares)
    mosaic = Mosaic(
        rows=rows,
        columns=steps,
        cell_pixels=75,
        notes=(1, 3, 5),
        shape=_shape(between),
    )
    scale = _depth_scale(between)
    figure = make_subplots(rows=1, cols=1, column_widths=[1.0])
    pictures = [
        line
        for way in WAYS
        for line in (
            [np.asarray(one.rgb) for one in between.pictures[way]],
            [scale.paint(np.asarray(one.depth_m)) for one in between.pictures[way]],
        )
    ]
    figure.update_layout(images=mosaic.pictures(pictures))
    bits = [[three_digits(b) for b in between.bits_per_dim[way]] for way in WAYS]
    figure.add_trace(mosaic.words(bits))
    figure.add_trace(mosaic.headings([f"{share:.0%}" for share in between.shares]))
    figure.add_trace(scale.bar(x=0.0, y=0.5, length=0.6, anchor="right"))
    for number, way in enumerate(WAYS):
        middle = (mosaic.top(2 * number) + mosaic.top(2 * number + 1) + 100) / 2
        figure.add_annotation(
            text=_heading(way), x=0, y=middle, xshift=-16, textangle=-90,
            showarrow=False, font_size=14,
        )  # fmt: skip
    mosaic.fit(figure, towards="left")
    dress(figure, top=8)
    return figure.update_layout(margin_l=96)


def describe_between(between: Interpolation) -> str:
    """Return in words what both pictures show."""
    middle = between.middle
    parts = [
        f"{WAY_NAMES[way]} {three_digits(between.bits_per_dim[way][middle])}"
        for way in WAYS
    ]
    ends = between.bits_per_dim["linear"]
    return (
        f"{len(between.shares)} steps from A ({three_digits(ends[0])} bits per "
        f"dimension) to B ({three_digits(ends[-1])}), RGB and depth. Bits per "
        f"dimension at {between.shares[middle]:.0%} of B: {', '.join(parts)}."
    )


def _panels(titles: list[str], specs: list) -> go.Figure:
    figure = make_subplots(
        rows=2,
        cols=2,
        specs=specs,
        column_widths=[0.65, 0.35],
        horizontal_spacing=0.15,
        vertical_spacing=0.2,
        subplot_titles=titles,
    )
    return figure.update_annotations(font_size=FONT_SIZE)


def _heading(way: str) -> str:
    dot = f'<span style="color:{WAY_COLOURS[way]}">●</span>'
    return f"{dot} {WAY_NAMES[way]}"


def _shape(between: Interpolation) -> float:
    """Return the height of the pictures in widths."""
    return next(iter(between.pictures.values()))[0].shape


def _depth_scale(between: Interpolation) -> Scale:
    return depth_scale(
        np.asarray(one.depth_m) for way in WAYS for one in between.pictures[way]
    )


def _shown(
    between: Interpolation, mosaic: Mosaic, scale: Scale, step: int
) -> list[dict]:
    """Return the six pictures of a step."""
    pictures = [between.pictures[way][step] for way in WAYS]
    return mosaic.pictures(
        (
            [np.asarray(one.rgb) for one in pictures],
            [scale.paint(np.asarray(one.depth_m)) for one in pictures],
        )
    )


def _words(between: Interpolation, mosaic: Mosaic, step: int) -> go.Scatter:
    bits = [f"{three_digits(between.bits_per_dim[way][step])} bits" for way in WAYS]
    return mosaic.words([bits])


def _draw_curves(figure: go.Figure, between: Interpolation) -> None:
    values = {1: between.bits_per_dim, 2: between.latent_length}
    for row, curves in values.items():
        for way in WAYS:
            line = {"color": WAY_COLOURS[way], "width": 3, "dash": WAY_DASHES[way]}
            curve = go.Scatter(
                x=100 * between.shares,
                y=curves[way],
                mode="lines+markers",
                marker={"size": 6},
                line=line,
                name=WAY_NAMES[way],
                hovertemplate=WAY_NAMES[way] + ", %{x:.0f} % of B: %{y:.3g}"
                "<extra></extra>",
            )
            figure.add_trace(curve, row=row, col=2)
    axis = {"ticksuffix": " %", "tickfont_size": 14, "zeroline": False}
    figure.update_xaxes(col=2, showticklabels=False, **axis)
    figure.update_xaxes(
        row=2,
        col=2,
        title={"text": "share of B", "font": {"size": FONT_SIZE}},
        showticklabels=True,
    )
    figure.update_yaxes(col=2, tickfont_size=14, zeroline=False, nticks=5)


def _line_at(between: Interpolation, step: int, row: int) -> go.Scatter:
    """Return the upright line at a step, over the whole height of a chart."""
    curves = between.bits_per_dim if row == 1 else between.latent_length
    every = np.concatenate([curves[way] for way in WAYS])
    share = 100 * between.shares[step]
    return line_at(share, (every.min(), every.max()))
