"""Stages on one scale, and how far apart modalities are, written out by hand."""

import numpy as np
import pytest

from fusionviz.analysis.distributions.movement import measure_movement
from fusionviz.analysis.distributions.stage_tokens import (
    links_at,
    received,
    tokens_by_stage,
)
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.features import FeatureSubject
from fusionviz.data.rooms import render_room
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.utterances.generator import render_utterance
from tests.helpers.tiny_models import tiny_alignmamba, tiny_sentiment


@pytest.fixture(scope="module")
def pair():
    return AlignMambaSubject(tiny_alignmamba(), render_room(3, (48, 48)))


@pytest.fixture(scope="module")
def utterance():
    return AlignMambaSubject(tiny_sentiment(), render_utterance(12))


def spread_by_hand(tokens):
    means = [x.astype(np.float64).mean(axis=0) for x in tokens.values()]
    centre = sum(means) / len(means)
    mean_squares = [
        np.mean([((token - centre) ** 2).sum() for token in x]) for x in tokens.values()
    ]
    return centre, np.sqrt(np.mean(mean_squares))


def test_a_stage_is_moved_by_its_centre_and_divided_by_its_spread(utterance):
    encoded, aligned, fused = tokens_by_stage(utterance)
    assert [encoded.stage, aligned.stage, fused.stage] == [
        "encoded",
        "aligned",
        "fused",
    ]
    for stage in (encoded, fused):
        tokens = utterance.tokens(stage.stage)
        centre, spread = spread_by_hand(tokens)
        assert stage.spread == pytest.approx(spread, rel=1e-6)
        for name, x in tokens.items():
            np.testing.assert_allclose(
                stage.tokens[name], (x - centre) / spread, atol=1e-5
            )


def test_what_alignment_leaves_alone_does_not_move(utterance):
    encoded, aligned, _ = tokens_by_stage(utterance)
    np.testing.assert_array_equal(encoded.tokens["text"], aligned.tokens["text"])


def test_centres_are_as_far_apart_as_the_means_of_the_tokens(utterance):
    for stage in tokens_by_stage(utterance):
        tokens = utterance.tokens(stage.stage)
        for one in stage.separations:
            off = tokens[one.first].mean(axis=0) - tokens[one.second].mean(axis=0)
            assert one.centres == pytest.approx(np.sqrt((off**2).sum()), rel=1e-4)
            assert one.spreads == pytest.approx(one.centres / stage.spread)
    assert [one.title for one in tokens_by_stage(utterance)[0].separations] == [
        "video ↔ audio",
        "video ↔ text",
        "audio ↔ text",
    ]


def test_partners_are_apart_by_the_mean_of_a_written_out_sum(utterance):
    encoded = tokens_by_stage(utterance)[0]
    x, y = encoded.tokens["audio"], encoded.tokens["text"]
    truth = utterance.case("audio").truth
    known = [i for i in range(len(truth)) if truth[i] >= 0]
    partners = [np.linalg.norm(x[i] - y[truth[i]]) for i in known]
    anyone = [np.linalg.norm(x[i] - y[truth[j]]) for i in known for j in known]
    found = encoded.separations[2]
    assert found.partners == pytest.approx(np.mean(partners))
    assert found.anyone == pytest.approx(np.mean(anyone))
    assert encoded.separations[0].partners is None  # two sources


def test_partners_after_alignment_stand_at_one_position(pair):
    for stage in tokens_by_stage(pair)[1:]:
        there = pair.case().own_plan.sum(axis=0) > 0
        x, y = stage.tokens["depth"][there], stage.tokens["rgb"][there]
        apart = np.mean([np.linalg.norm(a - b) for a, b in zip(x, y, strict=True)])
        assert stage.separations[0].partners == pytest.approx(apart)


def test_positions_without_mass_are_zero_vectors(pair):
    there = received(pair, "depth")
    assert 0 < there.sum() < 16
    np.testing.assert_array_equal(
        there, np.abs(pair.tokens("aligned")["depth"]).sum(axis=1) > 0
    )


def test_links_lead_to_the_truth_and_then_to_the_same_position(utterance):
    truth = utterance.case("video").truth
    known = np.flatnonzero(truth >= 0)
    expected = np.stack([known, truth[known]], axis=1)
    np.testing.assert_array_equal(links_at(utterance, "encoded")["video"], expected)
    later = links_at(utterance, "fused")["video"]
    np.testing.assert_array_equal(later[:, 0], later[:, 1])
    np.testing.assert_array_equal(
        later[:, 0], np.flatnonzero(received(utterance, "video"))
    )


def test_an_even_plan_leaves_centres_where_they_were(utterance):
    movement = measure_movement(utterance)
    assert movement.stages == ("encoded", "aligned", "fused")
    for name in ("video", "audio", "text"):
        assert movement.moved[name][0] < 1e-5
        assert movement.moved[name][1] > 1e-2


def test_paths_are_the_centres_in_the_plane_of_the_centres(utterance):
    movement = measure_movement(utterance)
    stages = tokens_by_stage(utterance)
    paths = movement.paths
    assert movement.explained.sum() <= 1 + 1e-9
    for (name, path), other in zip(
        paths.items(), ["audio", "text", "video"], strict=True
    ):
        for at, stage in enumerate(stages):
            drawn = np.linalg.norm(path[at] - paths[other][at])
            full = stage.tokens[name].mean(axis=0) - stage.tokens[other].mean(axis=0)
            assert drawn <= np.linalg.norm(full) + 1e-9


def test_without_an_anchor_nothing_is_linked():
    sample = render_utterance(12).only(["video", "audio"])
    subject = AlignMambaSubject(tiny_sentiment(), sample)
    stages = tokens_by_stage(subject)
    assert [one.title for one in stages[0].separations] == ["video ↔ audio"]
    assert all(not one.links for one in stages)
    plan = subject.trace.alignments["video"].coupling[0]
    there = received(subject, "video")
    assert 0 < there.sum() < len(there)
    np.testing.assert_array_equal(there, plan.sum(axis=0) > 0)


def test_equal_tokens_have_no_spread_and_no_distance():
    same = np.full((4, 3), 0.1, np.float32)
    subject = FeatureSubject(
        SequenceSample(modalities={"text": same, "video": same[:2]})
    )
    for stage in tokens_by_stage(subject):
        assert stage.spread == 1
        assert stage.separations[0].centres == pytest.approx(0, abs=1e-7)
        assert all(np.isfinite(x).all() for x in stage.tokens.values())
