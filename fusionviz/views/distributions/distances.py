"""MMD² between modalities: stage by stage, and against the kernel's bandwidth."""

import numpy as np
import plotly.graph_objects as go

from fusionviz.analysis.distributions.distances import Distances
from fusionviz.analysis.distributions.token_pair import MULTIPLES
from fusionviz.analysis.shared.token_subject import STAGE_TITLES
from fusionviz.views.distributions.distance_curves import (
    QUIET,
    bandwidth_axis,
    bandwidth_line,
    curve_traces,
)
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


def draw_distances(distances: Distances, *, height: int = 430) -> go.Figure:
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
