"""MMD² and A-distance over many samples as an exhibit."""

from dataclasses import replace

import numpy as np
import pytest

from fusionviz.alignment import distance_of
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from fusionviz.exhibits.distributions.sample_stages import (
    SamplesControls,
    exhibit_samples,
    make_samples,
    measure_samples,
)
from fusionviz.exhibits.shared.exhibit import Request
from tests.helpers.tiny_models import tiny_sentiment


@pytest.fixture(scope="module")
def request_of(utterance_subject):
    def make(subject=utterance_subject, progress=None, **controls):
        controls = SamplesControls(**{"samples": 20, **controls})
        return Request(subject=subject, controls=controls, progress=progress)

    return make


@pytest.fixture(scope="module")
def measured(request_of):
    return measure_samples(request_of())


def test_the_numbers_are_means_and_distances_of_the_arrays(request_of, measured):
    exhibit = exhibit_samples(measured, request_of())
    mmd, mistakes = exhibit.arrays["mmd2"], exhibit.arrays["mistakes"]
    for row, pair in enumerate(("video_text", "audio_text", "video_audio")):
        for column, stage in enumerate(("encoded", "aligned", "fused")):
            assert exhibit.numbers[f"mmd2_{pair}_{stage}"] == pytest.approx(
                mmd[row, column].mean()
            )
            assert exhibit.numbers[f"a_distance_{pair}_{stage}"] == pytest.approx(
                distance_of(mistakes[row, column])
            )
    assert exhibit.numbers["samples"] == 20
    table = exhibit.table
    assert len(table["value"]) == 2 * 3 * 3
    assert set(table["samples"]) == {20}
    assert table["low"][0] <= table["value"][0] <= table["high"][0]
    assert "MMD² of video – text" in exhibit.caption


def test_a_higher_level_widens_every_interval(request_of, measured):
    narrow, wide = (
        exhibit_samples(measured, request_of(level=level)).arrays["mmd2_interval"]
        for level in (0.8, 0.99)
    )
    assert (wide[..., 1] < narrow[..., 1]).all()
    assert (wide[..., 2] > narrow[..., 2]).all()
    np.testing.assert_array_equal(wide[..., 0], narrow[..., 0])


def test_equal_requests_give_equal_exhibits_and_the_seed_counts(request_of, measured):
    again = measure_samples(request_of())
    np.testing.assert_array_equal(again.mmd, measured.mmd)
    np.testing.assert_array_equal(again.mistakes, measured.mistakes)
    other = exhibit_samples(measured, request_of(seed=1)).arrays["mmd2_interval"]
    same = exhibit_samples(measured, request_of()).arrays["mmd2_interval"]
    assert (other != same).any()


@pytest.mark.parametrize("names", [("video",), ("text",), ("text", "audio")])
def test_a_sample_that_lacks_modalities_has_fewer_diamonds(request_of, measured, names):
    sample = render_utterance(12).only(names)
    subject = AlignMambaSubject(tiny_sentiment(), sample, "sentiment")
    exhibit = exhibit_samples(measured, request_of(subject))
    own = exhibit.arrays["mmd2_of_this_sample"]
    assert np.isfinite(own).any() == (len(names) > 1)
    assert "nan" not in exhibit.caption
    assert ("The sample at hand has" in exhibit.caption) == ("video" in names[1:])


def test_work_that_was_stopped_says_how_far_it_came(request_of):
    told = []
    request = request_of(
        samples=40, progress=lambda share, doing: told.append(doing) or len(told) < 2
    )
    exhibit = make_samples(request)
    assert "Stopped after 16 of 40" in exhibit.caption
    assert "not all measured" in exhibit.caption
    assert not any(name.startswith("a_distance") for name in exhibit.numbers)


def test_a_subject_without_a_set_is_told_what_to_choose(request_of, utterance_subject):
    alone = AlignMambaSubject(utterance_subject.model, utterance_subject.sample)
    with pytest.raises(InputError, match="choose a checkpoint"):
        make_samples(request_of(alone))


def test_a_split_that_is_smaller_says_so(request_of, measured):
    assert "no more in it" not in exhibit_samples(measured, request_of()).caption
    more = exhibit_samples(measured, request_of(samples=64))
    assert "There are no more in it." in more.caption


def test_controls_are_checked():
    for settings in (
        {"samples": 7},
        {"samples": 257},
        {"bandwidth_factor": 0.0},
        {"level": 1.0},
        {"seed": -1},
    ):
        with pytest.raises(InputError):
            SamplesControls.from_json(settings)
    assert replace(SamplesControls(), samples=8).samples == 8
