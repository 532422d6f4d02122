"""Ribbons against plans by POT and numpy, and the truth of generated utterances."""

from dataclasses import replace

import numpy as np
import ot
import pytest

from fusionviz.analysis.shared.subjects.features import FeatureSubject
from fusionviz.analysis.transport.ribbons import NOWHERE, OTHER, THIN, TRUE, ribbons_of
from fusionviz.analysis.transport.solvers import solve
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.utterances.generator import render_utterance

SOURCES = ("video", "audio")


@pytest.fixture(scope="module")
def sample():
    """An utterance whose features of all modalities have one width."""
    whole = render_utterance(12)
    cut = {name: x[:, :24] for name, x in whole.modalities.items()}
    return replace(whole, modalities=cut)


@pytest.fixture(scope="module")
def subject(sample):
    return FeatureSubject(sample)


def cost_of(sample, source):
    x, y = (sample.modalities[name].astype(float) for name in (source, "text"))
    x, y = (one / np.linalg.norm(one, axis=1, keepdims=True) for one in (x, y))
    return 1 - x @ y.T


def pot_plan(cost):
    rows, columns = (np.full(n, 1 / n) for n in cost.shape)
    return ot.emd(rows, columns, cost)


@pytest.mark.parametrize("source", SOURCES)
def test_ribbons_are_the_pairs_of_the_exact_plan(sample, subject, source):
    case = subject.case(source)
    cost = cost_of(sample, source)
    expected = pot_plan(cost)
    ribbons = ribbons_of(case, solve(case, "exact"))
    rows, columns = np.nonzero(expected > THIN / len(cost))
    np.testing.assert_array_equal(ribbons.source, rows)
    np.testing.assert_array_equal(ribbons.target, columns)
    np.testing.assert_allclose(ribbons.mass, expected[rows, columns], atol=1e-9)
    np.testing.assert_allclose(ribbons.cost, cost[rows, columns], atol=1e-5)
    sent = np.bincount(ribbons.source, ribbons.mass, minlength=len(cost))
    np.testing.assert_allclose(sent, 1 / len(cost), rtol=1e-6)
    assert ribbons.shown_mass == pytest.approx(1)


@pytest.mark.parametrize("source", SOURCES)
def test_right_ones_are_counted_against_the_samples_truth(sample, subject, source):
    cost, truth = cost_of(sample, source), sample.alignment[source]
    right = sum(int(cost[i].argmin()) == j for i, j in enumerate(truth) if j >= 0)
    case = subject.case(source)
    ribbons = ribbons_of(case, solve(case, "relaxed"))
    assert ribbons.tally.counted == int((truth >= 0).sum())
    assert ribbons.tally.right == right
    assert (ribbons.verdict == TRUE).sum() == right
    assert (ribbons.verdict == NOWHERE).sum() == (truth < 0).sum()
    assert (ribbons.verdict == OTHER).sum() == (truth >= 0).sum() - right


@pytest.mark.parametrize("source", SOURCES)
def test_the_clock_is_counted_by_the_nearest_word(sample, subject, source):
    words, frames = sample.times["text"], sample.times[source].mean(axis=1)
    right = 0
    for middle, true in zip(frames, sample.alignment[source], strict=True):
        gaps = [max(start - middle, middle - end, 0) for start, end in words]
        right += int(true >= 0 and int(np.argmin(gaps)) == true)
    case = subject.case(source)
    ribbons = ribbons_of(case, solve(case, "relaxed"))
    assert ribbons.tally.right_by_clock == right


def test_thin_ones_are_left_out_and_the_largest_kept(subject):
    case = subject.case("video")
    answer = solve(case, "sinkhorn", 0.05)
    every = ribbons_of(case, answer, 10**6)
    assert (every.share > THIN).all()
    assert every.left_out == (answer.plan > 0).sum() - len(every)
    some = ribbons_of(case, answer, 10)
    assert len(some) == 10
    largest = np.sort(answer.plan.ravel())[-10:]
    np.testing.assert_allclose(np.sort(some.mass), largest)
    assert some.shown_mass == pytest.approx(largest.sum(), rel=1e-6)
    assert (np.diff(some.source) >= 0).all()


def test_without_truth_nothing_is_right_or_wrong():
    tokens = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    subject = FeatureSubject(
        SequenceSample(modalities={"text": tokens, "video": tokens[::-1].copy()})
    )
    case = subject.case()
    ribbons = ribbons_of(case, solve(case, "relaxed"))
    assert not ribbons.has_truth
    assert ribbons.tally is None
    assert set(ribbons.verdict) == {NOWHERE}
    assert ribbons.target.tolist() == [3, 2, 1, 0]
