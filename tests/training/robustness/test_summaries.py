"""Summaries against figures of papers, sums written out, and a simulation."""

import numpy as np
import pytest

from fusionviz.training.robustness.protocols import RATES
from fusionviz.training.robustness.summaries import (
    DEFINITIONS,
    PROBABILITIES,
    effective_robustness,
    expectation,
    relative_robustness,
    summarise_curve,
    summarise_failures,
)

MMIN = np.array([84.6, 81.8, 79.0, 76.1, 71.7, 67.2, 64.9, 62.8])[:, None]
"""On CMU-MOSI at 0, 10, ..., 70 %, as Li et al. (2025) quote it."""
IMDER = np.array([85.7, 84.8, 83.5, 81.2, 78.6, 76.2, 74.7, 71.9])[:, None]


def test_drops_of_papers_are_from_10_to_70():
    found = summarise_curve(MMIN, RATES)
    assert found["drop_10_70"] == pytest.approx(19.0)
    assert found["drop_0_70"] == pytest.approx(21.8)
    assert summarise_curve(IMDER, RATES)["drop_10_70"] == pytest.approx(12.9)


def test_means_are_with_and_without_the_whole_input():
    found = summarise_curve(MMIN, RATES)
    assert found["mean_0_70"] == pytest.approx(588.1 / 8)
    assert found["mean_10_70"] == pytest.approx(503.5 / 7)


def test_relative_robustness_is_the_area_by_trapezoids():
    area = 0.0
    for left, right in zip(MMIN[:-1, 0], MMIN[1:, 0], strict=True):
        area += (left + right) * 0.1 / 2
    assert relative_robustness(MMIN, RATES) == pytest.approx(area / 0.7)
    flat = np.full((8, 1), 3.0)
    assert relative_robustness(flat, RATES) == pytest.approx(3.0)


def test_effective_robustness_does_not_see_where_curves_start():
    assert effective_robustness(MMIN + 9, MMIN) == pytest.approx(0, abs=1e-12)
    moved = MMIN + (IMDER[0] - MMIN[0])
    expected = sum(IMDER[i, 0] - moved[i, 0] for i in range(8)) / 8
    assert effective_robustness(IMDER, MMIN) == pytest.approx(expected)


def test_what_is_lost_is_compared_draw_by_draw():
    found = summarise_curve(IMDER, RATES, MMIN)
    assert found["ahead_at_70"] == pytest.approx(71.9 - 62.8)
    assert found["less_lost_0_70"] == pytest.approx(21.8 - 13.8)
    luck = np.random.default_rng(0).normal(size=(8, 50))  # of the samples, not models
    found = summarise_curve(MMIN + luck + 2, RATES, MMIN + luck)
    np.testing.assert_allclose(found["less_lost_0_70"], 0, atol=1e-12)
    np.testing.assert_allclose(found["ahead_at_70"], 2)


def test_expectation_agrees_with_a_simulation():
    names = ("a", "b", "c")
    random = np.random.default_rng(3)
    values, failures = {}, {}
    for code in range(7):  # not all three
        failed = frozenset(n for i, n in enumerate(names) if code >> i & 1)
        values[failed] = np.array([random.random()])
        failures[code] = values[failed][0]
    draws = random.random((400_000, 3)) < 0.2
    codes = draws @ (1 << np.arange(3))
    seen = np.array([failures.get(code, np.nan) for code in range(8)])[codes]
    found = expectation(values, names, 0.2)[0]
    assert found == pytest.approx(np.nanmean(seen), abs=2e-3)


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_expectation_at_the_ends(p):
    values = {frozenset(s): np.array([v]) for s, v in (("", 5.0), ("a", 2.0), ("b", 1))}
    if p == 0:
        assert expectation(values, ("a", "b"), p) == pytest.approx(5.0)
    else:  # both fail for sure, which is not among the cases
        with pytest.raises(ValueError, match="no case"):
            expectation(values, ("a", "b"), p)


def test_every_summary_has_its_definition():
    values = {frozenset(s): np.array([1.0]) for s in ("", "a")}
    named = {*summarise_curve(MMIN, RATES, IMDER), *summarise_failures(values, ("a",))}
    assert named == set(DEFINITIONS)
    assert len(PROBABILITIES) == 3
