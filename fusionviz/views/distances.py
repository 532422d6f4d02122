"""MMD² between modalities: stage by stage, and against the kernel's bandwidth."""

from html import escape

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fusionviz.analysis.distances import Distances
from fusionviz.analysis.token_pair import MULTIPLES, Pair
from fusionviz.analysis.token_subject import STAGE_TITLES, Stage
from fusionviz.views.style import (
    FONT_SIZE,
    MARK,
    MODALITY_NAMES,
    PAPER,
    dress,
    modality_colour,
    three_digits,
)

STAGE_LINES: dict[Stage, tuple[str, str]] = {
    "encoded": ("#8A8A8A", "dot"),
    "aligned": ("#2A9DA5", "dash"),
    "fused": ("#7A55B8", "solid"),
}
"""Colour and dash of each stage's curve."""

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "pentagon", "star")
QUIET = "#8A8A8A"

MOST_NAMED = 6
"""Pairs in the legend; the mouse names the others."""

_TICKS = (0.05, 0.2, 1, 5, 20)
_DODGE = 0.27
_ROOM = 1.16
_STAGE_TICKS = {
    "encoded": "before<br>alignment",
    "aligned": "after local<br>alignment",
    "fused": "after the<br>backbone",
}


def draw_distances(distances: Distances, *, height: int = 430) -> go.Figure:
    """Draw MMD² of every pair at every stage, and the shown pair's against σ.

    Both panels share the axis of MMD². Pink: the stage and the σ that are picked.
    """
    figure = make_subplots(rows=1, cols=2, column_widths=[0.4, 0.6])
    for index in range(len(distances.pairs)):
        _draw_pair(figure, distances, index)
    _draw_picked(figure, distances)
    for index in range(len(distances.stages)):
        _draw_curve(figure, distances, index)
    _mark_bandwidths(figure, distances)
    _set_axes(figure, distances)
    _write_titles(figure, distances)
    dress(figure, height=height)
    below = {"orientation": "h", "x": 0, "yref": "container", "y": 0}
    # At the right all curves are near 0: there is room.
    inside = {"x": 1, "xanchor": "right", "y": 1, "font": {"size": FONT_SIZE}}
    return figure.update_layout(
        margin={"l": 10, "r": 10, "t": 58, "b": 98},
        legend={**below, "yanchor": "bottom", "itemclick": False},
        legend2={**inside, "bgcolor": PAPER, "itemclick": False},
    )


def describe_distances(distances: Distances) -> str:
    """Return in words what `draw_distances` shows."""
    told = "; ".join(
        f"{pair_title(pair)} "
        + ", ".join(
            f"{three_digits(value)} {STAGE_TITLES[stage]}"
            for stage, value in zip(distances.stages, values, strict=True)
        )
        for pair, values in zip(distances.pairs, distances.mmd2, strict=True)
    )
    highest = distances.curves.argmax(axis=1)
    peaks = ", ".join(
        f"{three_digits(float(MULTIPLES[place]))} medians {STAGE_TITLES[stage]}"
        for stage, place in zip(distances.stages, highest, strict=True)
    )
    return (
        f"MMD² by stage: {told}. Against the bandwidth, that of "
        f"{pair_title(distances.shown)} is largest at {peaks}."
    )


def name_of(modality: str) -> str:
    """Return what a modality is called in text; a reader's own name is made safe."""
    return escape(MODALITY_NAMES.get(modality, modality))


def pair_title(pair: Pair) -> str:
    """Return two modalities as text."""
    return f"{name_of(pair[0])} and {name_of(pair[1])}"


def symbol_of(index: int) -> str:
    """Return the marker of the pair, or of the modality, of this number."""
    return SYMBOLS[index % len(SYMBOLS)]


def _draw_pair(figure: go.Figure, distances: Distances, index: int) -> None:
    """Draw a pair's MMD² at every stage: the marker has its modalities' colours."""
    pair, values = distances.pairs[index], distances.mmd2[index]
    is_shown = index == distances.row
    trace = go.Scatter(
        x=_places(distances, index),
        y=values,
        mode="lines+markers",
        name=pair_title(pair),
        showlegend=len(distances.pairs) > 1 and index < MOST_NAMED,
        line={"color": QUIET, "width": 2 if is_shown else 1},
        marker={
            "symbol": symbol_of(index),
            "size": 14,
            "color": modality_colour(pair[0]),
            "line": {"color": modality_colour(pair[1]), "width": 3},
        },
        customdata=np.stack(
            [distances.factor * distances.medians[index], distances.medians[index]],
            axis=1,
        ),
        hovertemplate=(
            "%{fullData.name}<br>MMD² %{y:.3g}<br>σ %{customdata[0]:.3g}, median "
            "%{customdata[1]:.3g}<extra></extra>"
        ),
    )
    figure.add_trace(trace, row=1, col=1)


def _places(distances: Distances, index: int) -> np.ndarray:
    """Return where a pair stands: beside the others at each stage."""
    step = min(_DODGE, 0.75 / len(distances.pairs))
    aside = step * (index - (len(distances.pairs) - 1) / 2)
    return np.arange(len(distances.stages)) + aside


def _draw_picked(figure: go.Figure, distances: Distances) -> None:
    """Write the shown pair's values, and draw a ring around the stage looked at."""
    row, column = distances.row, distances.column
    for x, y in zip(_places(distances, row), distances.mmd2[row], strict=True):
        figure.add_annotation(
            x=x,
            y=y,
            yshift=13,
            yanchor="bottom",
            text=three_digits(float(y)),
            showarrow=False,
            font_size=FONT_SIZE,
            row=1,
            col=1,
        )
    ring = {"color": MARK, "size": 26, "symbol": "circle-open", "line": {"width": 3}}
    figure.add_trace(
        go.Scatter(
            x=[_places(distances, row)[column]],
            y=[distances.mmd2[row, column]],
            mode="markers",
            marker=ring,
            showlegend=False,
            hoverinfo="skip",
        ),
        row=1,
        col=1,
    )


def _draw_curve(figure: go.Figure, distances: Distances, index: int) -> None:
    stage = distances.stages[index]
    colour, dash = STAGE_LINES[stage]
    trace = go.Scatter(
        x=distances.bandwidths[index],
        y=distances.curves[index],
        mode="lines",
        name=STAGE_TITLES[stage],
        legend="legend2",
        line={"color": colour, "dash": dash, "width": 3},
        customdata=MULTIPLES,
        hovertemplate=(
            "%{fullData.name}<br>σ %{x:.3g}, %{customdata:.3g} medians<br>"
            "MMD² %{y:.3g}<extra></extra>"
        ),
    )
    figure.add_trace(trace, row=1, col=2)


def _mark_bandwidths(figure: go.Figure, distances: Distances) -> None:
    """Mark the median heuristic and the σ in force on each curve."""
    medians = distances.medians[distances.row]
    at_median = distances.curves[:, len(MULTIPLES) // 2]  # where the multiple is 1
    rings = {"symbol": "circle-open", "size": 15, "color": QUIET, "line": {"width": 3}}
    dots = {"symbol": "circle", "size": 8, "color": MARK}
    for x, y, marker, name in (
        (medians, at_median, rings, "median heuristic"),
        (
            distances.factor * medians,
            distances.mmd2[distances.row],
            dots,
            "σ in force",
        ),
    ):
        figure.add_trace(
            go.Scatter(
                x=x,
                y=y,
                mode="markers",
                marker=marker,
                name=name,
                legend="legend2",
                hovertemplate=f"{name}<br>σ %{{x:.3g}}<extra></extra>",
            ),
            row=1,
            col=2,
        )
    sigma = distances.factor * medians[distances.column]
    figure.add_vline(x=sigma, line={"color": MARK, "width": 1.5}, row=1, col=2)


def _set_axes(figure: go.Figure, distances: Distances) -> None:
    values = np.concatenate([distances.mmd2.ravel(), distances.curves.ravel()])
    high = float(values.max()) * _ROOM or 1.0
    low = min(float(values.min()) * _ROOM, -0.04 * high)
    stages, median = distances.stages, distances.medians[distances.row]
    figure.update_yaxes(range=[low, high], zeroline=True)
    figure.update_yaxes(title="MMD², no unit", row=1, col=1)
    figure.update_yaxes(showticklabels=False, matches="y", row=1, col=2)
    figure.update_xaxes(
        tickvals=list(range(len(stages))),
        ticktext=[_STAGE_TICKS[stage] for stage in stages],
        range=[-0.5, len(stages) - 0.5],
        showgrid=False,
        zeroline=False,
        row=1,
        col=1,
    )
    own = median[distances.column]
    figure.update_xaxes(
        type="log",
        tickvals=[multiple * own for multiple in _TICKS],
        ticktext=[f"{three_digits(m * own)}<br>{m:g} ×" for m in _TICKS],
        range=np.log10([distances.bandwidths.min(), distances.bandwidths.max()]),
        title="σ in the unit of the tokens (log)<br>and in medians "
        + STAGE_TITLES[distances.stage],
        title_standoff=6,
        row=1,
        col=2,
    )


def _write_titles(figure: go.Figure, distances: Distances) -> None:
    factor = "" if distances.factor == 1 else f"{distances.factor:g} × "
    form = "biased" if distances.biased else "unbiased"
    which = (
        f"{form}, between {pair_title(distances.shown)}"
        if len(distances.pairs) == 1
        else f"{form}, between each two modalities"
    )
    texts = (
        f"<b>By stage</b>, {which}<br>σ = {factor}the median distance of each stage",
        f"<b>By bandwidth</b>: {pair_title(distances.shown)}<br>same axis of MMD²",
    )
    for column, text in enumerate(texts, start=1):
        start = next(figure.select_xaxes(row=1, col=column)).domain[0]
        figure.add_annotation(
            text=text,
            x=start,
            y=1,
            yshift=8,
            xref="paper",
            yref="paper",
            xanchor="left",
            yanchor="bottom",
            align="left",
            showarrow=False,
            font_size=FONT_SIZE,
        )
