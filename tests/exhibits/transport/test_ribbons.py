"""Ribbons, as the page and the command line show them."""

from dataclasses import replace

import numpy as np
import pytest

from fusionviz.analysis.shared.subjects.features import FeatureSubject
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.exhibits.transport.ribbons import RibbonControls, make_ribbons


def make(subject, **controls):
    return make_ribbons(Request(subject=subject, controls=RibbonControls(**controls)))


def test_both_sources_are_shown_and_scored_against_the_truth(utterance_subject):
    made = make(utterance_subject)
    for source in ("video", "audio"):
        truth = utterance_subject.sample.alignment[source]
        chosen = utterance_subject.case(source).cost.argmin(axis=1)
        right = int(((chosen == truth) & (truth >= 0)).sum())
        counted = int((truth >= 0).sum())
        assert made.numbers[f"{source}_right"] == right
        assert made.numbers[f"{source}_counted"] == counted
        said = f"{right} of {counted} frames ({right / counted:.0%})"
        assert said in made.alt
        assert said in made.caption
    assert set(made.table["modality"]) == {"video", "audio"}


def test_the_table_has_the_plan_pair_by_pair(utterance_subject):
    made = make(utterance_subject, source="video", solver="exact")
    plan = made.arrays["plan_video"]
    again = np.zeros_like(plan)
    again[made.table["source_token"], made.table["target_token"]] = made.table["mass"]
    np.testing.assert_allclose(again, plan, atol=1e-6)
    truth = utterance_subject.sample.alignment["video"]
    np.testing.assert_array_equal(
        made.table["true_target_token"], truth[made.table["source_token"]]
    )
    words = utterance_subject.sample.words
    assert made.table["target"] == [words[j] for j in made.table["target_token"]]


def test_the_clocks_score_is_said(utterance_subject):
    made = make(utterance_subject, source="audio")
    share = made.numbers["audio_score_by_clock"]
    assert f"clock alone it would be {share:.0%}" in made.caption


def test_features_without_truth_or_times_are_coloured_by_cost(feature_subject):
    made = make(feature_subject, solver="sinkhorn")
    assert "the colour is the cost" in made.caption
    assert not any("right" in name for name in made.numbers)
    assert (made.table["true_target_token"] == -1).all()
    assert made.figure.layout.xaxis.title.text.startswith("step")


def test_fewer_ribbons_are_drawn_where_the_reader_wants_fewer(feature_subject):
    made = make(feature_subject, solver="sinkhorn", count=10)
    assert len(made.table["mass"]) == 10
    assert made.numbers["video_shown_mass"] < 0.9
    assert "pairs with less are not" in made.caption


def test_more_than_two_sources_are_shown_one_at_a_time():
    random = np.random.default_rng(0)
    names = ("text", "pulse", "gaze", "voice")
    tokens = {name: random.normal(size=(4, 3)).astype(np.float32) for name in names}
    subject = FeatureSubject(SequenceSample(modalities=tokens))
    assert set(make(subject).arrays) == {"plan_pulse"}
    assert set(make(subject, source="gaze").arrays) == {"plan_gaze"}


def test_one_source_may_lack_the_truth():
    whole = render_utterance(12)
    cut = {name: x[:, :24] for name, x in whole.modalities.items()}
    truth = {"video": whole.alignment["video"]}
    subject = FeatureSubject(replace(whole, modalities=cut, alignment=truth))
    made = make(subject)
    assert "video_right" in made.numbers
    assert "audio_right" not in made.numbers
    bars = [t for t in made.figure.data if t.marker.showscale]
    assert len(bars) == 1
    assert any(t.showlegend for t in made.figure.data)


def test_it_is_also_of_pairs_of_pictures(mamba_subject):
    made = make(mamba_subject)
    assert "16 patches of depth" in made.alt
    assert "its own place" in made.caption


@pytest.mark.parametrize(
    "wrong", [{"solver": "greedy"}, {"epsilon": -1}, {"word": -2}, {"count": 0}]
)
def test_controls_are_checked(wrong):
    with pytest.raises(ValueError, match="got"):
        RibbonControls(**wrong)


def test_what_is_not_there_is_refused(utterance_subject):
    with pytest.raises(InputError, match="steps of text are 0 to 7, got 8"):
        make(utterance_subject, word=8)
    with pytest.raises(InputError, match="got 'smell'"):
        make(utterance_subject, source="smell")
