"""What chance makes of an MMD², and how well a line tells two modalities apart."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fusionviz.analysis.distance_test import DistanceTest
from fusionviz.views.distances import pair_title
from fusionviz.views.style import FONT_SIZE, MARK, dress, three_digits, write_above

NULL = "#8A8A8A"
BINS = 30
NEAR = 1.5
"""How far beyond the null, in its own widths, the observed still is in its panel."""

_LEFT, _RIGHT = (0.0, 0.6), (0.71, 1.0)
_STRIP, _HISTOGRAM = (0.9, 1.0), (0.0, 0.62)


def draw_test(test: DistanceTest, *, height: int = 430) -> go.Figure:
    """Draw the null to scale with the observed MMD², its histogram, and fold errors."""
    figure = make_subplots(
        rows=2, cols=2, specs=[[{}, {"rowspan": 2}], [{}, None]]
    ).update_xaxes(domain=_LEFT, col=1)
    figure.update_xaxes(domain=_RIGHT, col=2)
    figure.update_yaxes(domain=_STRIP, visible=False, row=1, col=1)
    figure.update_yaxes(domain=_HISTOGRAM, row=2, col=1)
    figure.update_yaxes(domain=(0, 1), row=1, col=2)
    _draw_strip(figure, test)
    _draw_histogram(figure, test)
    _draw_folds(figure, test)
    _write_titles(figure, test)
    dress(figure, height=height)
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
        f"{percent(test.a_distance.error)} of held-out tokens: the A-distance is "
        f"{three_digits(test.a_distance.distance)}."
    )


def percent(share: float) -> str:
    """Return a share in percent."""
    return f"{three_digits(100 * share)} %"


def how_far(test: DistanceTest) -> str:
    """Return how the observed MMD² compares with the null's largest, in words."""
    times = test.times_largest
    if times is None:
        return "the largest of the null is 0"
    return f"MMD² is {three_digits(times)} times the largest of the null"


def _draw_strip(figure: go.Figure, test: DistanceTest) -> None:
    ends = [float(test.null.min()), float(test.null.max())]
    low, high = min(0.0, ends[0]), max(test.statistic, ends[1])
    room = 0.03 * (high - low) or 0.5
    figure.add_trace(
        go.Scatter(
            x=ends,
            y=[0, 0],
            mode="lines",
            line={"color": NULL, "width": 14},
            hovertemplate="shuffles: %{x:.3g}<extra></extra>",
        ),
        row=1,
        col=1,
    )
    figure.add_trace(
        go.Scatter(
            x=[test.statistic],
            y=[0],
            mode="markers",
            marker={"symbol": "diamond", "size": 15, "color": MARK},
            hovertemplate="observed: %{x:.4g}<extra></extra>",
        ),
        row=1,
        col=1,
    )
    figure.update_xaxes(range=[low - room, high + room], nticks=6, row=1, col=1)


def _draw_histogram(figure: go.Figure, test: DistanceTest) -> None:
    low, high = float(test.null.min()), float(test.null.max())
    width = high - low or max(abs(high), 1e-6)
    edges = np.linspace(low, low + width, BINS + 1)
    counts, _ = np.histogram(test.null, edges)
    figure.add_trace(
        go.Bar(
            x=(edges[1:] + edges[:-1]) / 2,
            y=counts,
            width=0.96 * width / BINS,
            marker_color=NULL,
            hovertemplate="near %{x:.3g}: %{y} shuffles<extra></extra>",
        ),
        row=2,
        col=1,
    )
    dashed = {"color": NULL, "dash": "dash", "width": 2}
    figure.add_vline(x=np.quantile(test.null, 0.95), line=dashed, row=2, col=1)
    right = low + width
    is_near = test.statistic <= right + NEAR * width
    if is_near:
        right = max(right, test.statistic)
        line = {"color": MARK, "width": 3}
        figure.add_vline(x=test.statistic, line=line, row=2, col=1)
    reach = [min(low, test.statistic) - 0.05 * width, right + 0.05 * width]
    figure.update_xaxes(
        title="MMD² of shuffled labels, no unit", range=reach, row=2, col=1
    )
    figure.update_yaxes(title="shuffles", rangemode="tozero", nticks=4, row=2, col=1)
    observed = f"observed {three_digits(test.statistic)}"
    figure.add_annotation(
        text=observed if is_near else f"{observed} →",
        x=test.statistic if is_near else right,
        y=1,
        yref="y3 domain",
        xref="x3",
        xanchor="right",
        yanchor="top",
        xshift=-6,
        showarrow=False,
        font={"size": FONT_SIZE},
    )


def _draw_folds(figure: go.Figure, test: DistanceTest) -> None:
    errors = 100 * np.array(test.a_distance.fold_errors)
    figure.add_trace(
        go.Scatter(
            x=np.arange(1, len(errors) + 1),
            y=errors,
            mode="markers",
            marker={"size": 12, "color": NULL, "symbol": "diamond"},
            hovertemplate="fold %{x}: %{y:.3g} % wrong<extra></extra>",
        ),
        row=1,
        col=2,
    )
    mean = 100 * test.a_distance.error
    figure.add_hline(y=mean, line={"color": MARK, "width": 3}, row=1, col=2)
    dashed = {"color": NULL, "dash": "dash", "width": 2}
    figure.add_hline(y=50, line=dashed, row=1, col=2)
    figure.add_annotation(
        text="guessing: 50 %",
        x=1,
        xref="x2 domain",
        y=50,
        yref="y2",
        xanchor="right",
        yanchor="bottom",
        showarrow=False,
        font_size=FONT_SIZE,
    )
    highest = max(58.0, 1.1 * float(errors.max()))
    figure.update_xaxes(
        title="fold", dtick=1, range=[0.5, len(errors) + 0.5], row=1, col=2
    )
    figure.update_yaxes(
        title="held-out error, %", range=[-2, highest], zeroline=True, row=1, col=2
    )


def _write_titles(figure: go.Figure, test: DistanceTest) -> None:
    smallest = " (the smallest there is)" if test.p_value == test.resolution else ""
    strip = (
        f"<b>p = {three_digits(test.p_value)}</b>{smallest} of {len(test.null)} "
        f"shuffles<br>{how_far(test)}"
    )
    high = three_digits(float(np.quantile(test.null, 0.95)))
    errs = (
        f"<b>A-distance {three_digits(test.a_distance.distance)}</b> of 2<br>"
        f"error {percent(test.a_distance.error)} (pink)"
    )
    below = f"null, enlarged; 95 % lie below the dashed {high}"
    write_above(figure, strip, x=_LEFT[0], y=1, shift=8, anchor="left")
    write_above(figure, below, x=_LEFT[0], y=_HISTOGRAM[1], shift=6, anchor="left")
    write_above(figure, errs, x=_RIGHT[0], y=1, shift=8, anchor="left")
