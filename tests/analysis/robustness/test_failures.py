"""One sample that fails, as several models read it."""

import numpy as np
import pytest
import torch

from fusionviz.analysis.robustness.belief import measure_belief
from fusionviz.analysis.robustness.failures import Failure, FailureSubject
from fusionviz.analysis.robustness.severities import measure_severities
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from fusionviz.training.robustness.readers import reader_of
from tests.helpers.tiny_models import tiny_alignmamba, tiny_mango, tiny_sentiment


@pytest.fixture(scope="module")
def mango():
    return tiny_mango()


@pytest.fixture(scope="module")
def readers(mango):
    ways = [reader_of(mango, "guess"), reader_of(mango, "zeros")]
    return [reader_of(tiny_alignmamba()), *ways]


@pytest.fixture(scope="module")
def subject(readers):
    return FailureSubject(render_room(3, (48, 48)), readers, "rooms")


@pytest.fixture(scope="module")
def spoken():
    return FailureSubject(render_utterance(12), [reader_of(tiny_sentiment())])


def test_a_missing_picture_is_what_the_model_itself_makes_of_it(subject, mango):
    view = subject.fail([Failure(modality="depth")])
    assert view.failures == ("no depth",)
    assert view.after[0].pictures.depth_m is None
    assert view.before[0].pictures.depth_m is not None
    sample = subject.sample
    alone = RGBDSample(rgb=sample.rgb, depth_m=None, label=sample.label)
    with torch.inference_mode():
        x = mango.encode(alone)
        labels = mango.segment(mango.flow(x)[0]).argmax(dim=1)[0].numpy()
    np.testing.assert_array_equal(view.after[1].segmentation.labels, labels)
    assert view.after[1].bits == pytest.approx(float(mango.bits_per_dim(x)[0]))
    assert view.after[0].bits is None


def test_what_changed_is_the_share_of_pixels(subject):
    view = subject.fail([Failure(modality="rgb", what="darkness", severity=5)])
    for before, after, changed in zip(
        view.before, view.after, view.changed, strict=True
    ):
        off = before.segmentation.labels != after.segmentation.labels
        assert changed == off.mean()
    assert view.changed[1] == view.changed[2]  # nothing is missing
    assert view.failures == ("rgb: darkness, severity 5",)


def test_severity_0_changes_nothing(subject):
    view = subject.fail([Failure(modality="rgb", what="darkness", severity=0)])
    assert view.failures == ()
    assert view.changed == (0, 0, 0)
    assert view.after is view.before


def test_the_strip_begins_with_the_sample_and_has_a_row_a_model(subject):
    strip = measure_severities(subject, "depth", "region-holes")
    assert strip.changed.shape == (2, 6)
    assert (strip.changed[:, 0] == 0).all()
    view = subject.fail([Failure(modality="depth", what="region-holes", severity=5)])
    assert strip.changed[0, -1] == pytest.approx(view.changed[0], abs=2e-3)
    holes = [np.isnan(one.depth_m).mean() for one in strip.pictures]
    assert holes == sorted(holes)


def test_numbers_of_sequences_and_steps_that_are_left(spoken):
    view = spoken.fail(
        [
            Failure(modality="text"),
            Failure(modality="audio", what="frames-dropped", severity=5),
        ]
    )
    assert set(view.steps) == {"video", "audio"}
    steps = len(spoken.sample.modalities["audio"])
    assert view.steps["audio"] == max(1, round(0.15 * steps))
    before, after = view.before[0].numbers, view.after[0].numbers
    assert view.changed[0] == pytest.approx(abs(before.values[0] - after.values[0]))
    assert before.truth[0] == pytest.approx(float(spoken.sample.target))
    strip = measure_severities(spoken, "video", "noise")
    assert len(strip.steps) == 6
    assert not strip.pictures


def test_what_is_lacking_cannot_fail(readers):
    room = render_room(3, (48, 48))
    half = FailureSubject(RGBDSample(rgb=room.rgb, depth_m=None), readers)
    assert half.modalities == ("rgb",)
    assert half.fail([Failure(modality="depth")]).changed == (0, 0, 0)
    with pytest.raises(InputError, match="Nothing is left"):
        half.fail([Failure(modality="rgb")])
    with pytest.raises(InputError, match="no depth"):
        measure_severities(half, "depth", "sparse")
    with pytest.raises(InputError, match="missing already"):
        measure_belief(half, "depth", draws=0, steps=1)


def test_a_fault_that_there_is_not_is_refused(subject, spoken):
    with pytest.raises(InputError, match="faults of depth are"):
        subject.fail([Failure(modality="depth", what="darkness", severity=1)])
    with pytest.raises(InputError, match="MANGO"):
        measure_belief(spoken, "text", draws=0, steps=1)


def test_the_guess_is_the_models_and_the_truth_is_not_read(subject, mango):
    belief = measure_belief(subject, "depth", draws=0, steps=1)
    with torch.inference_mode():
        x = mango.guess(mango.encode(subject.sample), "depth")
        bits = float(mango.bits_per_dim(x)[0])
    assert belief.bits[1] == pytest.approx(bits)
    off = np.abs(belief.guess.astype(float) - belief.truth)
    assert belief.errors[0] == pytest.approx(float(np.nanmean(off)))
    other = render_room(5, (48, 48))
    sample = RGBDSample(rgb=subject.sample.rgb, depth_m=other.depth_m)
    again = measure_belief(
        FailureSubject(sample, subject.readers), "depth", draws=0, steps=1
    )
    np.testing.assert_array_equal(again.guess, belief.guess)
