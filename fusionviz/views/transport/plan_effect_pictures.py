"""What another plan does to the classes of a picture, and to its aligned tokens."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.segmentation import Segmentation
from fusionviz.analysis.transport.plan_effects import PlanEffect
from fusionviz.analysis.transport.predictions import DensePrediction
from fusionviz.views.shared.class_changes import draw_class_changes
from fusionviz.views.shared.segmentation import add_class_legend, draw_classes
from fusionviz.views.shared.style import (
    FONT_SIZE,
    SEQUENTIAL,
    dress,
    frame_picture,
    modality_title,
    three_digits,
    write_above,
)

_WIDTH, _GAP = 0.222, 0.016
_PANELS = tuple(
    (place * (_WIDTH + _GAP), place * (_WIDTH + _GAP) + _WIDTH) for place in range(4)
)


def draw_picture_effect(
    effect: PlanEffect, pictures: Pictures, *, height: int = 350
) -> go.Figure:
    """Draw classes under both plans, where they differ, and how far tokens moved.

    Args:
        effect: Of a model with a dense head.
        pictures: What it read.
        height: Pixels.
    """
    own, changed = _dense(effect)
    figure = make_subplots(rows=1, cols=4)
    for column, domain in enumerate(_PANELS, start=1):
        figure.update_xaxes(domain=domain, row=1, col=column)
    for column, one in enumerate((own, changed), start=1):
        draw_classes(figure, one.labels, one.confidence, one.classes, pictures, column)
    draw_class_changes(figure, own, changed, pictures, column=3)
    _draw_shift(figure, effect, column=4)
    for (left, _), title in zip(_PANELS, _titles(effect), strict=True):
        write_above(figure, title, x=left, y=1.0, shift=4, anchor="left")
    add_class_legend(figure, np.union1d(own.labels, changed.labels), changed.classes)
    dress(figure, height=height, top=52)
    legend = {"orientation": "h", "x": 0, "y": -0.01, "yanchor": "top"}
    legend |= {"itemclick": False, "itemdoubleclick": False}
    return figure.update_layout(legend=legend, margin_b=60)


def _dense(effect: PlanEffect) -> tuple[Segmentation, Segmentation]:
    predictions = effect.own, effect.changed
    found = [p.segmentation for p in predictions if isinstance(p, DensePrediction)]
    if len(found) < 2:
        raise ValueError("pictures of classes need a dense head")
    return found[0], found[1]


def _titles(effect: PlanEffect) -> tuple[str, ...]:
    own, changed = _dense(effect)
    shift = effect.sources[effect.edited].shift
    return (
        f"<b>Own plan</b><br>{_rightness(own)}",
        f"<b>{effect.title}</b><br>{_rightness(changed)}",
        f"<b>{effect.relabelled:.1%} of pixels differ</b><br>"
        f"probability moves {three_digits(effect.probability_change or 0.0)}",
        f"{modality_title(effect.edited, 'aligned tokens')}<br>"
        f"move {three_digits(float(shift.mean()))} lengths",
    )


def _rightness(found: Segmentation) -> str:
    if found.mean_iou is None or found.pixel_accuracy is None:
        return "no truth is known"
    return f"mIoU {found.mean_iou:.3f}, {found.pixel_accuracy:.1%} right"


def _draw_shift(figure: go.Figure, effect: PlanEffect, *, column: int) -> None:
    """Draw how far the aligned token of each place moved, from 0."""
    source = effect.sources[effect.edited]
    side = effect.grid or 1
    shift = source.shift.reshape(side, -1).astype(np.float32)
    most = max(float(shift.max()), 1e-6)
    bar = {
        "x": _PANELS[-1][1] + 0.004,
        "xanchor": "left",
        "thickness": 11,
        "len": 1.0,
        "ypad": 2,
        "xpad": 0,
        "outlinewidth": 0,
        "tickfont": {"size": FONT_SIZE},
        "tickvals": [0, most],
        "ticktext": ["0", three_digits(most)],
    }
    rows, columns = np.indices(shift.shape) + 1
    words = np.char.add(
        np.char.mod("row %d", rows), np.char.mod(", column %d", columns)
    )
    figure.add_trace(
        go.Heatmap(
            z=shift,
            text=words,
            zmin=0,
            zmax=most,
            colorscale=SEQUENTIAL,
            colorbar=bar,
            hovertemplate="%{text}: moves %{z:.3g} lengths, no unit<extra></extra>",
        ),
        row=1,
        col=column,
    )
    frame_picture(figure, width=shift.shape[1], height=side, column=column)
