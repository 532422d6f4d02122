"""Distances of features against their definitions, and intervals against spread."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from fusionviz.training.metrics.feature_distance import (
    frechet_distance,
    kernel_distance,
)


def rows(count, features, seed=0, shift=0.0):
    return shift + np.random.default_rng(seed).standard_normal((count, features))


def kernel(a, b):
    return (a @ b / len(a) + 1) ** 3


def mmd2_by_its_definition(x, y):
    m = len(x)
    pairs = [(i, j) for i in range(m) for j in range(m)]
    same = sum(kernel(one[i], one[j]) for one in (x, y) for i, j in pairs if i != j) / (
        m * (m - 1)
    )
    return same - 2 * sum(kernel(x[i], y[j]) for i, j in pairs) / m**2


def test_the_kernel_distance_is_what_its_formula_says():
    x, y = rows(7, 4), rows(7, 4, seed=1, shift=0.3)
    found = kernel_distance(x, y)
    assert found.value == pytest.approx(mmd2_by_its_definition(x, y), rel=1e-12)
    assert found.n == 7


def test_two_numbers_by_hand():
    # k(0, 0) = 1, k(2, 2) = 125, k(0, 2) = 1: one feature.
    x, y = np.array([[0.0], [0.0], [2.0]]), np.array([[2.0], [2.0], [0.0]])
    within_x, within_y = (1 + 1 + 1) / 3, (125 + 1 + 1) / 3
    between = (2 * (1 + 1 + 1) + (125 + 125 + 1)) / 9
    expected = within_x + within_y - 2 * between
    assert kernel_distance(x, y).value == pytest.approx(expected)


def test_what_is_alike_is_0_on_average_and_the_interval_is_as_wide_as_the_spread():
    found = [
        kernel_distance(rows(40, 6, seed=2 * n), rows(40, 6, seed=2 * n + 1))
        for n in range(300)
    ]
    values = np.array([one.value for one in found])
    assert abs(values.mean()) < 4 * values.std() / np.sqrt(len(values))
    # Where both are alike the first-order part vanishes: the jackknife is wide there.
    shifted = [
        kernel_distance(rows(40, 6, seed=2 * n), rows(40, 6, seed=2 * n + 1, shift=0.5))
        for n in range(300)
    ]
    spread = np.std([one.value for one in shifted])
    told = np.mean([(one.high - one.low) / (2 * 1.959964) for one in shifted])
    assert 0.85 < told / spread < 1.25


def test_a_unit_is_left_out_whole():
    x, y = rows(6, 3), rows(6, 3, seed=1)
    units = ["a", "b", "a", "c", "c", "c"]
    found = kernel_distance(x, y, units=units)
    kept = [[1, 3, 4, 5], [0, 2, 3, 4, 5], [0, 1, 2]]
    without = np.array([mmd2_by_its_definition(x[one], y[one]) for one in kept])
    error = np.sqrt(2 / 3 * np.square(without - without.mean()).sum())
    assert found.n == 3
    assert found.high - found.value == pytest.approx(1.959964 * error, rel=1e-9)
    assert found.value - found.low == pytest.approx(1.959964 * error, rel=1e-9)


@pytest.mark.parametrize(("count", "features"), [(50, 5), (6, 20)])
def test_the_frechet_distance_is_what_its_formula_says(count, features):
    x, y = rows(count, features), 1.5 * rows(count + 3, features, seed=1, shift=0.2)
    cx, cy = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = sqrtm(cx @ cy + 1e-13 * np.eye(features))
    expected = np.square(x.mean(0) - y.mean(0)).sum() + np.trace(
        cx + cy - 2 * root.real
    )
    assert frechet_distance(x, y) == pytest.approx(expected, rel=2e-5)


def test_a_set_is_no_frechet_distance_from_itself_and_a_shift_is_its_square():
    x = rows(30, 4)
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-10)
    assert frechet_distance(x, x + 3) == pytest.approx(4 * 9)


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match="as many rows a side"):
        kernel_distance(rows(4, 3), rows(5, 3))
    with pytest.raises(ValueError, match="three units"):
        kernel_distance(rows(4, 3), rows(4, 3), units=["a", "a", "b", "b"])
    with pytest.raises(ValueError, match="needs a unit, got 2"):
        kernel_distance(rows(4, 3), rows(4, 3), units=["a", "b"])
    with pytest.raises(ValueError, match="same features"):
        frechet_distance(rows(4, 3), rows(4, 2))
