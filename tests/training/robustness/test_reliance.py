"""Shapley values against a sum over permutations, and what they must add up to."""

from itertools import chain, combinations, permutations

import numpy as np
import pytest

from fusionviz.training.robustness.figures import accuracy, class_recall
from fusionviz.training.robustness.reliance import (
    said_of_nothing,
    shapley_values,
    shuffle_order,
)

NAMES = ("rgb", "depth", "text", "audio")


def subsets(names):
    sizes = range(len(names) + 1)
    return chain.from_iterable(combinations(names, size) for size in sizes)


@pytest.fixture
def values():
    random = np.random.default_rng(1)
    return {frozenset(s): random.normal(size=5) for s in subsets(NAMES)}


def by_permutations(values, name):
    """Return the mean over all orders of what a modality adds when it comes."""
    added = []
    for order in permutations(NAMES):
        before = frozenset(order[: order.index(name)])
        added.append(values[before | {name}] - values[before])
    return np.mean(added, axis=0)


def test_they_are_the_mean_over_all_orders(values):
    found = shapley_values(values, NAMES)
    for name in NAMES:
        np.testing.assert_allclose(found[name], by_permutations(values, name))


def test_they_add_up_to_what_all_are_worth(values):
    total = sum(shapley_values(values, NAMES).values())
    np.testing.assert_allclose(total, values[frozenset(NAMES)] - values[frozenset()])


def test_a_subset_that_is_missing_is_refused(values):
    del values[frozenset()]
    with pytest.raises(ValueError, match="16"):
        shapley_values(values, NAMES)


def test_who_sees_nothing_says_classes_as_often_as_they_are():
    cells = np.array([[[6, 0], [1, 1]], [[0, 2], [0, 0]]])
    nothing = said_of_nothing(cells)
    np.testing.assert_allclose(nothing.sum(axis=2), cells.sum(axis=2))
    total = nothing.sum(axis=0)
    assert accuracy(total) == pytest.approx(0.8**2 + 0.2**2)
    np.testing.assert_allclose(class_recall(total), [0.8, 0.2])


def test_worths_of_classes_make_up_that_of_accuracy():
    """Shapley values are linear, and accuracy is the recalls by their shares."""
    random = np.random.default_rng(2)
    true = np.array([30, 50])
    cells = {}
    for subset in subsets(("a", "b")):
        right = random.integers(5, 30, size=2)
        matrix = np.diag(right) + np.fliplr(np.diag(true - right))
        cells[frozenset(subset)] = matrix.astype(float)
    whole = shapley_values({s: accuracy(c) for s, c in cells.items()}, ("a", "b"))
    each = shapley_values({s: class_recall(c) for s, c in cells.items()}, ("a", "b"))
    for name in ("a", "b"):
        assert whole[name] == pytest.approx(each[name] @ true / true.sum())


def test_nobody_keeps_his_own_modality():
    for seed in range(20):
        order = shuffle_order(6, seed=seed)
        assert sorted(order) == list(range(6))
        assert (order != np.arange(6)).all()
    np.testing.assert_array_equal(shuffle_order(9, seed=4), shuffle_order(9, seed=4))
    assert shuffle_order(1).tolist() == [0]
