"""What LICA mixes, against sums written out and the layer's own partition."""

import numpy as np
import pytest
import torch

from fusionviz.analysis.shared.attention.mixing import mixing_of
from fusionviz.models.mango import LearnedPartition

TOKENS = 4


@pytest.fixture(scope="module")
def partition():
    torch.manual_seed(1)
    partition = LearnedPartition(TOKENS)
    with torch.no_grad():
        for factor in (partition.matrix.lower, partition.matrix.upper):
            factor.add_(0.3 * torch.randn_like(factor))
    return partition


@pytest.fixture(scope="module")
def mixing(partition):
    return mixing_of(partition)


def test_w_is_what_the_partition_applies(partition, mixing):
    x = torch.randn(1, 2 * TOKENS, 3)
    with torch.no_grad():
        halves = torch.cat(partition.split(x), dim=1)[0].numpy()
    np.testing.assert_allclose(mixing.weight @ x[0].numpy(), halves, atol=1e-5)


def test_the_nearest_permutation_is_the_partitions_own(partition, mixing):
    np.testing.assert_array_equal(mixing.nearest, partition.nearest_permutation())
    assert sorted(mixing.nearest) == list(range(2 * TOKENS))


def test_before_training_each_position_is_one_token():
    untrained = mixing_of(LearnedPartition(TOKENS, flipped=True))
    np.testing.assert_array_equal(untrained.nearest, untrained.start)
    np.testing.assert_allclose(untrained.nearest_share, 1)
    second = untrained.start[TOKENS:]
    expected = np.isin(np.arange(2 * TOKENS), second)
    np.testing.assert_array_equal(untrained.second_share, expected)


def test_spreading_loses_no_weight(mixing):
    weights = np.random.default_rng(0).uniform(0, 1, TOKENS)
    assert mixing.spread(weights).sum() == pytest.approx(weights.sum())
    one = np.eye(TOKENS)[2]
    size = np.abs(mixing.weight[TOKENS + 2].astype(float))
    np.testing.assert_allclose(mixing.spread(one), size / size.sum())


def test_shares_are_of_each_row_and_of_each_column(mixing):
    position, token = 3, int(mixing.nearest[3])
    row = [abs(float(w)) for w in mixing.weight[position]]
    assert mixing.nearest_share[position] == pytest.approx(row[token] / sum(row))
    column = [float(w) ** 2 for w in mixing.weight[:, token]]
    expected = sum(column[TOKENS:]) / sum(column)
    assert mixing.second_share[token] == pytest.approx(expected)
