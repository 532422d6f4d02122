"""Labels are whole where there is room, and never touch."""

import numpy as np
import pytest

from fusionviz.views.shared.label_room import (
    fit_in_boxes,
    fit_labels,
    shorten,
    text_pixels,
)


def even(count, width):
    edges = np.arange(count + 1.0) * width
    return np.stack([edges[:-1], edges[1:]], axis=1)


def extents(labels, spans, level, on):
    middle = spans.mean(axis=1)
    widths = np.array([text_pixels(label) for label in labels])
    kept = [i for i, label in enumerate(labels) if label and level[i] == on]
    return [(middle[i] - widths[i] / 2, middle[i] + widths[i] / 2) for i in kept]


def test_labels_with_room_stay_whole_on_one_level():
    labels, level = fit_labels(["one", "two"], even(2, 100), 200)
    assert labels == ["one", "two"]
    assert not level.any()


@pytest.mark.parametrize("count", [5, 8, 14])
def test_longer_ones_are_cut_and_take_turns(count):
    words = ["a long sentence of words"] * count
    spans = even(count, 770 / count)
    labels, level = fit_labels(words, spans, 770)
    assert level.tolist() == [i % 2 for i in range(count)]
    for on in (0, 1):
        placed = extents(labels, spans, level, on)
        assert all(a[1] <= b[0] for a, b in zip(placed, placed[1:], strict=False))
    assert all(label.rstrip("…") in words[0] for label in labels)
    assert all(labels)


@pytest.mark.parametrize("count", [40, 300])
def test_where_nothing_would_be_left_stand_numbers(count):
    spans = even(count, 770 / count)
    labels, level = fit_labels(["a long sentence"] * count, spans, 770)
    assert not level.any()
    assert labels[0] == "1"
    assert all(one in ("", str(i + 1)) for i, one in enumerate(labels))
    placed = extents(labels, spans, level, 0)
    assert len(placed) > 10
    assert all(a[1] < b[0] for a, b in zip(placed, placed[1:], strict=False))


def test_a_label_in_a_box_may_use_the_space_beside_it():
    alone, tight = fit_in_boxes(["again", "again"], np.array([[0, 28], [100, 128.0]]))
    assert alone == tight == "again"
    boxes = np.array([[0, 28], [29, 57], [58, 86.0]])
    assert fit_in_boxes(["ok", "hopeless", "ok"], boxes)[1] != "hopeless"


def test_what_is_cut_ends_in_dots_and_fits():
    cut = shorten("hopeless", 50)
    assert cut.endswith("…")
    assert text_pixels(cut) <= 50
    assert shorten("hopeless", 10) == ""
    assert shorten("hi", 100) == "hi"
