"""Intervals over samples: against scipy, and as sure as they say."""

import numpy as np
import pytest
from scipy import stats

from fusionviz.analysis.distributions.sample_stages import SampleStages, figures_of


def record(mmd, mistakes=None, units=None):
    """Return a record of one pair from values (stage, sample)."""
    mmd = np.asarray(mmd, float)[None]
    count = mmd.shape[-1]
    if mistakes is None:
        mistakes = np.zeros((1, 3, count, 2, 2), np.int64)
    return SampleStages(
        kin="sentiment",
        asked=count,
        pairs=(("video", "text"),),
        samples=tuple(map(str, range(count))),
        units=tuple(units or map(str, range(count))),
        mmd=mmd,
        mistakes=mistakes,
        unreached={"video": 0.0},
    )


def test_the_interval_is_that_of_scipys_bootstrap():
    values = np.random.default_rng(0).gamma(2, 0.1, (3, 64))
    figures = figures_of(record(values), level=0.9, seed=3)
    for stage in range(3):
        expected = stats.bootstrap(
            (values[stage],), np.mean, n_resamples=20_000, confidence_level=0.9,
            method="percentile", rng=np.random.default_rng(1),
        ).confidence_interval  # fmt: skip
        value, low, high = figures.mmd[0, stage]
        assert value == pytest.approx(values[stage].mean())
        width = expected.high - expected.low
        assert low == pytest.approx(expected.low, abs=0.08 * width)
        assert high == pytest.approx(expected.high, abs=0.08 * width)
        np.testing.assert_allclose(
            figures.spread[0, stage], np.quantile(values[stage], (0.05, 0.95))
        )


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    random = np.random.default_rng(5)
    hits = []
    for _ in range(50):
        figures = figures_of(record(random.gamma(2, 0.1, (3, 50))), level=0.9)
        hits += list((figures.mmd[0, :, 1] <= 0.2) & (figures.mmd[0, :, 2] >= 0.2))
    # 150 trials: two standard errors are 5 %, and percentile intervals of a skewed
    # mean are a little too narrow
    assert 0.82 <= np.mean(hits) <= 0.96


def test_a_distance_draws_whole_samples():
    random = np.random.default_rng(0)
    wrong = random.integers(0, 6, (3, 30, 2))
    counts = np.full_like(wrong, 10)
    mistakes = np.stack([wrong, counts], axis=-1)[None]
    figures = figures_of(record(np.zeros((3, 30)), mistakes), seed=7)
    for stage in range(3):
        draws = np.random.default_rng(7)
        by_hand = []
        for _ in range(1000):
            chosen = wrong[stage][draws.integers(30, size=30)]
            by_hand.append(max(0.0, 2 - 4 * chosen.mean() / 10))
        expected = np.quantile(by_hand, (0.025, 0.975))
        np.testing.assert_allclose(figures.distance[0, stage, 1:], expected)
        assert figures.distance[0, stage, 0] == pytest.approx(
            max(0.0, 2 - 4 * wrong[stage].mean() / 10)
        )


def test_units_are_drawn_whole():
    values = np.repeat(np.random.default_rng(0).gamma(2, 0.1, (3, 8)), 8, axis=1)
    units = np.repeat(np.arange(8), 8).astype(str).tolist()
    alone, whole = figures_of(record(values)), figures_of(record(values, units=units))
    np.testing.assert_array_equal(alone.mmd[..., 0], whole.mmd[..., 0])
    widths = [np.diff(one.mmd[..., 1:], axis=-1) for one in (alone, whole)]
    assert (widths[1] > 2 * widths[0]).all()  # of 8 equal ones each: √8 times


def test_what_was_not_measured_is_unknown_and_the_rest_is_not():
    values = np.full((3, 4), 0.5)
    values[0] = np.nan
    values[1, 2] = np.nan
    figures = figures_of(record(values))
    assert np.isnan(figures.mmd[0, 0]).all()
    assert np.isnan(figures.spread[0, 0]).all()
    np.testing.assert_array_equal(figures.mmd[0, 1:], 0.5)
    assert np.isnan(figures.distance).all()
