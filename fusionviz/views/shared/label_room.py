"""Which labels along an axis have room, and what is left of those that have less."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Spans = NDArray[np.float64]
"""Start and end of each, (one, 2), in pixels from the left end of the axis."""

SPACE = 7
"""Pixels between labels."""

SHORTEST = 46
"""Median room, in pixels, below which numbers say more than what is left of labels."""

_WIDTHS = {"il.,:;|!'jI": 4.6, 'frt -()"': 5.8, "mwMW@%…": 13.0}
_CAPITAL, _OTHER = 10.4, 8.6


def text_pixels(text: str) -> float:
    """Return about how wide a text is in the type of charts."""
    return sum(map(_letter_pixels, text))


def fit_labels(
    labels: Sequence[str], spans: Spans, axis: float
) -> tuple[list[str], NDArray[np.int64]]:
    """Return what is written at each span, and on which of two levels, 0 or 1.

    All on one level where there is room; else on two in turn, shortened; where hardly
    anything would be left, numbers from 1, without those that have no room.

    Args:
        labels: One for each span.
        spans: In order along the axis.
        axis: Its length in pixels.
    """
    level = np.zeros(len(labels), int)
    room = _rooms(spans, axis, 1)
    if all(text_pixels(one) <= most for one, most in zip(labels, room, strict=True)):
        return list(labels), level
    room = _rooms(spans, axis, 2)
    if np.median(room) < SHORTEST:
        return _numbers(spans), level
    cut = [shorten(one, most) for one, most in zip(labels, room, strict=True)]
    return cut, np.arange(len(labels)) % 2


def fit_in_boxes(labels: Sequence[str], boxes: Spans) -> list[str]:
    """Return labels shortened to their boxes and the empty space around these.

    Args:
        labels: One for each box.
        boxes: In order along the axis, without overlap.
    """
    middle = boxes.mean(axis=1)
    ends = np.concatenate([[-np.inf], boxes[:-1, 1]])
    starts = np.concatenate([boxes[1:, 0], [np.inf]])
    free = 2 * np.minimum(middle - ends, starts - middle) - 2
    widest = np.minimum(free, np.ptp(boxes, axis=1) + 5 * SPACE)
    return [shorten(one, most) for one, most in zip(labels, widest, strict=True)]


def shorten(label: str, pixels: float) -> str:
    """Return a label in at most so many pixels; nothing where hardly one is left."""
    if text_pixels(label) <= pixels:
        return label
    kept = label
    while kept and text_pixels(kept + "…") > pixels:
        kept = kept[:-1]
    return kept.rstrip() + "…" if len(kept) >= 2 else ""


def _letter_pixels(letter: str) -> float:
    for letters, width in _WIDTHS.items():
        if letter in letters:
            return width
    return _CAPITAL if letter.isupper() else _OTHER


def _rooms(spans: Spans, axis: float, levels: int) -> NDArray[np.float64]:
    """Return pixels that each label has between its neighbours on its level."""
    middle = spans.mean(axis=1)
    gap = middle[levels:] - middle[:-levels] if len(middle) > levels else np.empty(0)
    open_end = np.full(min(levels, len(middle)), np.inf)
    between = np.minimum(
        np.concatenate([open_end, gap]), np.concatenate([gap, open_end])
    )
    to_edge = 2 * np.minimum(middle, axis - middle) + 3 * SPACE
    return np.minimum(between - SPACE, to_edge)


def _numbers(spans: Spans) -> list[str]:
    """Return numbers from 1, empty where one would touch the one before."""
    labels, end = [], -np.inf
    for number, middle in enumerate(spans.mean(axis=1), start=1):
        half = text_pixels(str(number)) / 2
        fits = middle - half > end + SPACE
        labels.append(str(number) if fits else "")
        end = middle + half if fits else end
    return labels
