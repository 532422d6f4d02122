"""How losses and distances moved over training, checkpoint beside checkpoint."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.distributions.training_curves import Axis, Curve, TrainingCurves
from fusionviz.views.distributions.lambda_family import lambda_title
from fusionviz.views.distributions.sample_stages import LEGEND_ON_TOP, OTHER
from fusionviz.views.shared.style import (
    FONT_SIZE,
    MODALITY_COLOURS,
    dress,
    three_digits,
    write_above,
)

ROWS = ("L<sub>task</sub>", "L<sub>align</sub>", "A-distance", "score")
LOSS_COLOURS = ("#2A9DA5", "#7A55B8")
WHEN = {"before": "dot", "after": "solid"}
"""How the two sides of local alignment are drawn."""

AXIS_TITLES: dict[Axis, str] = {"steps": "optimiser steps", "seconds": "minutes"}

LEGEND_COLUMNS, LEGEND_LINE = 4, 24
"""Names that a line of the legend holds at 1280, and pixels that a line takes."""

LOG_FROM = 4.0
"""A loss that falls by this factor gets a logarithmic axis."""


def draw_training(
    trainings: Sequence[TrainingCurves],
    *,
    smoothing: int = 5,
    axis: Axis = "steps",
) -> go.Figure:
    """Draw the losses, A-distances and alignment scores of trainings side by side.

    A row is a quantity and has one range; a column is a checkpoint.

    Args:
        trainings: One or more.
        smoothing: Points that a mean of a loss is over; the points themselves are pale.
        axis: What runs to the right.
    """
    figure = make_subplots(
        rows=len(ROWS),
        cols=len(trainings),
        shared_xaxes="columns",
        shared_yaxes="rows",
        horizontal_spacing=0.025,
        vertical_spacing=0.05,
    )
    for column, one in enumerate(trainings, start=1):
        for row, curve in enumerate((one.task, one.curves.get("align")), start=1):
            _draw_loss(figure, one, curve, row, column, smoothing, axis)
        _draw_distances(figure, one, column, axis)
        _draw_scores(figure, one, column, axis)
        _name_column(figure, one, column)
    _set_axes(figure, trainings, smoothing, axis)
    dress(figure)
    names = sum(trace.showlegend is not False for trace in figure.data)
    lines = max(1, math.ceil(names / LEGEND_COLUMNS))
    top = 78 + (lines - 1) * LEGEND_LINE
    return figure.update_layout(
        legend=LEGEND_ON_TOP, margin={"l": 8, "r": 12, "t": top, "b": 50}
    )


def describe_training(trainings: Sequence[TrainingCurves]) -> str:
    """Return in words what `draw_training` shows."""
    told = []
    for one in trainings:
        parts = [
            f"{name} from {three_digits(float(curve.values[0]))} to "
            f"{three_digits(float(curve.values[-1]))}"
            for name, curve in (
                ("the task's loss", one.task),
                ("the alignment loss", one.curves.get("align")),
            )
            if curve is not None
        ]
        told.append(f"{one.name}: {' and '.join(parts) or 'no losses'}")
    return f"Curves over training. {'; '.join(told)}."


def _draw_loss(
    figure: go.Figure,
    training: TrainingCurves,
    curve: Curve | None,
    row: int,
    column: int,
    smoothing: int,
    axis: Axis,
) -> None:
    if curve is None:
        _say_nothing(figure, "not in this log", row, column)
        return
    colour, x = LOSS_COLOURS[row - 1], curve.along(axis)
    pale = go.Scatter(
        x=x,
        y=curve.values,
        mode="lines",
        line={"color": colour, "width": 1.5},
        opacity=0.35,
        hoverinfo="skip",
        showlegend=False,
    )
    told = np.stack([curve.steps, curve.seconds / 60, _rates(training, curve)], axis=1)
    smooth = go.Scatter(
        x=x,
        y=curve.smoothed(smoothing),
        mode="lines",
        line={"color": colour, "width": 3},
        customdata=told.round(8),
        hovertemplate=_loss_hover(ROWS[row - 1], training.name),
        showlegend=False,
    )
    for trace in (pale, smooth):
        figure.add_trace(trace, row=row, col=column)


def _loss_hover(loss: str, name: str) -> str:
    return (
        f"{loss} %{{y:.3g}}<br>step %{{customdata[0]:.0f}}, "
        "%{customdata[1]:.1f} min<br>learning rate %{customdata[2]:.2g}"
        f"<extra>{name}</extra>"
    )


def _rates(training: TrainingCurves, curve: Curve) -> NDArray[np.float64]:
    """Return the learning rate at each point of a curve, NaN where none is logged."""
    rate = training.curves.get("learning_rate")
    if rate is None:
        return np.full(len(curve.steps), np.nan)
    return np.interp(curve.steps, rate.steps, rate.values)


def _draw_distances(
    figure: go.Figure, training: TrainingCurves, column: int, axis: Axis
) -> None:
    drawn = False
    for source in training.sources:
        for when in WHEN:
            curve = training.distance(source, when)
            if curve is not None:
                _draw_measured(figure, curve, source, when, 3, column, axis)
                drawn = True
    if not drawn:
        _say_nothing(figure, "no A-distance in this log", 3, column)


def _draw_scores(
    figure: go.Figure, training: TrainingCurves, column: int, axis: Axis
) -> None:
    drawn = False
    for source in training.sources:
        curve = training.score(source)
        if curve is not None:
            _draw_measured(figure, curve, source, "after", 4, column, axis)
            drawn = True
    if not drawn:
        _say_nothing(figure, "no alignment score in this log", 4, column)


def _draw_measured(
    figure: go.Figure,
    curve: Curve,
    source: str,
    when: str,
    row: int,
    column: int,
    axis: Axis,
) -> None:
    """Draw what was measured on the validation split, a dot each time."""
    name = f"{source}, {when} alignment" if row == 3 else f"{source}, score"
    known = any(trace.legendgroup == name for trace in figure.data)
    colour = MODALITY_COLOURS.get(source, OTHER)
    figure.add_trace(
        go.Scatter(
            x=curve.along(axis),
            y=curve.values,
            mode="lines+markers",
            line={"color": colour, "width": 2, "dash": WHEN[when]},
            marker={"size": 6, "color": colour},
            name=name,
            legendgroup=name,
            showlegend=row == 3 and not known,
            hovertemplate=f"{name}: %{{y:.3g}}<br>%{{x:.4g}} {AXIS_TITLES[axis]}"
            "<extra></extra>",
        ),
        row=row,
        col=column,
    )


def _name_column(figure: go.Figure, training: TrainingCurves, column: int) -> None:
    domain = next(figure.select_xaxes(row=1, col=column)).domain
    name = training.name.removeprefix("alignmamba-")
    title = f"<b>{name}</b>, {lambda_title(training.align_weight)}"
    write_above(figure, title, x=sum(domain) / 2, y=1, shift=4)


def _set_axes(
    figure: go.Figure, trainings: Sequence[TrainingCurves], smoothing: int, axis: Axis
) -> None:
    losses = [
        [one.task for one in trainings],
        [one.curves.get("align") for one in trainings],
    ]
    for row, curves in enumerate(losses, start=1):
        scale = loss_axis(curves, smoothing)
        logged = ", log" if scale.get("type") == "log" else ""
        figure.update_yaxes(row=row, **scale)
        figure.update_yaxes(title=ROWS[row - 1] + logged, row=row, col=1)
    figure.update_yaxes(range=[-0.05, 2.1], tickvals=[0, 1, 2], row=3)
    figure.update_yaxes(range=[-0.03, 1.05], tickvals=[0, 0.5, 1], row=4)
    for row in (3, 4):
        figure.update_yaxes(title=ROWS[row - 1], row=row, col=1)
    figure.update_yaxes(title_standoff=12)
    figure.update_xaxes(title=AXIS_TITLES[axis], title_standoff=4, row=len(ROWS))
    figure.update_xaxes(nticks=6, showgrid=False)
    for column, one in enumerate(trainings, start=1):
        last = max(float(curve.along(axis).max()) for curve in one.curves.values())
        figure.update_xaxes(range=[0, 1.02 * last], col=column)


def _say_nothing(figure: go.Figure, what: str, row: int, column: int) -> None:
    """Say in a panel that the log has nothing for it, and keep its axes in place."""
    blank = go.Scatter(x=[0], y=[0.5], mode="markers", marker_opacity=0)
    figure.add_trace(
        blank.update(hoverinfo="skip", showlegend=False), row=row, col=column
    )
    x = next(figure.select_xaxes(row=row, col=column)).domain
    y = next(figure.select_yaxes(row=row, col=column)).domain
    figure.add_annotation(
        text=what,
        x=sum(x) / 2,
        y=sum(y) / 2,
        xref="paper",
        yref="paper",
        showarrow=False,
        font_size=FONT_SIZE,
    )


def is_log(curves: Sequence[Curve | None], smoothing: int) -> bool:
    """Return whether a loss needs a logarithmic axis."""
    values = [one.smoothed(smoothing) for one in curves if one is not None]
    if not values:
        return False
    together = np.concatenate(values)
    return bool(together.min() > 0 and together.max() > LOG_FROM * together.min())


def loss_axis(curves: Sequence[Curve | None], smoothing: int) -> dict[str, Any]:
    """Return the axis that a row of losses shares, with all points in its range."""
    known = [one.values for one in curves if one is not None]
    low = min((float(one.min()) for one in known), default=0.0)
    high = max((float(one.max()) for one in known), default=1.0)
    if not is_log(curves, smoothing):
        room = 0.06 * max(high - min(low, 0.0), 1e-12)
        return {"range": [min(low, 0.0) - room / 2, high + room], "nticks": 4}
    low = max(low, 1e-3 * high)  # a single point at 0 has no place on the axis
    ends = (math.log10(low) - 0.05, math.log10(high) + 0.05)
    steps = (1,) if ends[1] - ends[0] > 2 else (1, 2, 5)
    ticks = [n * 10.0**e for e in range(-12, 7) for n in steps]
    shown = [tick for tick in ticks if ends[0] <= math.log10(tick) <= ends[1]]
    return {
        "type": "log",
        "range": list(ends),
        "tickvals": shown,
        "ticktext": [f"{tick:g}" for tick in shown],
    }
