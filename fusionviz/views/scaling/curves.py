"""Time, memory and operations over length, on logarithmic axes."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from fusionviz.analysis.scaling.curves import Curve, Measure, ScalingCurves
from fusionviz.views.shared.style import (
    FONT_SIZE,
    MARK,
    dress,
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
    "mmd": ("#6B6B6B", "dash", "star"),
}
"""Colour, dash and symbol of each workload. Dashes are of what is not the papers' way:
fused attention, another scan, the inverse."""

OTHER = ("#6B6B6B", "dot", "circle")

BETWEEN = 0.075
"""Between two panels, in parts of the figure's plot."""


@dataclass(frozen=True, kw_only=True)
class _Axis:
    """One panel: its measure, its title, and how its values are written."""

    measure: Measure
    title: str
    write: Callable[[float], str]


def draw_curves(curves: ScalingCurves, *, length: float | None = None) -> go.Figure:
    """Draw time, peak memory and operations over length, one line a workload.

    Bands are the 20th to 80th percentile of the timed runs, crosses at the top what was
    given up, upright lines where AlignMamba becomes the quicker one.

    Args:
        curves: At least one.
        length: Where all are read off; None: nowhere.
    """
    figure = go.Figure()
    width = (1 - BETWEEN * (len(AXES) - 1)) / len(AXES)
    for number, axis in enumerate(AXES, start=1):
        left = (number - 1) * (width + BETWEEN)
        figure.update_layout(
            {
                f"xaxis{number}": _across(curves, number, (left, left + width)),
                f"yaxis{number}": _up(curves, axis, number),
            }
        )
        for curve in curves.curves:
            figure.add_traces(_traces(curve, axis, number, curves))
        if length is not None:
            _add_reading(figure, curves, axis, number, length)
        write_above(figure, axis.title, x=left + width / 2, y=1, shift=4)
    _mark_crossings(figure, curves)
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
        if not len(known):
            parts.append(f"{curve.title}: nothing was measured")
            continue
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
    return f"Time, memory and operations over length. {'; '.join(parts)}."


def write_seconds(seconds: float) -> str:
    """Return a time with a unit that fits it."""
    if not math.isfinite(seconds):
        return "–"
    if seconds >= 1:
        return f"{three_digits(seconds)} s"
    if seconds >= 1e-3:
        return f"{three_digits(1e3 * seconds)} ms"
    return f"{three_digits(1e6 * seconds)} µs"


def write_bytes(count: float) -> str:
    """Return a size with a unit that fits it."""
    if not math.isfinite(count):
        return "–"
    for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count >= size:
            return f"{three_digits(count / size)} {unit}"
    return f"{count:.0f} B"


def write_operations(count: float) -> str:
    """Return a number of operations with a unit that fits it."""
    if not math.isfinite(count):
        return "–"
    for unit, size in (("TFLOP", 1e12), ("GFLOP", 1e9), ("MFLOP", 1e6)):
        if count >= size:
            return f"{three_digits(count / size)} {unit}"
    return f"{three_digits(count / 1e3)} kFLOP"


AXES = (
    _Axis(measure="seconds", title="<b>time</b>", write=write_seconds),
    _Axis(measure="peak_bytes", title="<b>peak memory</b>", write=write_bytes),
    _Axis(measure="operations", title="<b>operations</b>", write=write_operations),
)


def _traces(
    curve: Curve, axis: _Axis, number: int, curves: ScalingCurves
) -> list[go.Scatter]:
    """Return the line of a workload in a panel, its band and its marks."""
    colour, dash, symbol = STYLES.get(curve.workload, OTHER)
    values = curve.values(axis.measure)
    place: dict[str, Any] = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
    place["legendgroup"] = curve.workload
    line = go.Scatter(
        x=curve.lengths,
        y=values,
        name=_legend(curve),
        mode="lines+markers",
        line={"color": colour, "width": 2.5, "dash": dash},
        marker={"size": 8, "symbol": symbol, "color": colour},
        customdata=[axis.write(value) for value in values],
        hovertemplate=f"{curve.title}<br>%{{x:,}} tokens: %{{customdata}}"
        f"<extra></extra>",
        showlegend=number == 1,
        connectgaps=False,
        **place,
    )
    traces = [line]
    if axis.measure == "seconds":
        traces.insert(0, _band(curve, colour, place))
    if curve.marks:
        traces.append(_marks(curve, colour, place, _top(curves, axis)))
    return traces


def _legend(curve: Curve) -> str:
    """Return a workload's title with the exponent of its time."""
    fit = curve.fits["seconds"]
    if not math.isfinite(fit.exponent):
        return curve.title
    return (
        f"{curve.title}: time ∝ length<sup>{three_digits(fit.exponent)}</sup> "
        f"({three_digits(fit.low)} to {three_digits(fit.high)})"
    )


def _band(curve: Curve, colour: str, place: dict[str, Any]) -> go.Scatter:
    known = np.isfinite(curve.seconds)
    x = curve.lengths[known]
    return go.Scatter(
        x=np.concatenate([x, x[::-1]]),
        y=np.concatenate([curve.seconds_low[known], curve.seconds_high[known][::-1]]),
        fill="toself",
        fillcolor=colour,
        opacity=0.18,
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
        **place,
    )


def _marks(curve: Curve, colour: str, place: dict[str, Any], top: float) -> go.Scatter:
    """Return crosses at the top of a panel for what was given up."""
    lengths = sorted(curve.marks)
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


def _add_reading(
    figure: go.Figure, curves: ScalingCurves, axis: _Axis, number: int, length: float
) -> None:
    """Draw an upright line at a length, and a ring on every curve there."""
    low, high = _reach(curves, axis)
    figure.add_trace(
        go.Scatter(
            x=[length, length],
            y=[low, high],
            mode="lines",
            line={"color": MARK, "width": 2},
            hoverinfo="skip",
            showlegend=False,
            xaxis=f"x{number}",
            yaxis=f"y{number}",
        )
    )


def _mark_crossings(figure: go.Figure, curves: ScalingCurves) -> None:
    """Write below the time panel where the reference becomes the quicker one."""
    for name, crossing in curves.crossings.items():
        if not crossing.is_in_range:
            continue
        colour = STYLES.get(name, OTHER)[0]
        figure.add_shape(
            type="line",
            xref="x1",
            yref="y1 domain",
            x0=crossing.length,
            x1=crossing.length,
            y0=0,
            y1=0.06,
            line={"color": colour, "width": 3},
        )


def _across(
    curves: ScalingCurves, number: int, domain: tuple[float, float]
) -> dict[str, Any]:
    low, high = curves.span
    ticks = [2**k for k in range(5, 22) if low <= 2**k <= high]
    return {
        "domain": domain,
        "anchor": f"y{number}",
        "type": "log",
        "range": [math.log10(low) - 0.06, math.log10(high) + 0.06],
        "tickvals": ticks,
        "ticktext": [
            f"{tick:,}" if tick < 1e4 else f"{tick // 1024}k" for tick in ticks
        ],
        "tickangle": -45 if len(ticks) > 6 else 0,
        "title": {"text": "tokens (log)", "standoff": 6},
        "zeroline": False,
    }


def _up(curves: ScalingCurves, axis: _Axis, number: int) -> dict[str, Any]:
    low, high = _reach(curves, axis)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [10.0**power for power in powers]
    if axis.measure == "peak_bytes":
        ticks = [2.0**k for k in range(0, 50, 4) if low <= 2.0**k <= high]
    return {
        "anchor": f"x{number}",
        "type": "log",
        "range": [math.log10(low), math.log10(high)],
        "tickvals": ticks,
        "ticktext": [axis.write(tick) for tick in ticks],
        "zeroline": False,
    }


def _top(curves: ScalingCurves, axis: _Axis) -> float:
    """Return where marks stand: a little below the upper end of a panel."""
    low, high = _reach(curves, axis)
    return 10 ** (math.log10(high) - 0.04 * (math.log10(high) - math.log10(low)))


def _reach(curves: ScalingCurves, axis: _Axis) -> tuple[float, float]:
    """Return the ends of a panel's axis, around all values and with room for marks."""
    every = np.concatenate([curve.values(axis.measure) for curve in curves.curves])
    every = every[np.isfinite(every)]
    if not len(every):
        return 1e-3, 1.0
    return float(every.min()) / 1.6, float(every.max()) * 2.5
