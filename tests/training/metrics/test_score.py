"""Scores against scikit-learn's and scipy's."""

import numpy as np
import pytest
from scipy.stats import pearsonr
from sklearn.metrics import accuracy_score, f1_score

from fusionviz.training.metrics.intervals import Measurement, estimate
from fusionviz.training.metrics.scores import (
    absolute_error,
    accuracy,
    correlation,
    f1,
    label_pairs,
    macro_f1,
    micro_f1,
    samples_f1,
    weighted_f1,
)

F1_OF = {"micro": micro_f1, "macro": macro_f1, "weighted": weighted_f1}


@pytest.fixture
def single():
    random = np.random.default_rng(0)
    truth = random.integers(0, 4, 60)
    truth[truth == 2] = 1  # a class that nothing is of
    return np.where(random.random(60) < 0.5, truth, random.integers(0, 4, 60)), truth


@pytest.fixture
def several():
    random = np.random.default_rng(1)
    return random.random((2, 50, 6)) < [0.1, 0.2, 0.3, 0.5, 0.8, 0.0]


@pytest.mark.parametrize("average", F1_OF)
def test_f1_of_one_class_a_sample(single, average):
    found, truth = single
    expected = f1_score(truth, found, labels=range(4), average=average, zero_division=0)
    assert F1_OF[average](label_pairs(found, truth, 4)) == pytest.approx(expected)


@pytest.mark.parametrize("average", [*F1_OF, "samples"])
def test_f1_of_several_classes_a_sample(several, average):
    several[:, 3] = False  # a sample of nothing, given nothing
    found, truth = several
    expected = f1_score(truth, found, average=average, zero_division=0)
    of = {**F1_OF, "samples": samples_f1}[average]
    assert of(several.swapaxes(0, 1)) == pytest.approx(expected)


def test_f1_of_two_classes(single):
    found, truth = (labels % 2 for labels in single)
    expected = f1_score(truth, found)
    assert f1(label_pairs(found, truth, 2)) == pytest.approx(expected)


def test_accuracy(single, several):
    pairs = label_pairs(*single, 4)
    assert accuracy(pairs) == pytest.approx(accuracy_score(*single))
    assert accuracy(several.swapaxes(0, 1)) == pytest.approx(accuracy_score(*several))


def test_correlation_and_error():
    random = np.random.default_rng(2)
    pairs = random.normal(size=(40, 2)) @ [[1, 0.7], [0, 0.5]] + [3, -1]
    expected = pearsonr(pairs[:, 0], pairs[:, 1]).statistic
    assert correlation(pairs) == pytest.approx(expected)
    assert absolute_error(pairs) == pytest.approx(np.mean(np.abs(np.diff(pairs))))
    assert np.isnan(correlation(np.ones((5, 2))))


def test_scores_have_intervals(single):
    measured = Measurement(values=label_pairs(*single, 4), statistic=macro_f1)
    found = estimate(measured, resamples=200)
    assert found.low < found.value < found.high
