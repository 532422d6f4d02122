"""A film strip of severities: what models get, and where they say something else."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.robustness.severities import SeverityStrip
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.views.robustness.failures import reading_titles
from fusionviz.views.robustness.pictures import LEGEND_BELOW, PictureGrid
from fusionviz.views.robustness.series import series_styles
from fusionviz.views.shared.class_changes import paint_changes
from fusionviz.views.shared.scale import Scale, depth_scale
from fusionviz.views.shared.segmentation import (
    class_squares,
    ground_of,
    paint_classes,
)
from fusionviz.views.shared.style import (
    FONT_SIZE,
    dress,
    modality_name,
)


def draw_severities(strip: SeverityStrip) -> go.Figure:
    """Draw the sample and each model's answer at every severity."""
    return _draw_film(strip) if strip.pictures else _draw_scores(strip)


def describe_severities(strip: SeverityStrip) -> str:
    """Return in words what `draw_severities` shows."""
    unit = " of the pixels" if strip.pictures else ""
    told = []
    for title, row in zip(strip_titles(strip), strip.changed, strict=True):
        values = [
            "unknown"
            if np.isnan(value)
            else f"{value:.1%}"
            if strip.pictures
            else f"{value:.2f}"
            for value in row.tolist()
        ]
        told.append(f"{title} {', '.join(values)}")
    return (
        f"{strip.title} of {modality_name(strip.modality)} at severities 0 to 5; what "
        f"changes against severity 0{unit}: {'; '.join(told)}."
    )


def strip_titles(strip: SeverityStrip) -> tuple[str, ...]:
    """Return what the models are called: nothing is missing, so nothing stands in."""
    first = strip.readings[0]
    kinds = [one.kind for one in first]
    if len(set(kinds)) == len(kinds):
        return tuple(kinds)
    return reading_titles(first)


def _draw_film(strip: SeverityStrip) -> go.Figure:
    """Draw pictures: what models get above, their changes below, a row a model."""
    first_row, columns = strip.readings[0], len(strip.severities)
    grid = PictureGrid(1 + len(first_row), columns, across=0.008, down=0.055)
    maps = [p.depth_m for p in strip.pictures if p.depth_m is not None]
    scale = depth_scale(maps) if strip.modality == "depth" else None
    shown: list[NDArray[np.int64]] = []
    for column, pictures in enumerate(strip.pictures):
        grid.place(_input(pictures, scale), 0, column)
        for row, (whole, now) in enumerate(
            zip(first_row, strip.readings[column], strict=True), start=1
        ):
            first, last, ground = whole.segmentation, now.segmentation, whole.pictures
            if not (first and last and ground):
                continue
            painted = (
                paint_changes(first, last, ground)
                if column
                else paint_classes(last.labels, last.classes, ground_of(ground))
            )
            grid.place(painted, row, column)
            shown.append(last.labels.ravel())
    _name_film(grid, strip)
    more = [] if scale is None else [scale.bar(x=1.0, y=0.5, length=0.6)]
    named = first_row[0].segmentation
    if named is not None:
        more += class_squares(np.unique(np.concatenate(shown)), named.classes)
    figure = dress(grid.figure(*more), top=26)
    return figure.update_layout(legend=LEGEND_BELOW, margin_b=56)


def _input(pictures: Pictures, scale: Scale | None) -> NDArray[np.uint8]:
    if scale is not None and pictures.depth_m is not None:
        return scale.paint(pictures.depth_m)
    if pictures.rgb is None:
        raise ValueError("there is no picture")
    return pictures.rgb


def _name_film(grid: PictureGrid, strip: SeverityStrip) -> None:
    changed, titles = strip.changed, strip_titles(strip)
    for column, severity in enumerate(strip.severities):
        lines = [f"severity {severity}"]
        for model, title in enumerate(titles):
            if not column:
                right = strip.readings[0][model].segmentation
                score = None if right is None else right.pixel_accuracy
                told = "" if score is None else f" {score:.1%} right"
                lines.append(f"<b>{title}</b>{told}")
            else:
                lines.append(f"{changed[model, column]:.1%} changed")
        for row, text in enumerate(lines):
            grid.title(text, row, column)


def _draw_scores(strip: SeverityStrip) -> go.Figure:
    """Draw each model's numbers over severity; the truth is dashed."""
    figure = go.Figure()
    first = strip.readings[0]
    styles = series_styles([one.name.partition(":")[2] for one in first])
    for model, (title, style) in enumerate(
        zip(strip_titles(strip), styles, strict=True)
    ):
        numbers = [row[model].numbers for row in strip.readings]
        known = [one for one in numbers if one is not None]
        for place in range(min(len(one.values) for one in known)):
            name = title if len(known[0].values) == 1 else known[0].names[place]
            figure.add_trace(
                go.Scatter(
                    x=strip.severities,
                    y=[one.values[place] for one in known],
                    mode="lines+markers",
                    line={"color": style[0], "width": 2.5},
                    marker={"symbol": style[2], "size": 10},
                    name=name,
                    hovertemplate=f"{name}, severity %{{x}}: <b>%{{y:.3f}}</b>"
                    "<extra></extra>",
                )
            )
    numbers_of = first[0].numbers
    if numbers_of is not None:
        figure.update_yaxes(title=numbers_of.meaning, range=numbers_of.limits)
        if len(numbers_of.truth) == 1 and np.isfinite(numbers_of.truth[0]):
            figure.add_hline(
                y=numbers_of.truth[0],
                line={"color": "#2A9DA5", "dash": "dash", "width": 2},
                annotation={"text": "truth", "font": {"size": FONT_SIZE}},
            )
    left = [
        f"{severity}<br>{count} steps"
        for severity, count in zip(strip.severities, strip.steps, strict=True)
    ]
    figure.update_xaxes(
        title=f"severity, no unit; steps of {modality_name(strip.modality)} left",
        tickvals=list(strip.severities),
        ticktext=left,
    )
    dress(figure, top=12)
    return figure.update_layout(margin={"l": 8, "b": 8}, showlegend=True)
