"""A transport plan as lines between two pictures."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.colors import get_colorscale, sample_colorscale

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.transport_plan import Correspondences, Role, Transport
from fusionviz.views.shared.bars import add_scale_bar, carry_bar
from fusionviz.views.shared.pixels import grey_depth, picture_address, quiet
from fusionviz.views.shared.style import (
    FONT_SIZE,
    SEQUENTIAL,
    dress,
    modality_colour,
    modality_title,
    three_digits,
)

ROLES: tuple[Role, ...] = ("source", "target")

GAP = 0.22
"""Space between the pictures, in sides of one."""


def draw_transport(
    transport: Transport,
    *,
    count: int = 16,
    most: float | None = None,
) -> go.Figure:
    """Draw the strongest correspondences as lines from source to target patches.

    Lines are coloured by cost, on a scale that starts at 0; where the pictures show
    the same view, a level line is a patch that was sent to its own place.

    Args:
        transport: The plan.
        count: How many pairs to draw; fewer if the plan has fewer.
        most: Top of the scale of costs; the largest that is drawn if not given.
    """
    figure = go.Figure()
    draw_pictures(figure, transport)
    pairs = transport.strongest(count)
    draw_lines(figure, transport, pairs, most=most)
    draw_ends(figure, transport, pairs)
    draw_cost_bar(figure, largest_cost(pairs) if most is None else most)
    name_pictures(figure, transport, {"source": "source", "target": "anchor"})
    dress(figure)
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


def left_of(transport: Transport, role: Role) -> float:
    """Return where a picture's first column of pixels is on the axis."""
    return 0.0 if role == "source" else transport.pictures.width * (1 + GAP)


def draw_pictures(figure: go.Figure, transport: Transport) -> None:
    """Draw both pictures quietly, side by side on one pair of axes."""
    height, width = transport.pictures.size
    for role, modality in transport.names.items():
        address = picture_address(_ground(transport.pictures, modality))
        x0 = left_of(transport, role)
        figure.add_trace(go.Image(source=address, x0=x0, hoverinfo="skip"))
    hidden = {"visible": False, "constrain": "domain"}
    right = left_of(transport, "target") + width
    figure.update_xaxes(range=[-0.5, right - 0.5], **hidden)
    figure.update_yaxes(range=[height - 0.5, -0.5], scaleanchor="x", **hidden)


def name_pictures(
    figure: go.Figure, transport: Transport, details: Mapping[Role, str]
) -> None:
    """Write above each picture what it is, and what it does."""
    for role, modality in transport.names.items():
        figure.add_annotation(
            text=modality_title(modality, details[role]),
            x=left_of(transport, role) + transport.pictures.width / 2,
            y=-0.5,
            yanchor="bottom",
            showarrow=False,
            font_size=FONT_SIZE,
        )


def _ground(pictures: Pictures, modality: str) -> NDArray[np.uint8]:
    if modality == "rgb" and pictures.rgb is not None:
        return quiet(pictures.rgb, colour=0.6)
    if modality == "depth" and pictures.depth_m is not None:
        return grey_depth(pictures.depth_m)
    return np.full((*pictures.size, 3), 128, np.uint8)


def line_ends(
    transport: Transport, pairs: Correspondences
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Return x and y of each pair's source, then of its target."""
    cell = transport.pictures.width / transport.grid.columns
    shift = left_of(transport, "target")
    source_row, source_column = transport.grid.coordinates(pairs.source)
    target_row, target_column = transport.grid.coordinates(pairs.target)
    start = (cell - 1) / 2
    return (
        start + source_column * cell,
        start + source_row * cell,
        start + target_column * cell + shift,
        start + target_row * cell,
    )


def draw_lines(
    figure: go.Figure,
    transport: Transport,
    pairs: Correspondences,
    *,
    most: float | None = None,
) -> None:
    """Draw a line for each pair, coloured by cost.

    Args:
        figure: With both pictures.
        transport: The plan.
        pairs: What to draw.
        most: Top of the scale of costs; the largest of the pairs' if not given.
    """
    if not len(pairs.cost):
        return
    x_source, y_source, x_target, y_target = line_ends(transport, pairs)
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
    for i, colour in enumerate(cost_colours(pairs, most)):
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


def draw_ends(
    figure: go.Figure, transport: Transport, pairs: Correspondences, *, size: float = 10
) -> None:
    """Draw both ends of each pair, which say what it is."""
    x_source, y_source, x_target, y_target = line_ends(transport, pairs)
    text = [
        f"{transport.source} {transport.grid.name(s)} → "
        f"{transport.target} {transport.grid.name(t)}<br>"
        f"mass {three_digits(m)} of a patch, cost {three_digits(c)}"
        for s, t, m, c in zip(
            pairs.source, pairs.target, pairs.mass, pairs.cost, strict=True
        )
    ]
    outline = {"color": "#FFFFFF", "width": 0.15 * size}
    for modality, x, y in (
        (transport.source, x_source, y_source),
        (transport.target, x_target, y_target),
    ):
        marker = {"size": size, "color": modality_colour(modality), "line": outline}
        figure.add_trace(
            go.Scatter(
                x=x,
                y=y,
                mode="markers",
                marker=marker,
                text=text,
                hovertemplate="%{text}<extra></extra>",
                unselected={"marker": {"opacity": 1}},
                showlegend=False,
            )
        )


def draw_cost_bar(
    figure: go.Figure, most: float, *, middle: float = 0.5, length: float = 0.4
) -> None:
    """Draw the scale of the lines, from 0, places in parts of the figure's width."""
    ends = ("cost 0", f"{three_digits(most)} of 2, no unit")
    bar = add_scale_bar(figure, ends, middle=middle, length=length)
    figure.add_trace(carry_bar(bar, low=0, high=most, colours=SEQUENTIAL))


def cost_colours(pairs: Correspondences, most: float | None = None) -> list[str]:
    """Return each pair's colour, from 0 to `most` or to the largest of their costs."""
    top = largest_cost(pairs) if most is None else most
    share = np.clip(pairs.cost / top, 0, 1).tolist()
    return sample_colorscale(get_colorscale(SEQUENTIAL), share) if share else []


def largest_cost(pairs: Correspondences) -> float:
    """Return the largest cost of pairs, above 0 in any case."""
    return max(float(pairs.cost.max(initial=0)), 1e-6)
