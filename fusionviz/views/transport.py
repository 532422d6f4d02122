"""A transport plan as lines between two pictures."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.colors import get_colorscale, sample_colorscale

from fusionviz.analysis.pictures import Pictures
from fusionviz.analysis.transport import Correspondences, Transport
from fusionviz.views.pixels import grey_depth, picture_address, quiet
from fusionviz.views.style import (
    FONT_SIZE,
    MODALITY_COLOURS,
    SEQUENTIAL,
    add_scale_bar,
    dress,
    modality_title,
    three_digits,
)

GAP = 0.22
"""Space between the pictures, in sides of one."""


def draw_transport(
    transport: Transport, *, count: int = 16, height: int = 430
) -> go.Figure:
    """Draw the strongest correspondences as lines from source to target patches.

    Lines are coloured by cost, on a scale that starts at 0; where the pictures show
    the same view, a level line is a patch that was sent to its own place.

    Args:
        transport: The plan.
        count: How many pairs to draw; fewer if the plan has fewer.
        height: Pixels.
    """
    side = transport.pictures.side
    shift = side * (1 + GAP)
    figure = go.Figure()
    for modality, x0 in ((transport.source, 0.0), (transport.target, shift)):
        ground = _ground(transport.pictures, modality)
        picture = go.Image(source=picture_address(ground), x0=x0, hoverinfo="skip")
        figure.add_trace(picture)
    pairs = transport.strongest(count)
    _draw_lines(figure, transport, pairs, shift)
    _draw_ends(figure, transport, pairs, shift)
    _frame(figure, side, shift)
    roles = ((transport.source, "source", 0.0), (transport.target, "anchor", shift))
    for modality, role, x0 in roles:
        figure.add_annotation(
            text=modality_title(modality, role),
            x=x0 + side / 2,
            y=-0.5,
            yanchor="bottom",
            showarrow=False,
            font_size=FONT_SIZE,
        )
    dress(figure, height=height)
    return figure.update_layout(margin_b=56)


def describe_transport(transport: Transport, *, count: int) -> str:
    """Return in words what `draw_transport` shows."""
    pairs = transport.strongest(count)
    level = int((pairs.source == pairs.target).sum())
    return (
        f"{len(pairs.cost)} lines from {transport.source} to {transport.target} "
        f"patches, {level} of them to the same place; of the whole plan "
        f"{transport.in_place:.1%} stays in place."
    )


def _frame(figure: go.Figure, side: int, shift: float) -> None:
    hidden = {"visible": False, "constrain": "domain"}
    figure.update_xaxes(range=[-0.5, shift + side - 0.5], **hidden)
    figure.update_yaxes(range=[side - 0.5, -0.5], scaleanchor="x", **hidden)


def _ground(pictures: Pictures, modality: str) -> NDArray[np.uint8]:
    if modality == "rgb" and pictures.rgb is not None:
        return quiet(pictures.rgb, colour=0.6)
    if modality == "depth" and pictures.depth_m is not None:
        return grey_depth(pictures.depth_m)
    return np.full((pictures.side, pictures.side, 3), 128, np.uint8)


def _ends(
    transport: Transport, pairs: Correspondences, shift: float
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Return x and y of each pair's source, then of its target."""
    cell = transport.pictures.side / transport.grid
    source_row, source_column = np.divmod(pairs.source, transport.grid)
    target_row, target_column = np.divmod(pairs.target, transport.grid)
    start = (cell - 1) / 2
    return (
        start + source_column * cell,
        start + source_row * cell,
        start + target_column * cell + shift,
        start + target_row * cell,
    )


def _draw_lines(
    figure: go.Figure, transport: Transport, pairs: Correspondences, shift: float
) -> None:
    x_source, y_source, x_target, y_target = _ends(transport, pairs, shift)
    most = max(float(pairs.cost.max(initial=0)), 1e-6)
    colours = sample_colorscale(
        get_colorscale(SEQUENTIAL), np.clip(pairs.cost / most, 0, 1).tolist()
    )
    gaps = np.full(len(pairs.cost), np.nan)
    halo = go.Scatter(
        x=np.stack([x_source, x_target, gaps], axis=1).ravel(),
        y=np.stack([y_source, y_target, gaps], axis=1).ravel(),
        mode="lines",
        line={"color": "rgba(255,255,255,0.75)", "width": 5},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_trace(halo)
    for i, colour in enumerate(colours):
        figure.add_trace(
            go.Scatter(
                x=[x_source[i], x_target[i]],
                y=[y_source[i], y_target[i]],
                mode="lines",
                line={"color": colour, "width": 2.5},
                hoverinfo="skip",
                showlegend=False,
            )
        )


def _draw_ends(
    figure: go.Figure, transport: Transport, pairs: Correspondences, shift: float
) -> None:
    x_source, y_source, x_target, y_target = _ends(transport, pairs, shift)
    text = [
        f"{transport.source} {_place(s, transport.grid)} → "
        f"{transport.target} {_place(t, transport.grid)}<br>"
        f"mass {three_digits(m)} of a patch, cost {three_digits(c)}"
        for s, t, m, c in zip(
            pairs.source, pairs.target, pairs.mass, pairs.cost, strict=True
        )
    ]
    most = max(float(pairs.cost.max(initial=0)), 1e-6)
    outline = {"color": "#FFFFFF", "width": 1.5}
    for modality, x, y in (
        (transport.source, x_source, y_source),
        (transport.target, x_target, y_target),
    ):
        marker = {"size": 10, "color": MODALITY_COLOURS[modality], "line": outline}
        figure.add_trace(
            go.Scatter(
                x=x,
                y=y,
                mode="markers",
                marker=marker,
                text=text,
                hovertemplate="%{text}<extra></extra>",
                showlegend=False,
            )
        )
    ends = ("cost 0", f"{three_digits(most)} of 2, no unit")
    bar = add_scale_bar(figure, ends, middle=0.5, length=0.4)
    figure.add_trace(_cost_scale(most, bar))


def _place(patch: int, grid: int) -> str:
    row, column = divmod(int(patch), grid)
    return f"row {row + 1}, column {column + 1}"


def _cost_scale(most: float, bar: dict) -> go.Scatter:
    """Return an invisible trace that carries the lines' colour bar."""
    marker = {
        "color": [0.0],
        "cmin": 0,
        "cmax": most,
        "colorscale": SEQUENTIAL,
        "colorbar": bar,
        "opacity": 0,
        "showscale": True,
    }
    return go.Scatter(
        x=[0], y=[0], mode="markers", marker=marker, hoverinfo="skip", showlegend=False
    )
