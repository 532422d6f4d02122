"""What λ bought and cost: checkpoints that differ in λ alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.distributions.lambda_family import LambdaFamily
from fusionviz.analysis.distributions.stage_mmd import STAGES
from fusionviz.analysis.shared.subjects.tokens import STAGE_TITLES
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

METRIC_TITLES = {
    "mae": "MAE ↓",
    "accuracy": "accuracy ↑",
    "correlation": "correlation ↑",
    "miou": "mIoU ↑",
    "pixel_accuracy": "pixel accuracy ↑",
    "mean_accuracy": "mean accuracy ↑",
    "weighted_f1": "weighted F1 ↑",
    "f1": "F1 ↑",
    "alignment_score": "alignment score ↑",
    "align_loss": "L<sub>align</sub> ↓",
}
"""What panels are called; the arrow says which way is better."""

TASK_COLOUR = "#2A9DA5"
ALIGN_COLOUR = "#7A55B8"
SYMBOLS = {"encoded": "circle-open", "aligned": "circle", "fused": "square"}
WHEN = {"before": "encoded", "after": "aligned"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Series:
    """One line over λ.

    Attributes:
        name: For the hover.
        colour: Of dots and line.
        symbol: Of the dots.
        ends: Value and the ends of its interval, (λ, 3); NaN ends: there is none.
    """

    name: str
    colour: str
    symbol: str
    ends: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """One small chart over λ.

    Attributes:
        title: Above it.
        series: What is in it.
        range: Of the vertical axis; None: what the values need.
    """

    title: str
    series: tuple[Series, ...]
    range: tuple[float, float] | None = None


def lambda_title(weight: float) -> str:
    """Return `λ = ` and its value as text."""
    return "λ unknown" if math.isnan(weight) else f"λ = {weight:g}"


def draw_family(family: LambdaFamily) -> go.Figure:
    """Draw metrics with intervals, A-distances and a sample's MMD² against λ.

    λ stands on an axis of names: its values are few, and not evenly spaced.

    Args:
        family: By rising λ.
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
    dress(figure)
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


def panels_of(family: LambdaFamily) -> list[list[Panel]]:
    """Return two rows of panels: those of the task, and those of the alignment."""
    upper = [
        Panel(
            title=METRIC_TITLES[name],
            series=(_metric(family, name, TASK_COLOUR, METRIC_TITLES[name][:-2]),),
        )
        for name in (*family.task_metrics, "alignment_score")
        if family.has(name)
    ]
    lower = [_loss(family), _distances(family), *_mmd(family)]
    rows = [upper, [panel for panel in lower if panel is not None]]
    return [row for row in rows if row]


def _metric(
    family: LambdaFamily,
    metric: str,
    colour: str,
    name: str,
    symbol: str = "circle",
) -> Series:
    ends = [[one.value, *one.ends] for one in family.estimates(metric)]
    return Series(name=name, colour=colour, symbol=symbol, ends=np.array(ends))


def _loss(family: LambdaFamily) -> Panel | None:
    if not family.has("align_loss"):
        return None
    series = _metric(family, "align_loss", ALIGN_COLOUR, "L<sub>align</sub>")
    top = 1.1 * float(series.ends.max())
    return Panel(
        title=METRIC_TITLES["align_loss"], series=(series,), range=(0, max(top, 1e-9))
    )


def _distances(family: LambdaFamily) -> Panel | None:
    series = [
        _metric(
            family,
            metric,
            MODALITY_COLOURS.get(source, OTHER),
            f"{source}, {when} alignment",
            SYMBOLS[stage],
        )
        for source in family.sources
        for when, stage in WHEN.items()
        if family.has(metric := f"a_distance_{source}_{when}")
    ]
    if not series:
        return None
    return Panel(title="A-distance ↓", series=tuple(series), range=(-0.06, 2.1))


def _mmd(family: LambdaFamily) -> list[Panel]:
    """Return the sample's MMD², a panel a source, all of one range."""
    known = family.mmd[np.isfinite(family.mmd)]
    top = 1.1 * float(known.max()) if known.size else 1.0
    blank = np.full(len(family.cards), np.nan)
    return [
        Panel(
            title=f"MMD², {name}, 1 sample ↓",
            series=tuple(
                Series(
                    name=f"{name}, {STAGE_TITLES[stage]}",
                    colour=MODALITY_COLOURS.get(name, OTHER),
                    symbol=SYMBOLS[stage],
                    ends=np.stack([family.mmd[:, row, column], blank, blank], axis=1),
                )
                for column, stage in enumerate(STAGES)
            ),
            range=(-0.03 * top, max(top, 1e-9)),
        )
        for row, name in enumerate(family.sources)
    ]
