"""All heads at once: a small picture of each, with its gate, in an order to choose."""

import re

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.attention.overview import Overview
from fusionviz.views.attention.thumbnails import (
    GAP,
    Board,
    Thumbnails,
    arrange,
    gate_scale,
    paint_board,
)
from fusionviz.views.shared.bars import add_scale_bar, carry_bar
from fusionviz.views.shared.layer_costs import KIND_NAMES
from fusionviz.views.shared.pixels import picture_address
from fusionviz.views.shared.style import (
    LAYER_COLOURS,
    MARK,
    SEQUENTIAL,
    dress,
    three_digits,
)
from fusionviz.views.shared.targets import click_targets

LABEL_SIZE = 14
LABEL_WIDTH = 176
"""Pixels that the longest name of a layer takes with its dot."""


def draw_overview(
    overview: Overview,
    thumbnails: Thumbnails,
    *,
    grouped: bool,
    picked: int | None = None,
) -> go.Figure:
    """Draw thumbnails of heads with their gates; unseen markers carry clicks.

    A strip on top has the colour of the layer's kind. The triangle that the mask
    closes, or a strip below, has the gate's colour. Each marker's customdata is
    (index of the layer in the flow, head from 0).

    Args:
        overview: All heads.
        thumbnails: Of those that are shown; at least one.
        grouped: Whether they are in the flow's order: then each layer has its heads
            side by side under its name.
        picked: Place of the head to frame.
    """
    board = arrange(overview, thumbnails, grouped=grouped)
    canvas = paint_board(overview, thumbnails, board)
    figure = go.Figure(go.Image(source=picture_address(canvas), hoverinfo="skip"))
    rows, columns = canvas.shape[:2]
    hidden = {"visible": False, "constrain": "domain"}
    figure.update_xaxes(range=[-0.5, columns - 0.5], **hidden)
    figure.update_yaxes(range=[rows - 0.5, -0.5], scaleanchor="x", **hidden)
    if board.layout.label:
        figure.add_trace(_layer_names(overview, board))
    figure.add_trace(_targets(overview, thumbnails, board))
    if picked is not None and picked in board.corners:
        _frame(figure, board, picked)
    _add_legend(figure, overview, thumbnails)
    dress(figure, top=6)
    legend = {"orientation": "h", "x": 0, "y": -0.03, "yanchor": "top"}
    return figure.update_layout(margin_b=58, legend=legend)


def draw_no_head() -> go.Figure:
    """Draw that a filter has left no head."""
    figure = dress(go.Figure())
    figure.update_xaxes(visible=False).update_yaxes(visible=False)
    text = "No head is left by this filter: take another block or kind."
    return figure.add_annotation(
        text=text, x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False
    )


def describe_overview(overview: Overview, places: NDArray[np.int64]) -> str:
    """Return in words what `draw_overview` shows."""
    if not len(places):
        return "No head is shown: none is left by the filter."
    first = int(places[0])
    return (
        f"{len(places)} of {len(overview)} attention heads as small pictures; the "
        f"first is {head_title(overview, first)}: {head_words(overview, first)}."
    )


def head_title(overview: Overview, place: int) -> str:
    """Return the name of a head's layer, and its number from 1."""
    return f"{overview.layer_at(place).layer.name}, head {overview.number[place]}"


def head_words(overview: Overview, place: int) -> str:
    """Return a head's gate, entropy and distance in words."""
    parts = []
    if overview.gate is not None:
        parts.append(f"gate {overview.gate[place]:+.3f}")
    parts.append(f"entropy {overview.entropy[place]:.0%} of the largest")
    if np.isfinite(overview.distance[place]):
        parts.append(f"distance {overview.distance[place]:.2f} patches")
    else:
        parts.append("no distance: mixtures have no one place")
    return ", ".join(parts)


def head_hover(overview: Overview, place: int) -> str:
    """Return what the hover says of a head."""
    words = head_words(overview, place).replace(", ", "<br>")
    return f"<b>{head_title(overview, place)}</b><br>{words}<br>click to open"


def head_data(overview: Overview, place: int) -> list[int]:
    """Return what a click on a head carries: index of its layer, head from 0."""
    return [overview.layer_at(place).layer.index, int(overview.number[place]) - 1]


def _layer_names(overview: Overview, board: Board) -> go.Scatter:
    """Return each layer's name above its heads, shorter where there is little room."""
    room = board.layout.run[0] * board.layout.scale
    corners = [board.layout.corner(number) for number in range(len(board.runs))]
    texts = []
    for run in board.runs:
        layer = overview.layer_at(run[0]).layer
        name = layer.name.removeprefix("block ")
        if room < LABEL_WIDTH:
            name = re.sub(r"\w+ →", "→", name)
        dot = f'<span style="color:{LAYER_COLOURS[layer.kind]}">●</span>'
        texts.append(f"{dot} {name}")
    return go.Scatter(
        x=[x + GAP for x, _ in corners],
        y=[y + GAP for _, y in corners],
        text=texts,
        mode="text",
        textposition="top right",
        textfont={"size": LABEL_SIZE},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )


def _targets(overview: Overview, thumbnails: Thumbnails, board: Board) -> go.Scatter:
    """Return unseen markers over the thumbnails, to click and to hover."""
    places = thumbnails.places.tolist()
    x, y = zip(*(board.centre(place) for place in places), strict=True)
    side = max(6.0, 0.9 * board.layout.scale * board.cell[1])
    return click_targets(
        x,
        y,
        data=[head_data(overview, place) for place in places],
        texts=[head_hover(overview, place) for place in places],
        size=side,
    )


def _frame(figure: go.Figure, board: Board, place: int) -> None:
    x, y = board.corners[place]
    figure.add_shape(
        type="rect",
        x0=x - 2,
        x1=x + board.cell[1] - 2 * GAP + 1,
        y0=y - 2,
        y1=y + board.cell[0] - 2 * GAP + 1,
        line={"color": MARK, "width": 3},
    )


def _add_legend(figure: go.Figure, overview: Overview, thumbnails: Thumbnails) -> None:
    """Add the kinds' colours, the bar of the weights and that of the gates."""
    places = sorted(thumbnails.places.tolist())
    for kind in dict.fromkeys(overview.layer_at(p).layer.kind for p in places):
        marker = {"color": LAYER_COLOURS[kind], "size": 12, "symbol": "square"}
        figure.add_trace(
            go.Scatter(x=[None], y=[None], mode="markers", marker=marker).update(
                name=KIND_NAMES[kind], hoverinfo="skip"
            )
        )
    most = ("≥ " if thumbnails.cut else "") + three_digits(thumbnails.most)
    _add_bar(figure, ("S: 0", f"{most}, no unit"), SEQUENTIAL, 0.47)
    if overview.gate is not None:
        top = three_digits(float(overview.size.max()))
        _add_bar(figure, (f"gate −{top}", f"+{top}, no unit"), gate_scale(), 0.82)


def _add_bar(
    figure: go.Figure,
    ends: tuple[str, str],
    colours: str | list[tuple[float, str]],
    middle: float,
) -> None:
    bar = add_scale_bar(figure, ends, middle=middle, length=0.26)
    figure.add_trace(carry_bar(bar, low=0, high=1, colours=colours))
