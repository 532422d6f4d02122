"""One patch of a plan between two pictures: its mass on the other picture."""

import numpy as np
import plotly.graph_objects as go

from fusionviz.analysis.shared.transport_plan import Correspondences, Role, Transport
from fusionviz.analysis.transport.patch import PatchRow
from fusionviz.views.shared.bars import add_scale_bar
from fusionviz.views.shared.colours import see_through
from fusionviz.views.shared.patches import patch_targets
from fusionviz.views.shared.style import MARK, SEQUENTIAL, dress, three_digits
from fusionviz.views.shared.token_maps import TokenPlaces
from fusionviz.views.shared.transport_plan import (
    ROLES,
    cost_colours,
    draw_cost_bar,
    draw_ends,
    draw_pictures,
    left_of,
    line_ends,
    name_pictures,
)

OTHER: dict[Role, Role] = {"source": "target", "target": "source"}

BARS: dict[Role, float] = {"source": 0.25, "target": 0.75}
"""Middles of the scales under the pictures, in parts of the width."""

BAR_LENGTH = 0.32


def draw_patch(transport: Transport, row: PatchRow, *, count: int = 16) -> go.Figure:
    """Draw where a patch's mass goes, or where it came from, on the other picture.

    The map is the share of the patch's mass, from 0; lines lead to the patches of the
    largest shares, wide where it is large, coloured by cost from 0 to the
    plan's largest. The patch is
    framed, and on the other picture the same place, dotted.

    Args:
        transport: The plan.
        row: The patch.
        count: How many lines to draw; fewer if fewer patches have mass.
    """
    figure = go.Figure()
    draw_pictures(figure, transport)
    most = max(float(row.share.max()), 1e-6)
    _draw_shares(figure, transport, row, most)
    pairs = row.strongest(count)
    largest = largest_of_plan(transport)
    _draw_weighted_lines(figure, transport, pairs, largest)
    _frame_places(figure, transport, row)
    draw_ends(figure, transport, pairs, size=5)
    draw_cost_bar(figure, largest, middle=BARS[row.role], length=BAR_LENGTH)
    add_picture_targets(figure, transport, row)
    does, there = (
        ("sends", "where it goes")
        if row.role == "source"
        else ("receives", "where it comes from")
    )
    nothing = " nothing" if row.is_empty else ""
    details = {
        row.role: f"{transport.grid.name(row.patch)} {does}{nothing}",
        OTHER[row.role]: there,
    }
    name_pictures(figure, transport, details)
    dress(figure)
    return figure.update_layout(margin_b=56)


def add_picture_targets(
    figure: go.Figure, transport: Transport, row: PatchRow | None = None
) -> None:
    """Lay unseen markers over both pictures' patches that carry (role, patch).

    Args:
        figure: With both pictures.
        transport: The plan.
        row: The patch whose shares the hover says, if any.
    """
    grid = transport.grid
    for role in ROLES:
        texts = [
            f"{transport.names[role]}, {grid.name(patch)}"
            for patch in range(grid.places)
        ]
        if row is not None and role != row.role:
            texts = [
                f"{text}: {share:.1%} of the mass, cost {three_digits(cost)}"
                for text, share, cost in zip(texts, row.share, row.cost, strict=True)
            ]
        corner = (left_of(transport, role) - 0.5, -0.5)
        layer = patch_targets(texts, grid, [corner], transport.pictures.width)
        layer.update(
            customdata=[[role, patch] for patch in range(grid.places)],
            hovertemplate="%{text}<br>click to pick it<extra></extra>",
        )
        figure.add_trace(layer)


def largest_of_plan(transport: Transport) -> float:
    """Return the top of the scale of costs that all patches of a plan share."""
    return max(float(transport.cost.max()), 1e-6)


def describe_patch(transport: Transport, row: PatchRow) -> str:
    """Return in words what `draw_patch` shows."""
    own, other = transport.names[row.role], transport.names[OTHER[row.role]]
    place = transport.grid.name(row.patch)
    if row.is_empty:
        return f"{own} {place} has no mass in this plan."
    top = int(row.share.argmax())
    way = "sends most to" if row.role == "source" else "receives most from"
    return (
        f"{own} {place} {way} {other} {transport.grid.name(top)}, "
        f"{row.share[top]:.1%} of its mass; {row.in_place:.1%} is of its own place; it "
        f"moves {three_digits(row.shift)} patches on average."
    )


def _draw_shares(
    figure: go.Figure, transport: Transport, row: PatchRow, most: float
) -> None:
    ends = ("share of its mass 0", three_digits(most))
    bar = add_scale_bar(figure, ends, middle=BARS[OTHER[row.role]], length=BAR_LENGTH)
    places = TokenPlaces(width=transport.pictures.width, grid=transport.grid)
    grid, left = transport.grid, left_of(transport, OTHER[row.role])
    figure.add_trace(
        go.Heatmap(
            z=row.share.reshape(grid).astype(np.float32),
            zmin=0,
            zmax=most,
            x0=left + places.start,
            y0=places.start,
            dx=places.cell,
            dy=places.cell,
            colorscale=see_through(SEQUENTIAL, faint=0.35),
            colorbar=bar,
            hoverinfo="skip",
        )
    )


def _draw_weighted_lines(
    figure: go.Figure, transport: Transport, pairs: Correspondences, most: float
) -> None:
    """Draw a line for each pair, wide and full where the mass is large."""
    x_source, y_source, x_target, y_target = line_ends(transport, pairs)
    weight = pairs.mass / max(float(pairs.mass.max(initial=0)), 1e-9)
    colours = cost_colours(pairs, most)
    for i in reversed(range(len(weight))):  # the strongest on top
        width = 1 + 5 * float(weight[i])
        for colour, wide in (
            ("rgba(255,255,255,0.75)", width + 2),
            (colours[i], width),
        ):
            figure.add_trace(
                go.Scatter(
                    x=[x_source[i], x_target[i]],
                    y=[y_source[i], y_target[i]],
                    mode="lines",
                    line={"color": colour, "width": wide},
                    opacity=0.25 + 0.75 * float(weight[i]),
                    hoverinfo="skip",
                    showlegend=False,
                )
            )


def _frame_places(figure: go.Figure, transport: Transport, row: PatchRow) -> None:
    places = TokenPlaces(width=transport.pictures.width, grid=transport.grid)
    x, y = places.outline(row.patch)
    for role, dash in ((row.role, "solid"), (OTHER[row.role], "dot")):
        line = {"color": MARK, "width": 3.5, "dash": dash}
        at = np.asarray(x) + left_of(transport, role)
        figure.add_trace(
            go.Scatter(
                x=at, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False
            )
        )
