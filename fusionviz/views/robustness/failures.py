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
from fusionviz.views.robustness.pictures import LEGEND_BELOW, PictureGrid
from fusionviz.views.shared.class_changes import hover_changes, paint_changes
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


def draw_failures(view: FailureView) -> go.Figure:
    """Draw what each model says of the whole sample and of what is left."""
    if view.is_image:
        return draw_failing_pictures(view)
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


def draw_failing_pictures(view: FailureView) -> go.Figure:
    """Draw pictures: above the whole pair's, below those of what is left.

    Each model's classes lie on what it read itself. Pixels that get another class are
    strong below, the others faint. A model that has several ways to do without says the
    same of the whole pair each time: it stands there once, and the truth in the free
    place beside it.
    """
    known = [one for one in view.before if one.segmentation]
    teller = next((one for one in known if _truth_of(one) is not None), None)
    free = _repeats(view.before)
    columns = 2 + len(known) + (teller is not None and not free)
    grid = PictureGrid(2, columns, across=0.008, down=0.19)
    inputs = [one[0].pictures for one in (view.before, view.after) if one[0].pictures]
    maps = [one.depth_m for one in inputs if one.depth_m is not None]
    scale = depth_scale(maps or [np.zeros((1, 1), np.float32)])
    for row, pictures in enumerate(inputs):
        _place_inputs(grid, pictures, scale, row)
    shown = _place_answers(grid, view)
    if teller is not None:
        place = 2 + free[-1] if free else columns - 1
        shown.append(_place_truth(grid, teller, place))
    more = [] if not maps else [scale.bar(x=1.0, y=0.2, length=0.45)]
    if known and known[0].segmentation:
        names = known[0].segmentation.classes
        more += class_squares(np.unique(np.concatenate(shown)), names)
    figure = dress(grid.figure(*more), top=60)
    return figure.update_layout(legend=LEGEND_BELOW, margin_b=56)


def _repeats(readings: Sequence[FailureReading]) -> list[int]:
    """Return the places of readings by a model that has said the same before."""
    found = []
    for place, one in enumerate(readings):
        if one.segmentation is not None and any(
            other.kind == one.kind
            and other.segmentation is not None
            and np.array_equal(other.segmentation.labels, one.segmentation.labels)
            for other in readings[:place]
        ):
            found.append(place)
    return found


def _truth_of(reading: FailureReading) -> NDArray[np.int64] | None:
    return None if reading.segmentation is None else reading.segmentation.truth


def _place_truth(
    grid: PictureGrid, teller: FailureReading, column: int
) -> NDArray[np.int64]:
    """Place the true classes of a model's pixels; return those that show."""
    found, read = teller.segmentation, teller.pictures
    if found is None or found.truth is None or read is None:
        return np.empty(0, np.int64)
    painted = paint_classes(found.truth, found.classes, ground_of(read), cover=COVER)
    grid.place(painted, 0, column)
    grid.title("<b>truth</b>", 0, column)
    return found.truth.ravel()


def _place_inputs(
    grid: PictureGrid, pictures: Pictures, scale: Scale, row: int
) -> None:
    """Place what the models read; a missing picture is a grey panel that says so."""
    depth = None if pictures.depth_m is None else scale.paint(pictures.depth_m)
    for column, (name, pixels) in enumerate((("rgb", pictures.rgb), ("depth", depth))):
        title = MODALITY_NAMES[name] if row else modality_title(name, "whole")
        grid.title(title, row, column)
        if pixels is None:
            grid.place(np.full((*pictures.size, 3), _GREY, np.uint8), row, column)
            grid.note("missing", row, column)
        else:
            grid.place(pixels, row, column)


def _place_answers(grid: PictureGrid, view: FailureView) -> list[NDArray[np.int64]]:
    """Place each model's classes, above and below; return the classes that show."""
    shown, repeats = [], _repeats(view.before)
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
        if not (first and last and before.pictures and after.pictures):
            continue
        ground = ground_of(before.pictures)
        if column - 2 not in repeats:
            grid.place(paint_classes(first.labels, first.classes, ground), 0, column)
            grid.hover(hover_changes(first, first, side=HOVER_SIDE), 0, column)
            grid.title(f"<b>{before.kind}</b>{_score(before)}", 0, column)
        grid.place(paint_changes(first, last, after.pictures), 1, column)
        grid.hover(hover_changes(first, last, side=HOVER_SIDE), 1, column)
        told = f"<b>{title}</b><br>{changed:.1%} changed{_score(after)}"
        grid.title(told, 1, column)
        shown += [first.labels.ravel(), last.labels.ravel()]
    return shown


def _score(reading: FailureReading) -> str:
    """Return lines: the share of right pixels, and the bits where there are."""
    right, lines = None, [""]
    if reading.segmentation is not None:
        right = reading.segmentation.pixel_accuracy
    if right is not None:
        lines.append(f"{right:.1%} right")
    if reading.bits is not None:
        lines.append(f"{reading.bits:.2f} bits/dim.".replace("-", "−"))
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
