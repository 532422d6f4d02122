"""Classes over the picture they were found in."""

from collections.abc import Sequence

import cv2
import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.views.shared.colours import rgb_of
from fusionviz.views.shared.pixels import (
    every,
    grey_depth,
    photo_address,
    picture_address,
    quiet,
)
from fusionviz.views.shared.style import (
    class_colours,
    frame_picture,
    legend_square,
)

HOVER_SIDE = 128
"""Places a side that say their class when hovered."""

PNG_SIDE = 320
"""Larger pictures are sent as JPEG."""

COVER = 0.68
"""How much of the picture the class colours hide."""


def draw_classes(
    figure: go.Figure,
    labels: NDArray[np.int64],
    confidence: NDArray[np.float32] | None,
    classes: Sequence[str],
    pictures: Pictures,
    column: int,
) -> None:
    """Draw classes over a picture in one panel; hovering names them.

    Args:
        figure: Of one row.
        labels: Class of each pixel, (height, width), -1 where unlabelled.
        confidence: Probability of the class, the same shape; None where there is none.
        classes: Names.
        pictures: What to draw upon.
        column: Of the panel.
    """
    height, width = labels.shape
    painted = paint_classes(labels, classes, ground_of(pictures))
    large = max(height, width) > PNG_SIDE
    source = photo_address(painted, sharp=True) if large else picture_address(painted)
    smooth = "fast" if large else False
    picture = go.Image(source=source, hoverinfo="skip", zsmooth=smooth)
    figure.add_trace(picture, row=1, col=column)
    step = every(labels.shape, HOVER_SIDE)
    shown = labels[::step, ::step]
    text = np.array([*classes, "unlabelled"])[shown]
    if confidence is not None:
        percent = np.round(100 * confidence[::step, ::step]).astype(int)
        text = np.char.add(text, np.char.mod(" %d%%", percent))
    invisible = go.Heatmap(
        z=shown.astype(np.uint8),
        text=text,
        dx=step,
        dy=step,
        opacity=0,
        showscale=False,
        hovertemplate="%{text}<extra></extra>",
    )
    figure.add_trace(invisible, row=1, col=column)
    frame_picture(figure, width=width, height=height, column=column)


def paint_classes(
    labels: NDArray[np.int64],
    classes: Sequence[str],
    ground: NDArray[np.uint8],
    *,
    cover: float = COVER,
) -> NDArray[np.uint8]:
    """Return the ground covered with class colours; unlabelled pixels stay grey.

    Args:
        labels: Class of each pixel, (height, width), -1 where unlabelled.
        classes: Names.
        ground: What the same model read, (height, width, 3).
        cover: How much of the ground the colours hide.

    Raises:
        ValueError: The ground is of another size.
    """
    if ground.shape[:2] != labels.shape:
        raise ValueError(
            f"classes are painted on what their model read, of {labels.shape}; got a "
            f"picture of {ground.shape[:2]}"
        )
    palette = [rgb_of(colour) for colour in class_colours(classes)]
    colours = np.array([*palette, (119, 119, 119)], np.uint8)[labels]
    return np.asarray(cv2.addWeighted(colours, cover, ground, 1 - cover, 0))


def ground_of(pictures: Pictures) -> NDArray[np.uint8]:
    """Return what to draw upon: the colours, or grey depth where they are missing."""
    if pictures.rgb is not None:
        return quiet(pictures.rgb, colour=0.0)
    if pictures.depth_m is None:
        raise ValueError("there is no picture")
    return grey_depth(pictures.depth_m)


def add_class_legend(
    figure: go.Figure, shown: NDArray[np.int64], classes: Sequence[str]
) -> None:
    """Name the colours of the classes that are shown, in the figure's legend."""
    for square in class_squares(shown, classes):
        figure.add_trace(square, row=1, col=1)


def class_squares(shown: NDArray[np.int64], classes: Sequence[str]) -> list[go.Scatter]:
    """Return traces that name the colours of the classes that are shown."""
    colours = class_colours(classes)
    return [legend_square(classes[i], colours[i]) for i in shown[shown >= 0]]
