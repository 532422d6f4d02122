"""What chance makes of an MMD², and how well a line tells two modalities apart."""

import numpy as np
import plotly.graph_objects as go

from fusionviz.analysis.distributions.distance_test import DistanceTest
from fusionviz.views.distributions.pair_names import pair_title, title_at
from fusionviz.views.shared.style import (
    FONT_SIZE,
    MARK,
    dress,
    in_percent,
    three_digits,
)

NULL = "#8A8A8A"
BINS = 30
NEAR = 1.5
"""How far beyond the null, in its own widths, the observed still is in its panel."""

_LEFT, _RIGHT = (0.0, 0.6), (0.71, 1.0)
_STRIP, _HISTOGRAM = (0.9, 1.0), (0.0, 0.62)


def draw_test(test: DistanceTest) -> go.Figure:
    """Draw the null to scale with the observed MMD², its histogram, and fold errors."""
    figure = go.Figure(
        data=[*_strip(test), _histogram(test), _folds(test)],
        layout={
            **_axes(test),
            "shapes": _lines(test),
            "annotations": [*_labels(test), *_titles(test)],
        },
    )
    dress(figure)
    return figure.update_layout(
        showlegend=False, bargap=0.04, margin={"l": 10, "r": 10, "t": 58, "b": 52}
    )


def describe_test(test: DistanceTest) -> str:
    """Return in words what `draw_test` shows."""
    largest = three_digits(float(test.null.max()))
    return (
        f"Of {len(test.null)} shuffles the largest MMD² is {largest}; that of "
        f"{pair_title(test.pair.names)} is {three_digits(test.statistic)}, p = "
        f"{three_digits(test.p_value)}. A linear classifier errs on "
        f"{in_percent(test.a_distance.error)} of held-out tokens: the A-distance is "
        f"{three_digits(test.a_distance.distance)}."
    )


def how_far(test: DistanceTest) -> str:
    """Return how the observed MMD² compares with the null's largest, in words."""
    times = test.times_largest
    if times is None:
        return "the largest of the null is 0"
    return f"MMD² is {three_digits(times)} times the largest of the null"


def _strip(test: DistanceTest) -> list[go.Scatter]:
    """Return the shuffled MMD² and the observed one as marks on one scale."""
    null = go.Scatter(
        x=[float(test.null.min()), float(test.null.max())],
        y=[0, 0],
        mode="lines",
        line={"color": NULL, "width": 14},
        hovertemplate="shuffles: %{x:.3g}<extra></extra>",
    )
    observed = go.Scatter(
        x=[test.statistic],
        y=[0],
        mode="markers",
        marker={"symbol": "diamond", "size": 15, "color": MARK},
        hovertemplate="observed: %{x:.4g}<extra></extra>",
    )
    return [null, observed]


def _width(test: DistanceTest) -> float:
    """Return how wide the null is, above 0."""
    low, high = float(test.null.min()), float(test.null.max())
    return high - low or max(abs(high), 1e-6)


def _is_near(test: DistanceTest) -> bool:
    """Return whether the observed fits into the null's own panel."""
    return test.statistic <= float(test.null.min()) + (1 + NEAR) * _width(test)


def _counts(test: DistanceTest) -> tuple[np.ndarray, np.ndarray]:
    """Return how many shuffles fall between edges, and the edges."""
    low = float(test.null.min())
    return np.histogram(test.null, np.linspace(low, low + _width(test), BINS + 1))


def _histogram(test: DistanceTest) -> go.Bar:
    counts, edges = _counts(test)
    return go.Bar(
        x=(edges[1:] + edges[:-1]) / 2,
        y=counts,
        width=0.96 * _width(test) / BINS,
        marker_color=NULL,
        hovertemplate="near %{x:.3g}: %{y} shuffles<extra></extra>",
        xaxis="x2",
        yaxis="y2",
    )


def _folds(test: DistanceTest) -> go.Scatter:
    errors = 100 * np.array(test.a_distance.fold_errors)
    return go.Scatter(
        x=np.arange(1, len(errors) + 1),
        y=errors,
        mode="markers",
        marker={"size": 12, "color": NULL, "symbol": "diamond"},
        hovertemplate="fold %{x}: %{y:.3g} % wrong<extra></extra>",
        xaxis="x3",
        yaxis="y3",
    )


def _axes(test: DistanceTest) -> dict[str, dict]:
    low, high = float(test.null.min()), float(test.null.max())
    ends = min(0.0, low), max(test.statistic, high)
    room = 0.03 * (ends[1] - ends[0]) or 0.5
    width = _width(test)
    right = max(low + width, test.statistic) if _is_near(test) else low + width
    null = [min(low, test.statistic) - 0.05 * width, right + 0.05 * width]
    errors = test.a_distance.fold_errors
    return {
        "xaxis": {
            "domain": _LEFT,
            "range": [ends[0] - room, ends[1] + room],
            "nticks": 6,
        },
        "yaxis": {"domain": _STRIP, "visible": False},
        "xaxis2": {
            "domain": _LEFT,
            "anchor": "y2",
            "range": null,
            "title": {"text": "MMD² of shuffled labels, no unit"},
        },
        "yaxis2": {
            "domain": _HISTOGRAM,
            "anchor": "x2",
            "title": {"text": "shuffles"},
            "range": [0, 1.28 * float(_counts(test)[0].max())],
            "nticks": 4,
        },
        "xaxis3": {
            "domain": _RIGHT,
            "anchor": "y3",
            "title": {"text": "fold"},
            "dtick": 1,
            "range": [0.5, len(errors) + 0.5],
        },
        "yaxis3": {
            "anchor": "x3",
            "title": {"text": "held-out error, %"},
            "range": [-2, max(58.0, 110 * max(errors))],
        },
    }


def _lines(test: DistanceTest) -> list[dict]:
    """Return lines at 95 % of the shuffles, at the observed MMD² and at both errors."""
    dashed = {"color": NULL, "dash": "dash", "width": 2}
    pink = {"color": MARK, "width": 3}
    upright = {"type": "line", "xref": "x2", "yref": "y2 domain", "y0": 0, "y1": 1}
    level = {"type": "line", "xref": "x3 domain", "yref": "y3", "x0": 0, "x1": 1}
    high, error = float(np.quantile(test.null, 0.95)), 100 * test.a_distance.error
    lines = [
        {**upright, "x0": high, "x1": high, "line": dashed},
        {**level, "y0": 50, "y1": 50, "line": dashed},
        {**level, "y0": error, "y1": error, "line": pink},
    ]
    if _is_near(test):
        ends = {"x0": test.statistic, "x1": test.statistic}
        lines.append({**upright, **ends, "line": pink})
    return lines


def _labels(test: DistanceTest) -> list[dict]:
    """Return the labels of the observed MMD² and of the error of guessing."""
    shared = {"showarrow": False, "font": {"size": FONT_SIZE}}
    observed = f"observed {three_digits(test.statistic)}"
    is_near = _is_near(test)
    is_left = test.statistic < float(test.null.min()) + _width(test) / 3
    return [
        {
            **shared,
            "xanchor": "left" if is_left else "right",
            "text": observed if is_near else f"{observed} →",
            "x": test.statistic if is_near else 1,
            "xref": "x2" if is_near else "x2 domain",
            "xshift": 6 if is_left else -6,
            "y": 1,
            "yref": "y2 domain",
            "yanchor": "top",
        },
        {
            **shared,
            "xanchor": "right",
            "text": "guessing: 50 %",
            "x": 1,
            "xref": "x3 domain",
            "y": 50,
            "yref": "y3",
            "yanchor": "bottom",
        },
    ]


def _titles(test: DistanceTest) -> list[dict]:
    smallest = " (the smallest there is)" if test.p_value == test.resolution else ""
    strip = (
        f"<b>p = {three_digits(test.p_value)}</b>{smallest} of {len(test.null)} "
        f"shuffles<br>{how_far(test)}"
    )
    high = three_digits(float(np.quantile(test.null, 0.95)))
    below = f"null, enlarged; 95 % lie below the dashed {high}"
    errs = (
        f"<b>A-distance {three_digits(test.a_distance.distance)}</b> of 2<br>"
        f"error {in_percent(test.a_distance.error)} (pink)"
    )
    return [
        title_at(_LEFT[0], strip),
        title_at(_LEFT[0], below, y=_HISTOGRAM[1], shift=6),
        title_at(_RIGHT[0], errs),
    ]
