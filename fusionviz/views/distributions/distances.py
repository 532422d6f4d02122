"""MMD² between modalities: stage by stage, and against the kernel's bandwidth."""

import numpy as np
import plotly.graph_objects as go

from fusionviz.analysis.distributions.distances import Distances
from fusionviz.analysis.distributions.token_pairs import MULTIPLES
from fusionviz.analysis.shared.subjects.tokens import STAGE_TITLES, Stage
from fusionviz.views.distributions.pair_names import pair_title, symbol_of, title_at
from fusionviz.views.shared.style import (
    FONT_SIZE,
    MARK,
    PAPER,
    dress,
    modality_colour,
    three_digits,
)

MOST_NAMED = 6
"""Pairs in the legend; the mouse names the others."""

_LEFT, _RIGHT = (0.0, 0.36), (0.46, 1.0)
_DODGE = 0.27
_ROOM = 1.16
_STAGE_TICKS = {
    "encoded": "before<br>alignment",
    "aligned": "after local<br>alignment",
    "fused": "after the<br>backbone",
}

STAGE_LINES: dict[Stage, tuple[str, str]] = {
    "encoded": ("#8A8A8A", "dot"),
    "aligned": ("#2A9DA5", "dash"),
    "fused": ("#7A55B8", "solid"),
}
"""Colour and dash of each stage's curve."""

QUIET = "#8A8A8A"

_TICKS = (0.05, 0.2, 1, 5, 20)


def draw_distances(distances: Distances) -> go.Figure:
    """Draw MMD² of every pair at every stage, and the shown pair's against σ.

    Both panels share the axis of MMD². Pink: the stage and the σ that are picked.
    """
    pairs = [_pair_trace(distances, index) for index in range(len(distances.pairs))]
    figure = go.Figure(
        data=[*pairs, _ring(distances), *curve_traces(distances)],
        layout={
            **_axes(distances),
            "shapes": [bandwidth_line(distances)],
            "annotations": [*_values(distances), *_titles(distances)],
        },
    )
    dress(figure)
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


def _pair_trace(distances: Distances, index: int) -> go.Scatter:
    """Return a pair's MMD² at every stage: the marker has its modalities' colours."""
    pair, medians = distances.pairs[index], distances.medians[index]
    return go.Scatter(
        x=_places(distances, index),
        y=distances.mmd2[index],
        mode="lines+markers",
        name=pair_title(pair),
        showlegend=len(distances.pairs) > 1 and index < MOST_NAMED,
        line={"color": QUIET, "width": 2 if index == distances.row else 1},
        marker={
            "symbol": symbol_of(index),
            "size": 14,
            "color": modality_colour(pair[0]),
            "line": {"color": modality_colour(pair[1]), "width": 3},
        },
        customdata=np.stack([distances.factor * medians, medians], axis=1),
        hovertemplate=(
            "%{fullData.name}<br>MMD² %{y:.3g}<br>σ %{customdata[0]:.3g}, median "
            "%{customdata[1]:.3g}<extra></extra>"
        ),
    )


def _places(distances: Distances, index: int) -> np.ndarray:
    """Return where a pair stands: beside the others at each stage."""
    step = min(_DODGE, 0.75 / len(distances.pairs))
    aside = step * (index - (len(distances.pairs) - 1) / 2)
    return np.arange(len(distances.stages)) + aside


def _ring(distances: Distances) -> go.Scatter:
    """Return a ring around the pair and stage that are looked at."""
    row, column = distances.row, distances.column
    return go.Scatter(
        x=[_places(distances, row)[column]],
        y=[distances.mmd2[row, column]],
        mode="markers",
        marker={
            "color": MARK,
            "size": 26,
            "symbol": "circle-open",
            "line": {"width": 3},
        },
        showlegend=False,
        hoverinfo="skip",
    )


def _values(distances: Distances) -> list[dict]:
    """Return the shown pair's numbers, above its markers."""
    row = distances.row
    return [
        {
            "x": x,
            "y": y,
            "xref": "x",
            "yref": "y",
            "yshift": 13,
            "yanchor": "bottom",
            "text": three_digits(float(y)),
            "showarrow": False,
            "font": {"size": FONT_SIZE},
        }
        for x, y in zip(_places(distances, row), distances.mmd2[row], strict=True)
    ]


def _axes(distances: Distances) -> dict[str, dict]:
    values = np.concatenate([distances.mmd2.ravel(), distances.curves.ravel()])
    high = max(float(values.max()), 0.0) * _ROOM or float(-values.min()) or 1.0
    low = min(float(values.min()) * _ROOM, -0.04 * high)
    height = {"range": [low, high], "zeroline": True}
    stages = distances.stages
    return {
        "xaxis": {
            "domain": _LEFT,
            "tickvals": list(range(len(stages))),
            "ticktext": [_STAGE_TICKS[stage] for stage in stages],
            "range": [-0.5, len(stages) - 0.5],
            "showgrid": False,
            "zeroline": False,
        },
        "yaxis": {**height, "title": {"text": "MMD², no unit"}},
        "xaxis2": {"domain": _RIGHT, "anchor": "y2", **bandwidth_axis(distances)},
        "yaxis2": {
            **height,
            "anchor": "x2",
            "matches": "y",
            "showticklabels": False,
        },
    }


def _titles(distances: Distances) -> list[dict]:
    factor = "" if distances.factor == 1 else f"{distances.factor:g} × "
    form = "biased" if distances.biased else "unbiased"
    which = (
        f"{form}, between {pair_title(distances.shown)}"
        if len(distances.pairs) == 1
        else f"{form}, between each two modalities"
    )
    by_stage = (
        f"<b>By stage</b>, {which}<br>σ = {factor}the median distance of each stage"
    )
    by_bandwidth = (
        f"<b>By bandwidth</b>: {pair_title(distances.shown)}<br>same axis of MMD²"
    )
    return [title_at(_LEFT[0], by_stage), title_at(_RIGHT[0], by_bandwidth)]


def curve_traces(distances: Distances) -> list[go.Scatter]:
    """Return the shown pair's curves on the second axes, with the σ in force."""
    curves = [_curve(distances, index) for index in range(len(distances.stages))]
    return [*curves, *_marks(distances)]


def bandwidth_axis(distances: Distances) -> dict:
    """Return the axis of bandwidths, in the tokens' unit and in medians."""
    own = distances.medians[distances.row, distances.column]
    ends = [distances.bandwidths.min(), distances.bandwidths.max()]
    title = "σ in the unit of the tokens (log)<br>and in medians "
    return {
        "type": "log",
        "tickvals": [multiple * own for multiple in _TICKS],
        "ticktext": [f"{three_digits(m * own)}<br>{m:g} ×" for m in _TICKS],
        "range": np.log10(ends).tolist(),
        "title": {"text": title + STAGE_TITLES[distances.stage], "standoff": 6},
    }


def bandwidth_line(distances: Distances) -> dict:
    """Return the line at the σ in force at the stage that is looked at."""
    sigma = distances.factor * distances.medians[distances.row, distances.column]
    line = {"color": MARK, "width": 1.5}
    ends = {"x0": sigma, "x1": sigma, "y0": 0, "y1": 1}
    return {"type": "line", **ends, "xref": "x2", "yref": "y2 domain", "line": line}


def _curve(distances: Distances, index: int) -> go.Scatter:
    stage = distances.stages[index]
    colour, dash = STAGE_LINES[stage]
    return go.Scatter(
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
        xaxis="x2",
        yaxis="y2",
    )


def _marks(distances: Distances) -> list[go.Scatter]:
    """Return the median heuristic and the σ in force on each curve."""
    row, middle = distances.row, len(MULTIPLES) // 2  # where the multiple is 1
    medians = distances.medians[row]
    rings = {"symbol": "circle-open", "size": 15, "color": QUIET, "line": {"width": 3}}
    dots = {"symbol": "circle", "size": 8, "color": MARK}
    return [
        go.Scatter(
            x=x,
            y=y,
            mode="markers",
            marker=marker,
            name=name,
            legend="legend2",
            hovertemplate=f"{name}<br>σ %{{x:.3g}}<extra></extra>",
            xaxis="x2",
            yaxis="y2",
        )
        for x, y, marker, name in (
            (medians, distances.curves[:, middle], rings, "median heuristic"),
            (distances.factor * medians, distances.mmd2[row], dots, "σ in force"),
        )
    ]
