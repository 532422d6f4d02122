"""What λ bought and cost: checkpoints that differ in λ alone."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.distributions.lambda_family import LambdaFamily
from fusionviz.analysis.distributions.stage_mmd import STAGES
from fusionviz.analysis.shared.token_subject import STAGE_TITLES
from fusionviz.views.distributions.lambda_panels import (
    METRIC_TITLES,
    SYMBOLS,
    Panel,
    Series,
    panels_of,
)
from fusionviz.views.distributions.sample_stages import (
    LEGEND_ON_TOP,
    OTHER,
    known_digits,
)
from fusionviz.views.shared.style import (
    MODALITY_COLOURS,
    dress,
    three_digits,
    write_above,
)

_APART = 0.18


def lambda_title(weight: float) -> str:
    """Return λ = and its value."""
    return "λ unknown" if math.isnan(weight) else f"λ = {weight:g}"


def draw_family(family: LambdaFamily, *, height: int = 480) -> go.Figure:
    """Draw metrics with intervals, A-distances and a sample's MMD² against λ.

    λ stands on an axis of names: its values are few, and not evenly spaced.

    Args:
        family: By rising λ.
        height: Pixels.
    """
    rows = panels_of(family)
    figure = make_subplots(
        rows=len(rows),
        cols=max(map(len, rows)),
        horizontal_spacing=0.07,
        vertical_spacing=0.22,
    )
    for y, row in enumerate(rows, start=1):
        for x, panel in enumerate(row, start=1):
            _draw_panel(figure, panel, y, x)
        for x in range(len(row) + 1, max(map(len, rows)) + 1):
            figure.update_xaxes(visible=False, row=y, col=x)
            figure.update_yaxes(visible=False, row=y, col=x)
    figure.update_xaxes(
        tickvals=list(range(len(family.cards))),
        ticktext=[f"{weight:g}" for weight in family.weights],
        range=[-0.5, len(family.cards) - 0.5],
        showgrid=False,
    )
    figure.update_xaxes(title="λ", title_standoff=2, row=len(rows))
    figure.update_yaxes(nticks=4)
    _add_legend(figure, family)
    dress(figure, height=height)
    return figure.update_layout(
        legend=LEGEND_ON_TOP, margin={"l": 8, "r": 8, "t": 66, "b": 42}
    )


def describe_family(family: LambdaFamily) -> str:
    """Return in words what `draw_family` shows."""
    told = [
        f"{METRIC_TITLES[name][:-2].replace('<sub>', '_').replace('</sub>', '')} "
        + ", ".join(three_digits(one.value) for one in family.estimates(name))
        for name in (*family.task_metrics, "alignment_score", "align_loss")
        if family.has(name)
    ]
    told += [
        f"MMD² of {name} after local alignment in the sample at hand "
        + ", ".join(known_digits(value) for value in family.mmd[:, row, 1])
        for row, name in enumerate(family.sources)
    ]
    weights = ", ".join(f"{weight:g}" for weight in family.weights)
    return f"For λ of {weights}: {'; '.join(told)}."


def _draw_panel(figure: go.Figure, panel: Panel, row: int, column: int) -> None:
    for place, series in enumerate(panel.series):
        shift = _APART * (place - (len(panel.series) - 1) / 2)
        figure.add_trace(_trace(series, shift), row=row, col=column)
    if panel.range is not None:
        figure.update_yaxes(range=panel.range, row=row, col=column)
    x = next(figure.select_xaxes(row=row, col=column)).domain
    y = next(figure.select_yaxes(row=row, col=column)).domain
    write_above(figure, f"<b>{panel.title}</b>", x=sum(x) / 2, y=y[1], shift=2)


def _trace(series: Series, shift: float) -> go.Scatter:
    value, low, high = series.ends.T
    text = [_told(row) for row in series.ends]
    return go.Scatter(
        x=np.arange(len(value)) + shift,
        y=value,
        mode="lines+markers",
        line={"color": series.colour, "width": 1.5, "dash": "dot"},
        marker={
            "color": series.colour,
            "size": 10,
            "symbol": series.symbol,
            "line": {"color": series.colour, "width": 2},
        },
        error_y={
            "array": high - value,
            "arrayminus": value - low,
            "thickness": 2.5,
            "width": 5,
            "color": series.colour,
            "visible": bool(np.isfinite(high).any()),
        },
        text=text,
        hovertemplate=f"{series.name}<br><b>%{{text}}</b><extra></extra>",
        showlegend=False,
    )


def _add_legend(figure: go.Figure, family: LambdaFamily) -> None:
    """Explain symbols and colours with dots that are drawn nowhere."""
    entries = [(STAGE_TITLES[stage], OTHER, SYMBOLS[stage]) for stage in STAGES]
    for name in family.sources:
        entries.append((name, MODALITY_COLOURS.get(name, OTHER), "circle"))
    for name, colour, symbol in entries:
        marker = {
            "color": colour,
            "symbol": symbol,
            "size": 10,
            "line": {"color": colour, "width": 2},
        }
        figure.add_trace(
            go.Scatter(x=[None], y=[None], mode="markers", marker=marker, name=name)
        )


def _told(ends: Sequence[float] | NDArray[np.float64]) -> str:
    value, low, high = (float(one) for one in ends)
    if not math.isfinite(low):
        return known_digits(value)
    return f"{known_digits(value)} [{known_digits(low)}, {known_digits(high)}]"
