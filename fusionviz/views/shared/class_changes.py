"""Where pixels get another class: strong there, faint where the class stays."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.segmentation import Segmentation
from fusionviz.views.shared.pixels import every, picture_address
from fusionviz.views.shared.segmentation import HOVER_SIDE, ground_of, paint_classes
from fusionviz.views.shared.style import frame_picture

FAINT = 0.3
"""How much of a class colour is left where the label stays."""


def draw_class_changes(
    figure: go.Figure,
    before: Segmentation,
    after: Segmentation,
    pictures: Pictures,
    *,
    column: int,
) -> None:
    """Draw the classes after a change, faint where they are those before it.

    Args:
        figure: Of one row.
        before: Classes before.
        after: Classes of the same pixels after.
        pictures: What to draw upon.
        column: Of the panel.
    """
    painted = paint_changes(before, after, pictures)
    figure.add_trace(
        go.Image(source=picture_address(painted), hoverinfo="skip"), row=1, col=column
    )
    figure.add_trace(hover_changes(before, after), row=1, col=column)
    height, width = painted.shape[:2]
    frame_picture(figure, width=width, height=height, column=column)


def paint_changes(
    before: Segmentation, after: Segmentation, pictures: Pictures
) -> NDArray[np.uint8]:
    """Return classes over a picture, strong where they are others than before."""
    moved, ground = before.labels != after.labels, ground_of(pictures)
    strong = paint_classes(after.labels, after.classes, ground, cover=1.0)
    faint = paint_classes(after.labels, after.classes, ground, cover=FAINT)
    return np.where(moved[..., None], strong, faint)


def hover_changes(
    before: Segmentation, after: Segmentation, *, side: int = HOVER_SIDE
) -> go.Heatmap:
    """Return what the hover says of each pixel: its class, and the one it had.

    Args:
        before: Classes before; those after where nothing changed.
        after: Classes of the same pixels after.
        side: How many places a side say it at most.
    """
    step = every(after.labels.shape, side)
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
