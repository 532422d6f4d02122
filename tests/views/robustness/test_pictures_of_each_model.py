"""Models that read other parts of a pair are drawn on what each of them read."""

import cv2
import numpy as np
import pytest

from fusionviz.analysis.robustness.belief import measure_belief
from fusionviz.analysis.robustness.failures import Failure, FailureSubject
from fusionviz.analysis.robustness.severities import measure_severities
from fusionviz.data.rooms import render_room
from fusionviz.exhibits.robustness.failures import FailuresControls, make_failures
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.training.robustness.readers import reader_of
from fusionviz.views.robustness.failures import draw_failures
from fusionviz.views.robustness.severities import draw_severities
from fusionviz.views.shared.colours import rgb_of
from fusionviz.views.shared.segmentation import paint_classes
from fusionviz.views.shared.style import class_colours
from tests.helpers.figures import pixels
from tests.helpers.oblong_models import SIZE, oblong_alignmamba
from tests.helpers.tiny_models import SIDE, tiny_mango

WHOLE = (32, 48)


@pytest.fixture(scope="module")
def room():
    return render_room(3, WHOLE)


@pytest.fixture(scope="module")
def subject(room):
    readers = [reader_of(oblong_alignmamba()), reader_of(tiny_mango())]
    return FailureSubject(room, readers)


def grey_of(rgb):
    return rgb.mean(axis=2, keepdims=True).astype(np.uint8).repeat(3, axis=2)


def expected_of(room, segmentation, ground):
    colours = [rgb_of(one) for one in class_colours(segmentation.classes)]
    return 0.68 * np.array(colours)[segmentation.labels] + 0.32 * ground


def test_classes_lie_on_what_their_model_read(room, subject):
    view = subject.fail([Failure(modality="depth")])
    figure = draw_failures(view)
    height, width = SIZE
    small = cv2.resize(room.rgb, (width, height), interpolation=cv2.INTER_AREA)
    middle = room.rgb[:, 8:40]  # the largest square
    images = [trace for trace in figure.data if trace.type == "image"]
    by_axis = {trace.xaxis: pixels(trace.source) for trace in images}
    for column, (before, ground) in enumerate(
        zip(view.before, (small, middle), strict=True), start=2
    ):
        expected = expected_of(room, before.segmentation, grey_of(ground))
        np.testing.assert_allclose(by_axis[f"x{2 + column}"], expected, atol=2)
        x, y = (figure.layout[f"{axis}axis{2 + column}"] for axis in "xy")
        assert x.range[1] + 0.5 == ground.shape[1]
        assert y.range[0] + 0.5 == ground.shape[0]
    first, last = view.after[0].pictures, view.after[1].pictures
    assert (first.size, last.size) == (SIZE, (SIDE, SIDE))
    assert first.depth_m is last.depth_m is None


def test_a_model_that_does_without_in_two_ways_says_the_whole_pair_once(room):
    model = tiny_mango()
    readers = [reader_of(model, "guess"), reader_of(model, "zeros")]
    view = FailureSubject(room, readers).fail([Failure(modality="depth")])
    figure = draw_failures(view)
    titles = [note.text for note in figure.layout.annotations]
    whole = [text for text in titles if text.startswith("<b>MANGO</b>")]
    assert len(whole) == 1
    beside = {note.text: note.x for note in figure.layout.annotations}
    zeros = next(text for text in titles if text.startswith("<b>MANGO, zeros</b>"))
    assert beside["<b>truth</b>"] == beside[zeros]
    assert len([trace for trace in figure.data if trace.type == "image"]) == 8


def test_the_strip_has_each_models_own_picture(subject):
    strip = measure_severities(subject, "rgb", "darkness")
    figure = draw_severities(strip)
    sizes = [pixels(t.source).shape[:2] for t in figure.data if t.type == "image"]
    assert sizes.count(SIZE) == 12  # the sample and AlignMamba's classes
    assert sizes.count((SIDE, SIDE)) == 6


def test_belief_compares_pictures_of_one_size(subject):
    belief = measure_belief(subject, "depth", draws=0, steps=1)
    assert belief.truth.shape == belief.guess.shape == (SIDE, SIDE)
    assert np.isfinite(belief.errors[0])


def test_the_caption_says_what_each_reads(subject, room):
    made = make_failures(Request(subject=subject, controls=FailuresControls()))
    assert f"AlignMamba {SIZE[1]}x{SIZE[0]}" in made.caption
    assert f"MANGO {SIDE}x{SIDE}" in made.caption
    same = FailureSubject(room, subject.readers[1:])
    made = make_failures(Request(subject=same, controls=FailuresControls()))
    assert f"{SIDE}x{SIDE}" not in made.caption


def test_a_picture_of_another_size_is_refused():
    with pytest.raises(ValueError, match="their model read"):
        paint_classes(
            np.zeros((4, 4), np.int64), ("bed",), np.zeros((4, 5, 3), np.uint8)
        )
