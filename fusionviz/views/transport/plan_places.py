"""A pair of tokens on the pictures that they are places of."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.transport.plan_edits import Pair
from fusionviz.analysis.transport.plan_effects import SourceEffect
from fusionviz.views.shared.style import MARK, modality_title, write_above
from fusionviz.views.shared.token_maps import TokenPlaces, draw_ground

TARGETS_PIXELS = 190
"""About what a picture's unseen markers measure together."""


def draw_source_place(
    figure: go.Figure, source: SourceEffect, token: int, pictures: Pictures
) -> None:
    """Draw the source's picture in the first panel, with its picked token framed."""
    side = source.case.source
    draw_ground(figure, pictures, side.name, 1)
    places = TokenPlaces(side=pictures.side, grid=side.grid or 1)
    _frame(figure, places, token, column=1)
    _add_targets(figure, places, side.labels, "source", column=1)
    _title(figure, side.name, "sends: click a place", column=1)


def draw_anchor_place(
    figure: go.Figure, source: SourceEffect, pair: Pair, pictures: Pictures
) -> None:
    """Draw the anchor's picture in the second panel, and where the token is sent.

    A ring marks where the own plan sends most of it, a diamond where the other does.
    """
    side = source.case.target
    draw_ground(figure, pictures, side.name, 2)
    places = TokenPlaces(side=pictures.side, grid=side.grid or 1)
    _frame(figure, places, pair[1], column=2)
    seen = {"marker": {"opacity": 1}}
    for plan, symbol, size in (
        (source.plan, "diamond", 7),
        (source.own, "circle-open", 13),
    ):
        x, y = places.centres(np.array([int(plan[pair[0]].argmax())]))
        figure.add_trace(
            go.Scatter(
                x=x,
                y=y,
                mode="markers",
                marker={
                    "symbol": symbol,
                    "size": size,
                    "color": MARK,
                    "line": {"width": 2 if symbol == "circle-open" else 0},
                },
                hoverinfo="skip",
                showlegend=False,
                selected=seen,
                unselected=seen,
            ),
            row=1,
            col=2,
        )
    _add_targets(figure, places, side.labels, "target", column=2)
    _title(figure, side.name, "gets: ○ own, ◆ changed", column=2)


def _frame(figure: go.Figure, places: TokenPlaces, token: int, *, column: int) -> None:
    x, y = places.outline(token)
    line = {"color": MARK, "width": 3}
    figure.add_trace(
        go.Scatter(
            x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False
        ),
        row=1,
        col=column,
    )


def _add_targets(
    figure: go.Figure,
    places: TokenPlaces,
    labels: Sequence[str],
    role: str,
    *,
    column: int,
) -> None:
    """Lay unseen markers over a picture's places, to click and to hover."""
    x, y = places.centres(np.arange(len(labels)))
    unseen = {"marker": {"opacity": 0}}
    figure.add_trace(
        go.Scatter(
            x=x,
            y=y,
            mode="markers",
            marker={
                "opacity": 0,
                "size": TARGETS_PIXELS / places.grid,
                "symbol": "square",
            },
            customdata=[[role, place] for place in range(len(labels))],
            text=list(labels),
            hovertemplate="%{text}<br>click to pick it<extra></extra>",
            selected=unseen,
            unselected=unseen,
            showlegend=False,
        ),
        row=1,
        col=column,
    )


def _title(figure: go.Figure, name: str, role: str, *, column: int) -> None:
    left = next(figure.select_xaxes(row=1, col=column)).domain[0]
    text = f"{modality_title(name)}<br>{role}"
    write_above(figure, text, x=left, y=1.0, shift=4, anchor="left")
