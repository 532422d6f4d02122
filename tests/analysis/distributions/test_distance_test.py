"""The test of MMD² and the A-distance, against shuffles and folds by hand."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import PredefinedSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fusionviz.analysis.distributions.distance_test import measure_test
from fusionviz.analysis.distributions.token_pairs import token_pair
from fusionviz.analysis.shared.subjects.features import FeatureSubject
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.errors import InputError


def pair_of(m, n, shift):
    random = np.random.default_rng(0)
    x = random.normal(size=(m, 3)).astype(np.float32)
    y = (random.normal(size=(n, 3)) + shift).astype(np.float32)
    subject = FeatureSubject(SequenceSample(modalities={"video": x, "text": y}))
    return token_pair(subject, "", "", "encoded")


@pytest.mark.parametrize("biased", [True, False])
def test_the_null_is_mmd2_of_shuffles_by_hand(biased):
    pair = pair_of(9, 6, shift=0.7)
    test = measure_test(pair, bandwidth=1.2, biased=biased, permutations=100, seed=4)
    kernel = rbf_kernel(pair.pooled, gamma=1 / (2 * 1.2**2))
    if not biased:
        np.fill_diagonal(kernel, 0)
    generator = torch.Generator().manual_seed(4)
    orders = torch.rand(100, 15, generator=generator).argsort(dim=-1).numpy()
    own = 0 if biased else 1
    for order, value in zip(orders, test.null, strict=True):
        x, y = np.flatnonzero(order < 9), np.flatnonzero(order >= 9)
        expected = kernel[np.ix_(x, x)].sum() / (9 * (9 - own))
        expected += kernel[np.ix_(y, y)].sum() / (6 * (6 - own))
        expected -= 2 * kernel[np.ix_(x, y)].mean()
        assert value == pytest.approx(expected, abs=1e-12)
    assert test.statistic == pair.means(1.2, biased=biased).mmd2
    assert test.p_value == (1 + (test.null >= test.statistic).sum()) / 101
    assert test.resolution == 1 / 101
    assert test.times_largest == pytest.approx(test.statistic / test.null.max())


def test_the_a_distance_is_scikit_learns_on_standardised_tokens():
    pair = pair_of(30, 20, shift=0.6)
    found = measure_test(pair, bandwidth=1.0, permutations=100, seed=2).a_distance
    # The folds as `a_distance` draws them.
    random = np.random.default_rng(2)
    random.permutation(30)
    folds = np.concatenate([random.permutation(30) % 5, random.permutation(20) % 5])
    accuracy = cross_val_score(
        make_pipeline(
            StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=500)
        ),
        pair.pooled,
        [0] * 30 + [1] * 20,
        cv=PredefinedSplit(folds),
        scoring="balanced_accuracy",
    )
    assert found.fold_errors == pytest.approx(1 - accuracy)
    assert found.distance == pytest.approx(2 * (1 - 2 * (1 - accuracy).mean()))


def test_same_seed_same_answer():
    pair = pair_of(9, 6, shift=0.2)
    first, again, other = (
        measure_test(pair, bandwidth=1.0, permutations=100, seed=seed)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.null, again.null)
    assert (first.null != other.null).any()


def test_identical_tokens_have_p_1_and_no_ratio():
    same = np.ones((4, 3), np.float32)
    subject = FeatureSubject(SequenceSample(modalities={"a": same, "text": same}))
    test = measure_test(token_pair(subject, "", "", "encoded"), bandwidth=1.0)
    assert test.p_value == 1
    assert test.times_largest is None
    assert test.a_distance.distance == 0


def test_one_token_cannot_be_tested():
    with pytest.raises(InputError, match="text has only one here"):
        measure_test(pair_of(5, 1, shift=0), bandwidth=1.0)
