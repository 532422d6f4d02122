"""Two modalities' tokens: MMD² and its parts against what is written out."""

import math

import numpy as np
import pytest
import torch
from scipy.spatial.distance import pdist
from sklearn.metrics.pairwise import rbf_kernel

from fusionviz.alignment import mmd2
from fusionviz.analysis.distributions.distances import measure_distances
from fusionviz.analysis.distributions.token_pairs import (
    MOST_TOKENS,
    MULTIPLES,
    common_stages,
    pairs_of,
    token_pair,
)
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.features import FeatureSubject
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from tests.helpers.tiny_models import tiny_sentiment


def features(seed=0, **lengths):
    random = np.random.default_rng(seed)
    return FeatureSubject(
        SequenceSample(
            modalities={
                name: random.normal(size=(length, 3)).astype(np.float32)
                for name, length in lengths.items()
            }
        )
    )


@pytest.fixture(scope="module")
def utterance():
    return AlignMambaSubject(tiny_sentiment(), render_utterance(12), "sentiment")


def without(*names):
    whole = render_utterance(12)
    there = [name for name in whole.names if name not in names]
    return AlignMambaSubject(tiny_sentiment(), whole.only(there))


def written_out(x, y, sigma, biased):
    """MMD² as double sums, one pair at a time."""

    def mean(first, second, skip):
        values = [
            math.exp(
                -sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) / 2 / sigma**2
            )
            for i, a in enumerate(first.tolist())
            for j, b in enumerate(second.tolist())
            if not (skip and i == j)
        ]
        return sum(values) / len(values)

    return mean(x, x, not biased), mean(y, y, not biased), mean(x, y, False)


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("stage", ["encoded", "aligned", "fused"])
def test_means_and_mmd2_equal_the_written_out_double_sums(utterance, stage, biased):
    tokens = utterance.tokens(stage)
    pair = token_pair(utterance, "audio", "text", stage)
    sigma = 0.7 * pair.median
    means = pair.means(sigma, biased=biased)
    xx, yy, xy = written_out(
        tokens["audio"].astype(float), tokens["text"].astype(float), sigma, biased
    )
    assert (means.xx, means.yy, means.xy) == pytest.approx((xx, yy, xy), abs=1e-12)
    assert means.mmd2 == pytest.approx(xx + yy - 2 * xy, abs=1e-12)


@pytest.mark.parametrize("biased", [True, False])
def test_the_curve_is_mmd2_at_every_bandwidth(utterance, biased):
    pair = token_pair(utterance, "video", "text", "encoded")
    sigmas = torch.from_numpy(pair.median * MULTIPLES)
    x, y = torch.from_numpy(pair.x), torch.from_numpy(pair.y)
    expected = mmd2(x[None], y[None], bandwidth=sigmas, biased=biased)
    np.testing.assert_allclose(pair.curve(biased=biased), expected, atol=1e-12)
    middle = len(MULTIPLES) // 2
    assert MULTIPLES[middle] == pytest.approx(1)
    assert pair.curve(biased=biased)[middle] == pytest.approx(
        pair.means(pair.median, biased=biased).mmd2
    )


def test_a_small_bandwidth_leaves_the_pairs_with_itself():
    subject = features(video=7, text=4)
    distances = measure_distances(subject, factor=0.05)
    assert distances.limit == pytest.approx(1 / 7 + 1 / 4)
    assert distances.mmd2[0, 0] == pytest.approx(distances.limit, abs=1e-4)
    unbiased = measure_distances(subject, factor=0.05, biased=False)
    assert unbiased.limit == 0
    assert unbiased.mmd2[0, 0] == pytest.approx(0, abs=1e-4)


def test_the_median_is_that_of_all_pairs_of_pooled_tokens(utterance):
    pair = token_pair(utterance, "video", "audio", "encoded")
    tokens = utterance.tokens("encoded")
    apart = pdist(np.concatenate([tokens["video"], tokens["audio"]]).astype(float))
    lower = np.sort(apart)[(len(apart) - 1) // 2]
    assert pair.median == pytest.approx(lower)
    np.testing.assert_allclose(
        pair.square[np.triu_indices(len(pair.square), 1)], apart**2
    )


def test_the_kernel_is_scikit_learns(utterance):
    pair = token_pair(utterance, "video", "text", "encoded")
    gamma = 1 / (2 * (1.6 * pair.median) ** 2)
    expected = rbf_kernel(pair.pooled, pair.pooled, gamma=gamma)
    np.testing.assert_allclose(pair.kernel(1.6 * pair.median), expected)
    with pytest.raises(ValueError, match="above 0, got 0"):
        pair.kernel(0.0)


def test_sources_come_first_each_with_the_anchor(utterance):
    assert pairs_of(utterance) == (
        ("video", "text"),
        ("audio", "text"),
        ("video", "audio"),
    )
    assert common_stages(utterance) == ("encoded", "aligned", "fused")
    assert token_pair(utterance, "", "", "encoded").names == ("video", "text")
    assert measure_distances(utterance).mmd2.shape == (3, 3)


def test_a_pair_asked_for_the_other_way_round_is_as_far_apart(utterance):
    there = measure_distances(utterance, x="audio", y="text", stage="fused")
    back = measure_distances(utterance, x="text", y="audio", stage="fused")
    np.testing.assert_allclose(back.mmd2, there.mmd2, atol=1e-12)
    np.testing.assert_allclose(back.curves, there.curves, atol=1e-12)
    assert back.row == there.row == 1


def test_without_the_anchor_the_others_are_compared_before_alignment():
    subject = without("text")
    assert pairs_of(subject) == (("video", "audio"),)
    assert common_stages(subject) == ("encoded",)
    with pytest.raises(InputError, match="text, the anchor, is missing"):
        token_pair(subject, "", "", "fused")


@pytest.mark.parametrize(
    ("make", "stage", "x", "y", "message"),
    [
        (
            lambda: without("video", "audio"),
            "encoded",
            "",
            "",
            "video and audio is missing",
        ),
        (lambda: features(text=3), "encoded", "", "", "another modality is missing"),
        (lambda: features(text=3, a=3), "encoded", "a", "a", "two different"),
        (lambda: features(text=3, a=3), "encoded", "b", "text", "two different"),
        (
            lambda: features(text=3, a=3),
            "fused",
            "",
            "",
            "no tokens of the stage 'fused'",
        ),
        (lambda: without(), "raw", "", "", "video has 32 and text has 40 features"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_sentence(make, stage, x, y, message):
    with pytest.raises(InputError, match=message):
        token_pair(make(), x, y, stage)


def test_raw_features_of_equal_width_are_not_compared_either(monkeypatch, utterance):
    equal = {name: np.ones((4, 5), np.float32) for name in utterance.names}
    monkeypatch.setattr(utterance, "tokens", lambda stage: equal)
    with pytest.raises(InputError, match="both have 5 features a token, but of"):
        token_pair(utterance, "", "", "raw")
    del equal["text"]
    with pytest.raises(InputError, match="text are ids, which have no distances"):
        token_pair(utterance, "", "", "raw")


def test_identical_tokens_are_0_apart_and_the_median_falls_back():
    same = np.full((4, 3), 0.1, np.float32)
    subject = FeatureSubject(SequenceSample(modalities={"a": same, "text": same[:2]}))
    pair = token_pair(subject, "", "", "encoded")
    assert pair.is_one_place
    assert pair.median == 1
    assert not pair.curve().any()
    assert pair.means(1.0, biased=False).mmd2 == 0


def test_one_token_a_side_has_no_unbiased_form():
    pair = token_pair(features(a=1, text=4), "", "", "encoded")
    assert pair.means(pair.median).xx == 1
    with pytest.raises(InputError, match="a has one token: take the biased form"):
        pair.means(pair.median, biased=False)
    turned = token_pair(features(a=4, text=1), "", "", "encoded")
    with pytest.raises(InputError, match="text has one token"):
        turned.curve(biased=False)


def test_zero_vectors_are_counted():
    x = np.array([[0, 0], [1, 0], [0, 0]], np.float32)
    subject = FeatureSubject(SequenceSample(modalities={"a": x, "text": x + 1}))
    assert token_pair(subject, "", "", "encoded").zeros == (2, 0)


def test_of_many_tokens_evenly_spaced_ones_are_compared():
    subject = features(video=3 * MOST_TOKENS, text=5)
    pair = token_pair(subject, "", "", "encoded")
    assert pair.sizes == (MOST_TOKENS, 5)
    assert pair.counts == (3 * MOST_TOKENS, 5)
    video = subject.tokens("encoded")["video"]
    np.testing.assert_array_equal(pair.x[[0, -1]], video[[0, -1]])
    steps = [int(label.rsplit(" ", 1)[1]) for label in pair.labels[:MOST_TOKENS]]
    assert set(np.diff(steps)) <= {3, 4}


def test_after_alignment_sources_are_named_by_the_anchors_places(utterance):
    pair = token_pair(utterance, "audio", "text", "aligned")
    words = render_utterance(12).words
    assert pair.labels[0] == f"audio moved to {words[0]}"
    assert pair.labels[len(words)] == f"text, {words[0]}"
    assert len(pair.labels) == 2 * len(words)
