"""Two heads against SciPy's Jensen-Shannon distance and plain subtraction."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from fusionviz.analysis.attention.head_comparison import (
    HeadSide,
    compare_heads,
    jensen_shannon_distance,
)
from tests.helpers.attention_layers import make_attention


def seeded(seed=0, **sizes):
    return make_attention(np.random.default_rng(seed), **sizes)


@pytest.fixture
def sides():
    return (
        HeadSide(attention=seeded(seed=1), head=0, row=5),
        HeadSide(attention=seeded(seed=2), head=1, row=5),
    )


def test_distances_are_scipys(sides):
    a, b = sides
    comparison = compare_heads(a, b)
    rows = [jensenshannon(a.matrix[i], b.matrix[i], base=2) for i in range(15)]
    assert comparison.distance == pytest.approx(np.mean(rows), abs=1e-6)
    assert comparison.row_distance == pytest.approx(rows[5], abs=1e-6)
    assert 0 < comparison.distance < 1


def test_differences_are_a_less_b(sides):
    a, b = sides
    comparison = compare_heads(a, b)
    np.testing.assert_array_equal(comparison.difference, a.matrix - b.matrix)
    maps = comparison.map_difference.reshape(2, 16)
    np.testing.assert_allclose(maps[0, 5:], a.weights[5:] - b.weights[5:])
    assert np.isnan(maps[:, :5]).all()
    swapped = compare_heads(b, a)
    np.testing.assert_array_equal(swapped.difference, -comparison.difference)
    assert swapped.distance == pytest.approx(comparison.distance)


def test_a_head_does_not_differ_from_itself(sides):
    a, _ = sides
    comparison = compare_heads(a, a)
    assert comparison.distance == comparison.row_distance == 0
    assert not comparison.difference.any()
    assert comparison.reads_the_same_tokens


def test_rows_that_share_nothing_are_one_apart():
    one, other = np.eye(4)[:2]
    assert jensen_shannon_distance(one, other) == 1
    assert jensen_shannon_distance(one, one) == 0


def test_other_numbers_of_tokens_have_no_difference(sides):
    a, _ = sides
    small = HeadSide(attention=seeded(grid=2), head=0, row=0)
    comparison = compare_heads(a, small)
    assert comparison.difference is None
    assert comparison.map_difference is None
    assert comparison.distance is None


def test_layers_that_split_tokens_differently_are_told_apart(sides):
    a, b = sides
    flipped = replace(
        b.attention,
        key_tokens=b.attention.value_tokens,
        value_tokens=b.attention.key_tokens,
    )
    assert compare_heads(a, b).reads_the_same_tokens
    assert not compare_heads(a, replace(b, attention=flipped)).reads_the_same_tokens
