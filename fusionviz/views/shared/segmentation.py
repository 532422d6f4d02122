"""Classes over the picture they were found in."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.segmentation import Segmentation
from fusionviz.views.shared.colours import rgb_of
from fusionviz.views.shared.pixels import (
    every,
    grey_depth,
    photo_address,
    picture_address,
    quiet,
)
from fusionviz.views.shared.style import (
    FONT_SIZE,
    class_colours,
    dress,
    frame_picture,
    legend_square,
)

HOVER_SIDE = 128
"""Places a side that say their class when hovered."""

PNG_SIDE = 320
"""Larger pictures are sent as JPEG."""

COVER = 0.68
"""How much of the picture the class colours hide."""

_Panel = tuple[NDArray[np.int64], NDArray[np.float32] | None, tuple[str, ...], Pictures]


def draw_segmentations(
    found: Mapping[str, Segmentation],
    pictures: Mapping[str, Pictures],
    scores: Mapping[str, str] | None = None,
) -> go.Figure:
    """Draw each model's classes beside each other, and the true ones where known.

    One legend names the classes that occur anywhere. Hovering names a pixel's class
    and the model's confidence in it. Where the true classes are not known, titles say
    how sure each model is, and how good its labels are elsewhere.

    Args:
        found: Segmentation by the model's name, at least one, of one sample.
        pictures: What each model read, to draw upon, by its name.
        scores: What each model reached on data that it never saw, by its name.
    """
    panels: dict[str, _Panel] = {
        f"<b>{name}</b>  {_how_good(name, one, scores)}": (
            one.labels,
            one.confidence,
            one.classes,
            pictures[name],
        )
        for name, one in found.items()
    }
    teller = next((n for n, one in found.items() if one.truth is not None), None)
    known = one_of(found) if teller is None else found[teller]
    if teller is not None and known.truth is not None:
        truth = (known.truth, None, known.classes, pictures[teller])
        panels["<b>Truth</b>  from the generator"] = truth
    figure = make_subplots(
        rows=1,
        cols=len(panels),
        subplot_titles=list(panels),
        horizontal_spacing=0.02,
    )
    for column, panel in enumerate(panels.values(), start=1):
        draw_classes(figure, *panel, column)
    shown = np.unique(np.concatenate([panel[0].ravel() for panel in panels.values()]))
    add_class_legend(figure, shown, known.classes)
    figure.update_annotations(font_size=FONT_SIZE)
    dress(figure)
    legend = {"orientation": "h", "x": 0.5, "xanchor": "center", "y": -0.02}
    legend |= {"itemclick": False, "itemdoubleclick": False}
    return figure.update_layout(legend={**legend, "yanchor": "top"}, margin_b=64)


def describe_segmentations(
    found: Mapping[str, Segmentation], scores: Mapping[str, str] | None = None
) -> str:
    """Return in words what `draw_segmentations` shows."""
    parts = []
    for name, one in found.items():
        largest = ", ".join(f"{c} {s:.0%}" for c, s in list(one.shares.items())[:4])
        parts.append(f"{name} finds {largest}, {_how_good(name, one, scores)}.")
    return " ".join(parts)


def one_of(found: Mapping[str, Segmentation]) -> Segmentation:
    """Return any one of several models' segmentations."""
    return next(iter(found.values()))


def _how_good(
    name: str, segmentation: Segmentation, scores: Mapping[str, str] | None
) -> str:
    """Return how often a model is right, else how sure it is and what it reached."""
    right = segmentation.pixel_accuracy
    if right is not None:
        return f"{right:.1%} of pixels right"
    score = (scores or {}).get(name, "")
    sure = f"{segmentation.mean_confidence:.0%} sure on average"
    return f"{sure}, held out: {score}" if score else sure


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
    picture = go.Image(source=source, hoverinfo="skip")
    figure.add_trace(picture, row=1, col=column)
    text = np.array([*classes, "unlabelled"])[labels]
    if confidence is not None:
        percent = np.char.mod(" %d%%", np.round(100 * confidence).astype(int))
        text = np.char.add(text, percent)
    step = every(labels.shape, HOVER_SIDE)
    invisible = go.Heatmap(
        z=labels[::step, ::step].astype(np.uint8),
        text=text[::step, ::step],
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
    colours = np.array([*palette, (119, 119, 119)], float)[labels]
    return (cover * colours + (1 - cover) * ground).astype(np.uint8)


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
