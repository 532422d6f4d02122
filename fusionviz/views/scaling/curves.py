"""Time, memory and operations over length, on logarithmic axes."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.scaling.curves import Curve, Measure, ScalingCurves
from fusionviz.analysis.scaling.paper import QUOTED_LENGTH, QuotedPoint
from fusionviz.views.scaling.units import (
    write_bytes,
    write_length,
    write_operations,
    write_seconds,
)
from fusionviz.views.shared.colours import tint
from fusionviz.views.shared.style import (
    FONT_SIZE,
    MARK,
    dress,
    in_percent,
    three_digits,
    write_above,
)

STYLES: dict[str, tuple[str, str, str]] = {
    "alignmamba": ("#0072B2", "solid", "circle"),
    "alignmamba-torch": ("#56B4E9", "dash", "circle-open"),
    "alignmamba-reference": ("#56B4E9", "dot", "circle-open"),
    "single-stream-plain": ("#D55E00", "solid", "square"),
    "single-stream-fused": ("#D55E00", "dash", "square-open"),
    "multi-stream-plain": ("#8C5A2B", "solid", "diamond"),
    "multi-stream-fused": ("#8C5A2B", "dash", "diamond-open"),
    "mamba-backbone": ("#009E73", "solid", "circle"),
    "transformer-plain": ("#E69F00", "solid", "square"),
    "transformer-fused": ("#E69F00", "dash", "square-open"),
    "mango-forward": ("#7A55B8", "solid", "triangle-up"),
    "mango-inverse": ("#7A55B8", "dash", "triangle-down"),
    "relaxed": ("#009E73", "solid", "cross"),
    "sinkhorn": ("#CC79A7", "solid", "cross"),
    "exact": ("#6B6B6B", "solid", "cross"),
    "mmd": ("#7A55B8", "dash", "star"),
    "encoders": ("#8A8A8A", "solid", "circle"),
    "alignment": ("#7A55B8", "solid", "cross"),
    "predictor": ("#B59A00", "solid", "diamond"),
}
"""Colour, dash and symbol of each workload. Dashes are of what is not the papers' way:
fused attention, another scan, the inverse."""

OTHER = ("#6B6B6B", "dot", "circle")

BETWEEN = 0.1
"""Between two panels, in parts of the figure's plot."""

MOST_TICKS = 5
"""Lengths that are written under a panel, if every power of 2 would be more."""

MARK_STEP = 0.035
"""Between the marks of two workloads, in parts of a panel's height."""

PALE = 0.4
"""Opacity of what was measured elsewhere."""


@dataclass(frozen=True, kw_only=True)
class _Axis:
    """One panel: its measure, its title, and how its values are written."""

    measure: Measure
    title: str
    write: Callable[[float], str]


AXES = (
    _Axis(measure="seconds", title="<b>time</b>", write=write_seconds),
    _Axis(measure="peak_bytes", title="<b>peak memory</b>", write=write_bytes),
    _Axis(measure="operations", title="<b>operations</b>", write=write_operations),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Scene:
    """All that is drawn, which says how far the axes reach."""

    curves: ScalingCurves
    beside: ScalingCurves | None
    quoted: Sequence[QuotedPoint]

    @property
    def everything(self) -> tuple[Curve, ...]:
        more = () if self.beside is None else self.beside.curves
        return (*self.curves.curves, *more)

    def span(self) -> tuple[float, float]:
        """Return the shortest and the longest length."""
        spans = [one.span for one in (self.curves, self.beside) if one is not None]
        far = [QUOTED_LENGTH] if self.quoted else []
        return min(low for low, _ in spans), max([*(high for _, high in spans), *far])

    def reach(self, axis: _Axis) -> tuple[float, float]:
        """Return the ends of a panel, around all values and with room for marks."""
        values = [curve.values(axis.measure) for curve in self.everything]
        quoted = [one.value for one in self.quoted if one.measure == axis.measure]
        every = np.concatenate([*values, np.array(quoted)])
        every = every[np.isfinite(every)]
        if not len(every):
            return 1e-3, 1.0
        return float(every.min()) / 1.6, float(every.max()) * 2.5

    def top(self, axis: _Axis, curve: Curve) -> float:
        """Return where a curve's marks stand: at the top, under those before it."""
        marked = [one.workload for one in self.curves.curves if one.marks]
        place = marked.index(curve.workload)
        low, high = (math.log10(end) for end in self.reach(axis))
        return 10 ** (high - (0.04 + MARK_STEP * place) * (high - low))


def draw_curves(
    curves: ScalingCurves,
    *,
    length: float | None = None,
    beside: ScalingCurves | None = None,
    quoted: Sequence[QuotedPoint] = (),
) -> go.Figure:
    """Draw time, peak memory and operations over length, one line a workload.

    Bands are the 20th to 80th percentile of the timed runs, crosses at the top what was
    given up, diamonds where the first workload and another take the same time, stars
    what a paper's ratios say.

    Args:
        curves: At least one.
        length: Where all are read off; None: nowhere.
        beside: What was measured on another machine, drawn pale.
        quoted: A paper's ratios.
    """
    scene = _Scene(curves=curves, beside=beside, quoted=quoted)
    figure = go.Figure()
    width = (1 - BETWEEN * (len(AXES) - 1)) / len(AXES)
    for number, axis in enumerate(AXES, start=1):
        left = (number - 1) * (width + BETWEEN)
        figure.update_layout(
            {
                f"xaxis{number}": _across(scene, number, (left, left + width)),
                f"yaxis{number}": _up(scene, axis, number),
            }
        )
        figure.add_traces(list(_panel(scene, axis, number, length)))
        write_above(figure, axis.title, x=left + width / 2, y=1, shift=4)
    figure.add_traces(_crossings(curves))
    dress(figure, top=40)
    return figure.update_layout(
        legend={
            "orientation": "h",
            "y": -0.2,
            "yanchor": "top",
            "x": 0,
            "font": {"size": FONT_SIZE - 1},
        },
        margin={"l": 8, "b": 8},
        dragmode="zoom",
    )


def describe_curves(curves: ScalingCurves) -> str:
    """Return in words what `draw_curves` shows."""
    parts = []
    for curve in curves.curves:
        known = np.flatnonzero(np.isfinite(curve.seconds))
        said = f"{curve.title}: nothing was measured"
        if len(known):
            last = known[-1]
            said = (
                f"{curve.title}: {write_seconds(curve.seconds[last])} at "
                f"{curve.lengths[last]:.0f} tokens"
            )
        exponent = curve.fits["seconds"].exponent
        if math.isfinite(exponent):
            said += f", time grows as length to the {three_digits(exponent)}"
        if curve.marks:
            shortest = min(curve.marks)
            said += f", given up at {shortest} tokens ({curve.marks[shortest][0]})"
        parts.append(said)
    filled = ", a constant number of tokens at once" * (curves.batching == "constant")
    return f"Time, memory and operations over length{filled}. {'; '.join(parts)}."


def _panel(
    scene: _Scene, axis: _Axis, number: int, length: float | None
) -> Iterator[go.Scatter]:
    """Yield all traces of a panel, what stands behind first."""
    place = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
    if scene.beside is not None:
        for index, curve in enumerate(scene.beside.curves):
            is_named = number == 1 and not index
            yield _pale_line(curve, axis, place, is_named=is_named)
    if length is not None:
        yield _upright(length, scene.reach(axis), place)
    for curve in scene.curves.curves:
        group = place | {"legendgroup": curve.workload}
        if axis.measure == "seconds":
            yield _band(curve, group)
        yield _line(curve, axis, group, is_named=number == 1)
        if curve.marks:
            yield _marks(curve, group, scene.top(axis, curve))
    if scene.quoted:
        yield _stars(scene.quoted, axis, place, is_named=number == 1)
    if length is not None:
        yield _rings(scene.curves, axis, place, length)


def _line(
    curve: Curve, axis: _Axis, place: dict[str, str], *, is_named: bool
) -> go.Scatter:
    colour, dash, symbol = STYLES.get(curve.workload, OTHER)
    values = curve.values(axis.measure)
    return go.Scatter(
        x=curve.lengths,
        y=values,
        name=_legend(curve),
        mode="lines+markers",
        line={"color": colour, "width": 2.5, "dash": dash},
        marker={"size": 8, "symbol": symbol, "color": colour},
        customdata=[_told(curve, axis, point) for point in range(len(values))],
        hovertemplate=f"{curve.title}<br>%{{x:,}} tokens: %{{customdata}}"
        f"<extra></extra>",
        showlegend=is_named,
        connectgaps=False,
        **place,
    )


def _told(curve: Curve, axis: _Axis, point: int) -> str:
    """Return a value as hovering tells it, a time with its percentiles."""
    value = axis.write(curve.values(axis.measure)[point])
    if axis.measure != "seconds" or not math.isfinite(curve.seconds[point]):
        return value
    low, high = curve.seconds_low[point], curve.seconds_high[point]
    return f"{value} ({axis.write(low)} to {axis.write(high)})"


def _legend(curve: Curve) -> str:
    """Return a workload's title, shortened, with the exponent of its time."""
    fit = curve.fits["seconds"]
    title = curve.title.replace(" Transformer,", ",").replace(" attention", "")
    if not math.isfinite(fit.exponent):
        return title
    return (
        f"{title}: L<sup>{three_digits(fit.exponent)}</sup> "
        f"({three_digits(fit.low)} to {three_digits(fit.high)})"
    )


def _pale_line(
    curve: Curve, axis: _Axis, place: dict[str, str], *, is_named: bool
) -> go.Scatter:
    colour, dash, _ = STYLES.get(curve.workload, OTHER)
    values = curve.values(axis.measure)
    return go.Scatter(
        x=curve.lengths,
        y=values,
        name=f"pale: {curve.machine}",
        mode="lines",
        line={"color": tint(colour, PALE), "width": 2, "dash": dash},
        customdata=[axis.write(value) for value in values],
        hovertemplate=f"{curve.title}, {curve.machine}<br>%{{x:,}} tokens: "
        "%{customdata}<extra></extra>",
        legendgroup="beside",
        showlegend=is_named,
        **place,
    )


def _band(curve: Curve, place: dict[str, str]) -> go.Scatter:
    known = np.isfinite(curve.seconds)
    x = curve.lengths[known]
    return go.Scatter(
        x=_there_and_back(x, x),
        y=_there_and_back(curve.seconds_low[known], curve.seconds_high[known]),
        fill="toself",
        fillcolor=STYLES.get(curve.workload, OTHER)[0],
        opacity=0.18,
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
        **place,
    )


def _there_and_back(
    there: NDArray[np.float64], back: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.concatenate([there, back[::-1]])


def _marks(curve: Curve, place: dict[str, str], top: float) -> go.Scatter:
    """Return crosses at the top of a panel for what was given up."""
    lengths = sorted(curve.marks)
    colour = STYLES.get(curve.workload, OTHER)[0]
    return go.Scatter(
        x=lengths,
        y=[top] * len(lengths),
        mode="markers",
        marker={"symbol": "x", "size": 11, "color": colour, "line": {"width": 1}},
        customdata=[curve.marks[length][1] for length in lengths],
        hovertemplate=f"{curve.title}<br>%{{x:,}} tokens: %{{customdata}}"
        "<extra></extra>",
        showlegend=False,
        **place,
    )


def _stars(
    quoted: Sequence[QuotedPoint],
    axis: _Axis,
    place: dict[str, str],
    *,
    is_named: bool,
) -> go.Scatter:
    """Return stars where a paper's ratios put other models, seen from our first."""
    points = [one for one in quoted if one.measure == axis.measure]
    colours = [STYLES.get(one.workload, OTHER)[0] for one in points]
    return go.Scatter(
        x=[QUOTED_LENGTH] * len(points),
        y=[one.value for one in points],
        name="the paper's ratios to AlignMamba",
        mode="markers",
        marker={"symbol": "star-open", "size": 14, "color": colours},
        customdata=[
            f"{one.title}: {axis.write(one.value)}<br>if AlignMamba saved the paper's "
            f"{in_percent(one.saved)}"
            for one in points
        ],
        hovertemplate="%{customdata}<extra></extra>",
        legendgroup="quoted",
        showlegend=is_named,
        **place,
    )


def _upright(
    length: float, reach: tuple[float, float], place: dict[str, str]
) -> go.Scatter:
    """Return an upright line at the length that is read off."""
    return go.Scatter(
        x=[length, length],
        y=list(reach),
        mode="lines",
        line={"color": MARK, "width": 2},
        hoverinfo="skip",
        showlegend=False,
        **place,
    )


def _rings(
    curves: ScalingCurves, axis: _Axis, place: dict[str, str], length: float
) -> go.Scatter:
    """Return a ring on each curve at the length that is read off."""
    values = [curve.at(length, axis.measure) for curve in curves.curves]
    return go.Scatter(
        x=[length] * len(values),
        y=values,
        mode="markers",
        marker={"symbol": "circle-open", "size": 14, "color": MARK},
        hoverinfo="skip",
        showlegend=False,
        **place,
    )


def _crossings(curves: ScalingCurves) -> list[go.Scatter]:
    """Return diamonds in the time panel where another takes as long as the first."""
    titles = {curve.workload: curve.title for curve in curves.curves}
    traces: list[go.Scatter] = []
    for name, crossing in curves.crossings.items():
        if not crossing.is_in_range:
            continue
        length = write_length(crossing.length)
        traces.append(
            go.Scatter(
                x=[crossing.length],
                y=[curves.reference.at(crossing.length, "seconds")],
                mode="markers+text",
                marker={
                    "symbol": "diamond",
                    "size": 11,
                    "color": STYLES.get(name, OTHER)[0],
                    "line": {"width": 1.5, "color": "white"},
                },
                text=[length],
                textposition="top left",
                textfont={"size": FONT_SIZE - 1},
                hovertemplate=f"{curves.reference.title} and {titles[name]}<br>take "
                f"the same time at {length} tokens<extra></extra>",
                name=f"as long as {curves.reference.title}",
                legendgroup=name,
                showlegend=not traces,
                xaxis="x",
                yaxis="y",
            )
        )
    return traces


def _across(scene: _Scene, number: int, domain: tuple[float, float]) -> dict[str, Any]:
    low, high = scene.span()
    ticks = [2**k for k in range(5, 22) if low <= 2**k <= high]
    if len(ticks) > MOST_TICKS:
        ticks = ticks[::2]
    names = [write_length(tick) if tick < 1e4 else f"{tick // 1024}k" for tick in ticks]
    return {
        "domain": domain,
        "anchor": f"y{number}",
        "type": "log",
        "range": [math.log10(low) - 0.06, math.log10(high) + 0.06],
        "tickvals": ticks,
        "ticktext": names,
        "tickangle": 0,
        "title": {"text": "tokens L (log)", "standoff": 6},
        "zeroline": False,
    }


def _up(scene: _Scene, axis: _Axis, number: int) -> dict[str, Any]:
    low, high = scene.reach(axis)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [10.0**power for power in powers]
    if axis.measure == "peak_bytes":
        step = 4 if high / low > 2**14 else 2
        ticks = [2.0**k for k in range(0, 50, step) if low <= 2.0**k <= high]
    return {
        "anchor": f"x{number}",
        "type": "log",
        "range": [math.log10(low), math.log10(high)],
        "tickvals": ticks,
        "ticktext": [axis.write(tick) for tick in ticks],
        "zeroline": False,
    }
