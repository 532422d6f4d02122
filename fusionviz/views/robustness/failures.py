"""What models make of a sample whose modalities fail, beside the whole one."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.robustness.curves import distinct
from fusionviz.analysis.robustness.failures import (
    FailureReading,
    FailureView,
    Numbers,
)
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.segmentation import Segmentation
from fusionviz.views.robustness.pictures import (
    LEGEND_BELOW,
    PictureGrid,
    paint_changes,
)
from fusionviz.views.shared.pixels import every
from fusionviz.views.shared.scale import Scale, depth_scale
from fusionviz.views.shared.segmentation import (
    COVER,
    class_squares,
    ground_of,
    paint_classes,
)
from fusionviz.views.shared.style import (
    MARK,
    MODALITY_NAMES,
    dress,
    modality_title,
    three_digits,
)

HOVER_SIDE = 64
"""Places a side that say their class when hovered: there are many pictures."""

_GREY = 128

MARKS: dict[str, dict[str, Any]] = {
    "whole": {"symbol": "circle-open", "color": "#8A8A8A", "line": {"width": 3}},
    "failing": {"symbol": "diamond", "color": MARK},
    "truth": {"symbol": "x-thin", "line": {"width": 3, "color": "#2A9DA5"}},
}
"""Of the whole sample, of what is left, and of the truth."""


def draw_failures(view: FailureView, whole: Pictures | None) -> go.Figure:
    """Draw what each model says of the whole sample and of what is left.

    Args:
        view: Of the sample.
        whole: What the models read of the whole sample; None of sequences.
    """
    if whole is not None and view.pictures is not None:
        return draw_failing_pictures(view, whole)
    return draw_failing_numbers(view)


def reading_titles(readings: Sequence[FailureReading]) -> tuple[str, ...]:
    """Return what readings are called, no two alike."""
    return distinct([(one.title, one.name.partition(":")[0]) for one in readings])


def describe_failures(view: FailureView) -> str:
    """Return in words what `draw_failures` shows."""
    wrong = " and ".join(view.failures) or "nothing is wrong"
    parts = []
    for title, before, after, changed in zip(
        reading_titles(view.after), view.before, view.after, view.changed, strict=True
    ):
        parts.append(f"{title} {_change(before, after, changed)}")
    return f"{wrong}: {'; '.join(parts)}."


def _change(before: FailureReading, after: FailureReading, changed: float) -> str:
    if after.segmentation is not None:
        right = after.segmentation.pixel_accuracy
        score = "" if right is None else f", {right:.1%} right"
        return f"names another class in {changed:.1%} of the pixels{score}"
    if before.numbers is None or after.numbers is None:
        return ""
    if len(after.numbers.values) == 1:
        first, last = (one.numbers.values[0] for one in (before, after) if one.numbers)
        return f"goes from {first:+.2f} to {last:+.2f}"
    if math.isnan(changed):
        return "says something of fewer steps"
    return f"changes by {three_digits(changed)} at most"


def draw_failing_pictures(view: FailureView, whole: Pictures) -> go.Figure:
    """Draw pictures: above the whole pair's, below those of what is left.

    Pixels that get another class are strong below, the others faint.
    """
    left = view.pictures or whole
    found = [one.segmentation for one in view.before if one.segmentation]
    truth = next((one for one in found if one.truth is not None), None)
    columns = 2 + len(found) + (truth is not None)
    grid = PictureGrid(2, columns, across=0.008, down=0.19)
    maps = [one.depth_m for one in (whole, left) if one.depth_m is not None]
    scale = depth_scale(maps or [np.zeros((1, 1), np.float32)])
    for row, pictures in enumerate((whole, left)):
        _place_inputs(grid, pictures, scale, row)
    shown = _place_answers(grid, view, whole, left)
    if truth is not None and truth.truth is not None:
        painted = paint_classes(
            truth.truth, truth.classes, ground_of(whole), cover=COVER
        )
        grid.place(painted, 0, columns - 1)
        grid.title("<b>truth</b>", 0, columns - 1)
        shown.append(truth.truth.ravel())
    more = [] if not maps else [scale.bar(x=1.0, y=0.2, length=0.45)]
    if found:
        more += class_squares(np.unique(np.concatenate(shown)), found[0].classes)
    figure = dress(grid.figure(*more), top=60)
    return figure.update_layout(legend=LEGEND_BELOW, margin_b=56)


def _place_inputs(
    grid: PictureGrid, pictures: Pictures, scale: Scale, row: int
) -> None:
    """Place what the models read; a missing picture is a grey panel that says so."""
    depth = None if pictures.depth_m is None else scale.paint(pictures.depth_m)
    for column, (name, pixels) in enumerate((("rgb", pictures.rgb), ("depth", depth))):
        grid.title(MODALITY_NAMES[name] if row else modality_title(name), row, column)
        if pixels is None:
            grid.place(np.full((*pictures.size, 3), _GREY, np.uint8), row, column)
            grid.note("missing", row, column)
        else:
            grid.place(pixels, row, column)


def _place_answers(
    grid: PictureGrid, view: FailureView, whole: Pictures, left: Pictures
) -> list[NDArray[np.int64]]:
    """Place each model's classes, above and below; return the classes that show."""
    shown = []
    for column, (title, before, after, changed) in enumerate(
        zip(
            reading_titles(view.after),
            view.before,
            view.after,
            view.changed,
            strict=True,
        ),
        start=2,
    ):
        first, last = before.segmentation, after.segmentation
        if first is None or last is None:
            continue
        painted = paint_classes(first.labels, first.classes, ground_of(whole))
        grid.place(painted, 0, column)
        grid.place(paint_changes(first, last, left), 1, column)
        grid.hover(_hover(first, first), 0, column)
        grid.hover(_hover(first, last), 1, column)
        grid.title(f"<b>{before.kind}</b>, whole{_score(before)}", 0, column)
        told = f"<b>{title}</b><br>{changed:.1%} changed{_score(after)}"
        grid.title(told, 1, column)
        shown += [first.labels.ravel(), last.labels.ravel()]
    return shown


def _hover(before: Segmentation, after: Segmentation) -> go.Heatmap:
    step = every(after.labels.shape, HOVER_SIDE)
    names = np.array(after.classes)
    first, last = (one.labels[::step, ::step] for one in (before, after))
    arrow = np.char.add(np.char.add(names[first], " → "), names[last])
    return go.Heatmap(
        z=(first != last).astype(np.uint8),
        text=np.where(first == last, names[last], arrow),
        dx=step,
        dy=step,
        opacity=0,
        showscale=False,
        hovertemplate="%{text}<extra></extra>",
    )


def _score(reading: FailureReading) -> str:
    """Return lines: the share of right pixels, and the bits where there are."""
    right, lines = None, [""]
    if reading.segmentation is not None:
        right = reading.segmentation.pixel_accuracy
    if right is not None:
        lines.append(f"{right:.1%} right")
    if reading.bits is not None:
        lines.append(f"{reading.bits:.2f} bits".replace("-", "−"))
    return "<br>".join(lines)


def draw_failing_numbers(view: FailureView) -> go.Figure:
    """Draw numbers: a row a model, or one for each of its numbers."""
    figure = go.Figure()
    rows: list[str] = []
    parts: dict[str, list[tuple[float, int, str]]] = {name: [] for name in MARKS}
    meaning, low, high = "", math.inf, -math.inf
    for title, before, after in zip(
        reading_titles(view.after), view.before, view.after, strict=True
    ):
        first, last = before.numbers, after.numbers
        if first is None or last is None:
            continue
        meaning = first.meaning
        low, high = min(low, first.limits[0]), max(high, first.limits[1])
        low, high = min(low, last.limits[0]), max(high, last.limits[1])
        for number in range(min(len(first.values), len(last.values))):
            row = len(rows)
            rows.append(_row_title(title, first, number))
            parts["whole"].append((first.values[number], row, rows[-1]))
            parts["failing"].append((last.values[number], row, rows[-1]))
            if math.isfinite(first.truth[number]):
                parts["truth"].append((first.truth[number], row, rows[-1]))
            figure.add_trace(_arrow(first.values[number], last.values[number], row))
    names = {"whole": "whole", "failing": "what is left", "truth": "truth"}
    for kind, found in parts.items():
        if found:
            figure.add_trace(_dots(found, names[kind], MARKS[kind]))
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=rows,
        range=[len(rows) - 0.4, -0.6],
        showgrid=False,
        zeroline=False,
    )
    margin = 0.05 * max(high - low, 1e-6)
    figure.update_xaxes(title=meaning, range=[low - margin, high + margin])
    dress(figure, top=40)
    legend = {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.0}
    return figure.update_layout(
        legend={**legend, "yanchor": "bottom"}, margin={"l": 8, "b": 8, "r": 12}
    )


def _row_title(title: str, numbers: Numbers, number: int) -> str:
    return title if len(numbers.values) == 1 else f"{title}, {numbers.names[number]}"


def _arrow(first: float, last: float, row: int) -> go.Scatter:
    return go.Scatter(
        x=[first, last],
        y=[row, row],
        mode="lines",
        line={"color": "#8A8A8A", "width": 2},
        hoverinfo="skip",
        showlegend=False,
    )


def _dots(
    found: Sequence[tuple[float, int, str]], name: str, mark: dict[str, Any]
) -> go.Scatter:
    return go.Scatter(
        x=[value for value, _, _ in found],
        y=[row for _, row, _ in found],
        mode="markers",
        marker={**mark, "size": 14},
        name=name,
        text=[title for _, _, title in found],
        hovertemplate=f"%{{text}}, {name}: <b>%{{x:.3f}}</b><extra></extra>",
    )
