"""How the centres of modalities move, and how far apart they are at each stage."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.distributions.movement import Movement
from fusionviz.analysis.distributions.stage_tokens import Separation
from fusionviz.analysis.shared.subjects.tokens import STAGE_TITLES
from fusionviz.views.distributions.token_clouds import symbols_of
from fusionviz.views.shared.style import (
    FONT_SIZE,
    dress,
    in_percent,
    modality_colour,
    modality_name,
    three_digits,
)

SAME = 0.03
"""Stages of a path nearer than this share of the picture get one label."""

MEANINGS = {
    "spreads": ("their centres", "solid"),
    "partners": ("tokens that belong together", "dash"),
    "anyone": ("any two of these", "dot"),
}
"""What is measured between two modalities, how it is called and drawn."""

_GREY = "#8A8A8A"
_SIDES = ("top center", "bottom center", "top right", "bottom left")
"""Where a modality's labels stand, so that those of neighbours do not overlap."""

_GRID = {"showgrid": True, "gridcolor": "rgba(128,128,128,0.25)", "zeroline": False}


def draw_movement(movement: Movement) -> go.Figure:
    """Draw the paths of the centres in their plane, and distances at each stage.

    Args:
        movement: What to draw.
    """
    figure = make_subplots(
        rows=1,
        cols=2,
        column_widths=[0.42, 0.58],
        horizontal_spacing=0.11,
        subplot_titles=["<b>Where centres go</b>", "<b>How far apart</b>"],
    )
    symbols = symbols_of(list(movement.paths), movement.anchor)
    reach = max(float(np.abs(np.concatenate([*movement.paths.values()])).max()), 0.02)
    for number, (name, path) in enumerate(movement.paths.items()):
        trace = _path(name, path, symbols[name], reach)
        trace.textposition = _SIDES[number % len(_SIDES)]
        figure.add_trace(trace, row=1, col=1)
        _add_arrows(figure, name, path, reach)
    for trace in _distances(movement):
        figure.add_trace(trace, row=1, col=2)
    figure.add_traces(list(_keys(movement)))
    _set_axes(figure, movement, reach)
    figure.update_annotations(font_size=FONT_SIZE)
    dress(figure, top=36)
    legend = {"orientation": "h", "x": 0, "y": 0, "yref": "container"}
    return figure.update_layout(
        legend=legend | {"yanchor": "bottom"}, margin={"l": 62, "b": 112, "r": 12}
    )


def describe_movement(movement: Movement) -> str:
    """Return in words what `draw_movement` shows."""
    said = []
    for stage, separations in zip(movement.stages, movement.separations, strict=True):
        told = ", ".join(
            f"{one.title} {three_digits(one.spreads)}" for one in separations
        )
        said.append(f"{STAGE_TITLES[stage]}: {told or 'one modality'}")
    return "Centres of modalities, apart in spreads, " + "; ".join(said) + "."


def _path(
    name: str, path: NDArray[np.float64], symbol: str, reach: float
) -> go.Scatter:
    """Return a centre at each stage, with the stages' numbers."""
    texts: list[str] = []
    for at, place in enumerate(path):
        before = [i for i in range(at) if np.abs(path[i] - place).max() < SAME * reach]
        texts.append(str(at + 1))
        if before:
            texts[before[0]] += f", {at + 1}"
            texts[at] = ""
    return go.Scatter(
        x=path[:, 0].round(4),
        y=path[:, 1].round(4),
        mode="markers+text",
        marker={"symbol": symbol, "size": 12, "color": modality_colour(name)},
        text=texts,
        textfont_size=FONT_SIZE,
        hovertemplate=f"{modality_name(name)}<extra></extra>",
        cliponaxis=False,
        name=modality_name(name),
        legendgroup=name,
    )


def _add_arrows(
    figure: go.Figure, name: str, path: NDArray[np.float64], reach: float
) -> None:
    for start, end in pairwise(path):
        if np.abs(end - start).max() >= SAME * reach:
            figure.add_annotation(
                x=end[0],
                y=end[1],
                ax=start[0],
                ay=start[1],
                xref="x",
                yref="y",
                axref="x",
                ayref="y",
                text="",
                arrowhead=2,
                arrowwidth=2,
                arrowcolor=modality_colour(name),
                standoff=7,
                startstandoff=7,
            )


def _pair_colour(one: Separation, movement: Movement) -> str:
    """Return the source's colour, or grey between two sources."""
    has_anchor = movement.anchor in (one.first, one.second)
    return modality_colour(one.first) if has_anchor else _GREY


def _distances(movement: Movement) -> Iterator[go.Scatter]:
    titles = [STAGE_TITLES[stage] for stage in movement.stages]
    for same in zip(*movement.separations, strict=True):
        for measure, (meaning, dash) in MEANINGS.items():
            values = [getattr(one, measure) for one in same]
            if all(value is None for value in values):
                continue
            colour = _pair_colour(same[0], movement)
            pair = f"{modality_name(same[0].first)} ↔ {modality_name(same[0].second)}"
            yield go.Scatter(
                x=list(range(len(titles))),
                y=values,
                mode="lines+markers",
                line={"color": colour, "dash": dash, "width": 2.5},
                marker={"size": 8, "color": colour},
                customdata=titles,
                hovertemplate=f"{pair}, {meaning}, %{{customdata}}: %{{y:.3g}} spreads"
                "<extra></extra>",
                name=f"{pair}: {meaning}",
                showlegend=False,
            )


def _keys(movement: Movement) -> Iterator[go.Scatter]:
    """Return what explains the lines on the right in the legend."""
    drawn = [one for separations in movement.separations for one in separations]
    for measure, (meaning, dash) in MEANINGS.items():
        if any(getattr(one, measure) is not None for one in drawn):
            line = {"color": _GREY, "dash": dash, "width": 2.5}
            yield go.Scatter(x=[None], y=[None], mode="lines", line=line, name=meaning)


def _set_axes(figure: go.Figure, movement: Movement, reach: float) -> None:
    names = [
        f"axis {axis + 1}: {in_percent(share, decimals=0)} of the centres' variance"
        for axis, share in enumerate(movement.explained)
    ]
    places = np.concatenate(list(movement.paths.values()))
    pad = 0.22 * reach
    low, high = places.min(axis=0) - pad, places.max(axis=0) + pad
    left = {"row": 1, "col": 1, "nticks": 5} | _GRID
    figure.update_xaxes(title_text=names[0], range=[low[0], high[0]], **left)
    figure.update_yaxes(
        title_text=names[1].replace(" of the centres' variance", ""),
        range=[low[1], high[1]],
        scaleanchor="x",
        **left,
    )
    titles = [STAGE_TITLES[stage] for stage in movement.stages]
    figure.update_xaxes(
        tickvals=list(range(len(titles))),
        ticktext=[
            f"{number}  " + "<br>".join(title.rsplit(maxsplit=1))
            for number, title in enumerate(titles, 1)
        ],
        range=[-0.35, len(titles) - 0.65],
        row=1,
        col=2,
        **_GRID,
    )
    figure.update_yaxes(
        title_text="distance, in spreads", rangemode="tozero", row=1, col=2, **_GRID
    )
