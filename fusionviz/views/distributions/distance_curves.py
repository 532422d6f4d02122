"""MMD² of two modalities against the bandwidth of its kernel, a curve a stage."""

import numpy as np
import plotly.graph_objects as go

from fusionviz.analysis.distributions.distances import Distances
from fusionviz.analysis.distributions.token_pair import MULTIPLES
from fusionviz.analysis.shared.token_subject import STAGE_TITLES, Stage
from fusionviz.views.shared.style import MARK, three_digits

STAGE_LINES: dict[Stage, tuple[str, str]] = {
    "encoded": ("#8A8A8A", "dot"),
    "aligned": ("#2A9DA5", "dash"),
    "fused": ("#7A55B8", "solid"),
}
"""Colour and dash of each stage's curve."""

QUIET = "#8A8A8A"

_TICKS = (0.05, 0.2, 1, 5, 20)


def curve_traces(distances: Distances) -> list[go.Scatter]:
    """Return the shown pair's curves on the second axes, with the σ in force."""
    curves = [_curve(distances, index) for index in range(len(distances.stages))]
    return [*curves, *_marks(distances)]


def bandwidth_axis(distances: Distances) -> dict:
    """Return the axis of σ: in the unit of the tokens, and in multiples."""
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
