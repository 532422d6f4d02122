"""Subjects of the Transport and Distributions pages, against the model's own pass."""

import numpy as np
import pytest
import torch

from fusionviz.alignment import relaxed_transport
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.features import FeatureSubject
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from tests.helpers.tiny_models import tiny_alignmamba, tiny_sentiment

GRID, SIDE = 4, 32


@pytest.fixture(scope="module")
def room():
    return render_room(3, (48, 48))


@pytest.fixture(scope="module")
def pair(room):
    return AlignMambaSubject(tiny_alignmamba(), room)


@pytest.fixture(scope="module")
def sample():
    return render_utterance(12)


@pytest.fixture(scope="module")
def utterance(sample):
    return AlignMambaSubject(tiny_sentiment(), sample)


def features(**lengths):
    random = np.random.default_rng(0)
    return SequenceSample(
        modalities={
            name: random.normal(size=(length, 6)).astype(np.float32)
            for name, length in lengths.items()
        }
    )


def cosines(x, y):
    """Return cosine costs, one pair at a time."""
    lengths = np.linalg.norm(x, axis=1), np.linalg.norm(y, axis=1)
    return np.array(
        [
            [1 - a @ b / (p * q) for b, q in zip(y, lengths[1], strict=True)]
            for a, p in zip(x, lengths[0], strict=True)
        ]
    )


def test_a_pairs_patches_are_its_pixels(pair):
    side = pair.side("depth")
    cell = SIDE // GRID
    row, column = 2, 1
    picture = pair.batch["depth"][0, 0].numpy()
    expected = picture[
        row * cell : (row + 1) * cell, column * cell : (column + 1) * cell
    ]
    patch = side.features[row * GRID + column]
    np.testing.assert_array_equal(patch, expected.ravel())
    assert side.labels[row * GRID + column] == "row 3, column 2"
    assert len(side) == GRID**2


def test_a_pair_belongs_to_its_own_places(pair):
    case = pair.case()
    assert case.title == "depth → rgb"
    np.testing.assert_array_equal(case.truth, np.arange(GRID**2))
    np.testing.assert_allclose(case.cost, cosines(case.x, case.y), atol=1e-5)
    assert case.clock is None
    assert pair.case("depth") is case


def test_an_utterance_knows_words_frames_and_the_truth(utterance, sample):
    case = utterance.case("audio")
    assert case.target.labels == sample.words
    assert case.source.labels[0].startswith("frame 1, ")
    np.testing.assert_array_equal(case.truth, sample.alignment["audio"])
    np.testing.assert_allclose(case.cost, cosines(case.x, case.y), atol=1e-5)
    assert case.clock.shape == case.truth.shape
    assert utterance.sources == ("video", "audio")


def test_stages_are_those_of_the_pass(utterance):
    """The backbone is run by hand on the moments [video, audio, text, video, ...]."""
    model, trace = utterance.model, utterance.trace
    moments = [
        torch.from_numpy(utterance.tokens("aligned")[name]) + model.modality_code[name]
        for name in ("video", "audio", "text")
    ]
    sequence = torch.stack(moments, dim=1).flatten(0, 1)[None]
    with torch.inference_mode():
        _, states = model.backbone(sequence)
    fused = utterance.tokens("fused")
    for place, name in enumerate(("video", "audio", "text")):
        np.testing.assert_allclose(
            fused[name], states[-1][0, place::3].numpy(), atol=1e-5
        )
    np.testing.assert_array_equal(
        utterance.tokens("encoded")["video"], trace.tokens["video"][0]
    )
    np.testing.assert_array_equal(
        utterance.tokens("raw")["text"], utterance.sample.modalities["text"]
    )


def test_its_own_plan_given_back_changes_nothing(utterance):
    plans = {
        name: torch.from_numpy(utterance.case(name).own_plan)
        for name in utterance.sources
    }
    again = utterance.trace_with(plans)
    np.testing.assert_allclose(again.logits, utterance.trace.logits, atol=1e-5)


def test_what_is_missing_cannot_be_aligned(room):
    model = tiny_alignmamba()
    without_source = AlignMambaSubject(model, RGBDSample(rgb=room.rgb, depth_m=None))
    without_anchor = AlignMambaSubject(
        model, RGBDSample(rgb=None, depth_m=room.depth_m)
    )
    for subject, gone in ((without_source, "depth"), (without_anchor, "rgb")):
        assert subject.missing == gone
        assert subject.sources == ()
        with pytest.raises(InputError, match=f"{gone} is missing"):
            subject.case()
        for stage in subject.stages:
            assert gone not in subject.tokens(stage)
            for x in subject.tokens(stage).values():
                assert np.isfinite(x).all()


def test_an_unknown_source_is_refused_with_the_list(utterance):
    with pytest.raises(InputError, match="video or audio"):
        utterance.case("depth")


def test_features_without_a_model_are_their_own_tokens():
    sample = features(text=5, video=9)
    subject = FeatureSubject(sample)
    case = subject.case()
    x, y = sample.modalities["video"], sample.modalities["text"]
    np.testing.assert_allclose(case.cost, cosines(x, y), atol=1e-6)
    plan = np.zeros((9, 5))
    plan[np.arange(9), case.cost.argmin(axis=1)] = 1 / 9
    np.testing.assert_allclose(case.own_plan, plan, atol=1e-7)
    np.testing.assert_allclose(
        subject.tokens("aligned")["video"], 5 * plan.T @ x, atol=1e-5
    )
    assert subject.stages == ("encoded", "aligned")


def test_zero_features_cost_one_and_break_nothing():
    sample = SequenceSample(
        modalities={
            "text": np.zeros((3, 4), np.float32),
            "video": np.ones((2, 4), np.float32),
        }
    )
    case = FeatureSubject(sample).case()
    np.testing.assert_array_equal(case.cost, np.ones((2, 3)))
    assert float(relaxed_transport(torch.from_numpy(case.cost)[None]).cost) == 1


def test_features_of_two_widths_are_refused_without_a_model():
    with pytest.raises(InputError, match="video 32, audio 24"):
        FeatureSubject(render_utterance(3).only(["video", "audio"]))


def test_one_modality_alone_has_nothing_to_align():
    subject = FeatureSubject(features(video=4))
    assert subject.stages == ("encoded",)
    with pytest.raises(InputError, match="text is missing"):
        subject.case()
