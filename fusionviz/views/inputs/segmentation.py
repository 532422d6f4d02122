"""What models take each pixel for, and a list of the classes that they find."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.segmentation import Segmentation
from fusionviz.views.shared.pair import add_hatching
from fusionviz.views.shared.segmentation import draw_classes
from fusionviz.views.shared.style import FONT_SIZE, class_colours, dress

LEAST_SHARE = 0.005
"""Of a picture, for a class to be listed."""

PICTURE_HEIGHT, BAR_HEIGHT, AROUND = 300, 25, 60
"""Pixels of a row of pictures, of a bar, and around both."""

LONGEST_LIST = 240
"""Pixels of all bars together, for both rows to fit a screen: many are thinner."""

_OUTLINE = "#8A8A8A"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Panel:
    """One picture with its list: the share of each class, and how sure it is."""

    title: str
    labels: NDArray[np.int64]
    confidence: NDArray[np.float32] | None
    pictures: Pictures
    unsure: NDArray[np.bool_] | None
    shares: Mapping[str, float]
    sure_of: Mapping[str, float]


def draw_segmentations(
    found: Mapping[str, Segmentation],
    pictures: Mapping[str, Pictures],
    scores: Mapping[str, str] | None = None,
    unsure_below: Mapping[str, float] | None = None,
) -> go.Figure:
    """Draw each model's classes beside each other, and the true ones where known.

    A list below each picture names the classes by their colours, with the share of the
    picture that each covers and how sure the model is of it. Hovering names a pixel's
    class and the model's confidence in it. Where the true classes are not known, titles
    say how sure each model is, and how good its labels are elsewhere.

    Args:
        found: Segmentation by the model's name, at least one, of one sample.
        pictures: What each model read, to draw upon, by its name.
        scores: What each model reached on data that it never saw, by its name.
        unsure_below: Less sureness than this is hatched, by name of the model; nothing
            is of those that are not there.
    """
    panels = [
        _panel_of(name, one, pictures[name], scores, (unsure_below or {}).get(name))
        for name, one in found.items()
    ]
    teller = next((n for n, one in found.items() if one.truth is not None), None)
    if teller is not None:
        panels.append(_truth_of(found[teller], pictures[teller]))
    classes = one_of(found).classes
    listed = listed_classes([panel.shares for panel in panels], classes)
    figure = make_subplots(
        rows=2,
        cols=len(panels),
        subplot_titles=[panel.title for panel in panels],
        horizontal_spacing=0.02,
        vertical_spacing=0.02,
        row_heights=[PICTURE_HEIGHT, _list_height(listed)],
    )
    most = max(max(panel.shares.values(), default=0) for panel in panels)
    for column, panel in enumerate(panels, start=1):
        draw_classes(
            figure, panel.labels, panel.confidence, classes, panel.pictures, column
        )
        if panel.unsure is not None and panel.unsure.any():
            add_hatching(figure, panel.unsure, step=1, column=column, on_colours=True)
        _draw_list(figure, panel, listed, classes, column, most)
    figure.update_annotations(font_size=FONT_SIZE)
    dress(figure)
    return figure.update_layout(showlegend=False, bargap=0.2, margin_b=8)


def height_of(found: Mapping[str, Segmentation]) -> int:
    """Return the height of `draw_segmentations`, in pixels."""
    shares = [one.shares for one in found.values()]
    shares += [_shares_of(one.truth, one.classes) for one in found.values()]
    listed = listed_classes(shares, one_of(found).classes)
    return PICTURE_HEIGHT + _list_height(listed) + AROUND


def _list_height(listed: Sequence[str]) -> int:
    """Return the height of the list of classes, in pixels."""
    return min(max(1, len(listed)) * BAR_HEIGHT, LONGEST_LIST)


def describe_segmentations(
    found: Mapping[str, Segmentation],
    scores: Mapping[str, str] | None = None,
    unsure_below: Mapping[str, float] | None = None,
) -> str:
    """Return in words what `draw_segmentations` shows."""
    parts = []
    for name, one in found.items():
        largest = ", ".join(f"{c} {s:.0%}" for c, s in list(one.shares.items())[:4])
        parts.append(f"{name} finds {largest}, {_how_good(name, one, scores)}.")
        below = (unsure_below or {}).get(name)
        if below is not None:
            share = float(one.unsure_where(below).mean())
            parts.append(f"{share:.0%} of the picture is hatched as unsure.")
    return " ".join(parts)


def listed_classes(
    shares: Sequence[Mapping[str, float]], classes: Sequence[str]
) -> list[str]:
    """Return the classes that cover enough of a picture, by their mean share."""
    mean = {c: sum(one.get(c, 0) for one in shares) / len(shares) for c in classes}
    most = {c: max(one.get(c, 0) for one in shares) for c in classes}
    listed = [name for name in classes if most[name] >= LEAST_SHARE]
    return sorted(listed, key=lambda name: -mean[name])


def one_of(found: Mapping[str, Segmentation]) -> Segmentation:
    """Return any one of several models' segmentations."""
    return next(iter(found.values()))


def _panel_of(
    name: str,
    one: Segmentation,
    pictures: Pictures,
    scores: Mapping[str, str] | None,
    below: float | None,
) -> _Panel:
    return _Panel(
        title=f"<b>{name}</b>  {_how_good(name, one, scores)}",
        labels=one.labels,
        confidence=one.confidence,
        pictures=pictures,
        unsure=None if below is None else one.unsure_where(below),
        shares=one.shares,
        sure_of=one.sure_of,
    )


def _truth_of(one: Segmentation, pictures: Pictures) -> _Panel:
    if one.truth is None:
        raise ValueError("there is no truth")
    return _Panel(
        title="<b>Truth</b>  as it came with the picture",
        labels=one.truth,
        confidence=None,
        pictures=pictures,
        unsure=None,
        shares=_shares_of(one.truth, one.classes),
        sure_of={},
    )


def _shares_of(
    labels: NDArray[np.int64] | None, classes: Sequence[str]
) -> dict[str, float]:
    """Return the share of the picture that each labelled class covers."""
    if labels is None:
        return {}
    counts = np.bincount(labels[labels >= 0], minlength=len(classes))
    return {c: float(counts[i] / labels.size) for i, c in enumerate(classes)}


def _draw_list(
    figure: go.Figure,
    panel: _Panel,
    listed: Sequence[str],
    classes: Sequence[str],
    column: int,
    most: float,
) -> None:
    """Draw a bar a class: how much of the picture it covers, and how sure that is."""
    colours = dict(zip(classes, class_colours(classes), strict=True))
    figure.add_trace(
        go.Bar(
            x=[100 * panel.shares.get(name, 0) for name in listed],
            y=list(listed),
            orientation="h",
            marker={
                "color": [colours[name] for name in listed],
                "line": {"color": _OUTLINE, "width": 1},
            },
            text=[_say_class(panel, name) for name in listed],
            textposition="outside",
            textfont={"size": FONT_SIZE},
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra></extra>",
        ),
        row=2,
        col=column,
    )
    # Room for the words behind the longest bar.
    figure.update_xaxes(visible=False, range=[0, 230 * most], row=2, col=column)
    figure.update_yaxes(
        autorange="reversed",
        showticklabels=column == 1,
        ticklabelstandoff=4,
        showgrid=False,
        row=2,
        col=column,
    )


def _say_class(panel: _Panel, name: str) -> str:
    """Return a class's share of the picture, and how sure the model is of it."""
    share = panel.shares.get(name, 0)
    if share == 0:
        return "–"
    said = f"{share:.0%}" if share >= LEAST_SHARE else "below 1%"
    sure = panel.sure_of.get(name)
    return said if sure is None else f"{said}, {sure:.0%} sure"


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
