"""Metrics against what they are by definition, and their intervals."""

import numpy as np
import pytest

from fusionviz.training.metrics.intervals import (
    Measurement,
    estimate,
    largest,
    maximum,
    mean,
)
from fusionviz.training.metrics.segmentation import (
    confusion_matrix,
    mean_accuracy,
    miou,
    pixel_accuracy,
    segmentation_measurements,
)


@pytest.fixture
def labels():
    random = np.random.default_rng(0)
    truth = random.integers(-1, 5, size=(6, 8, 9))
    truth[truth == 3] = 2  # nothing is of class 3
    truth[0] = -1
    wrong = random.random(truth.shape) < 0.4
    prediction = np.where(
        wrong | (truth < 0), random.integers(0, 3, truth.shape), truth
    )
    return prediction, truth


@pytest.fixture
def confusions(labels):
    pairs = zip(*labels, strict=True)
    return np.stack([confusion_matrix(found, true, 5) for found, true in pairs])


def test_segmentation_metrics_are_those_of_the_sets_of_pixels(labels, confusions):
    prediction, truth = (array.ravel() for array in labels)
    known = truth >= 0
    unions, hits = [], []
    for index in range(5):
        of_truth = set(np.flatnonzero(known & (truth == index)))
        of_found = set(np.flatnonzero(known & (prediction == index)))
        if of_truth | of_found:
            unions.append(len(of_truth & of_found) / len(of_truth | of_found))
        if of_truth:
            hits.append(len(of_truth & of_found) / len(of_truth))
    assert len(unions) == 4
    assert miou(confusions) == pytest.approx(np.mean(unions))
    assert mean_accuracy(confusions) == pytest.approx(np.mean(hits))
    right = (prediction == truth)[known].mean()
    assert pixel_accuracy(confusions) == pytest.approx(right)


def test_the_confusion_matrix_agrees_with_scikit_learn(labels):
    from sklearn.metrics import confusion_matrix as reference

    prediction, truth = labels[0][1], labels[1][1]
    known = truth >= 0
    expected = reference(truth[known], prediction[known], labels=range(5))
    assert (confusion_matrix(prediction, truth, 5) == expected).all()


def test_labels_out_of_range_are_refused():
    fine = np.array([0, 1])
    with pytest.raises(ValueError, match="prediction must be of 0 to 1, got 1 to 2"):
        confusion_matrix(np.array([1, 2]), fine, 2)
    with pytest.raises(ValueError, match="truth must be of 0 to 1, got -2 to 1"):
        confusion_matrix(fine, np.array([-2, 1]), 2)
    with pytest.raises(ValueError, match="differ in shape"):
        confusion_matrix(fine, np.zeros(3, int), 2)


def test_nothing_labelled_has_no_figure():
    empty = np.zeros((3, 5, 5), int)
    for measured in segmentation_measurements(empty).values():
        assert np.isnan(estimate(measured, resamples=5).value)


def test_the_interval_of_a_mean_is_that_of_the_normal_law():
    values = np.random.default_rng(1).normal(3, 2, size=2000)
    found = estimate(Measurement(values=values), resamples=2000)
    spread = 1.96 * values.std() / np.sqrt(len(values))
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - spread, abs=0.1 * spread)
    assert found.high == pytest.approx(values.mean() + spread, abs=0.1 * spread)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    random = np.random.default_rng(2)
    covered = 0
    for trial in range(200):
        values = random.exponential(size=100)
        found = estimate(Measurement(values=values), resamples=300, seed=trial)
        covered += found.low <= 1 <= found.high
    assert 0.88 <= covered / 200 <= 0.99


def test_the_interval_of_a_ratio_resamples_whole_samples():
    """Two kinds of samples: mIoU is 1 or 0 by which of them are drawn."""
    right, wrong = np.diag([5, 5]), np.array([[0, 5], [5, 0]])
    confusions = np.stack([right, wrong])
    found = estimate(Measurement(values=confusions, statistic=miou), resamples=500)
    assert found.value == pytest.approx(1 / 3)
    assert (found.low, found.high) == (0, 1)


def test_units_are_drawn_whole():
    values, halves = np.repeat([0.0, 1.0], 30), ["a"] * 30 + ["b"] * 30
    found = estimate(Measurement(values=values), units=halves)
    assert (found.value, found.n) == (0.5, 2)
    assert (found.low, found.high) == (0, 1)  # of two units, one may be drawn twice
    alone = estimate(Measurement(values=values))
    assert alone.n == 60
    assert 0.3 < alone.low < alone.high < 0.7
    each = estimate(Measurement(values=values), units=[str(k) for k in range(60)])
    assert each == alone


def test_units_of_unequal_size_keep_the_figure_and_widen_the_interval():
    """Against a bootstrap of the unit's sums and counts."""
    random = np.random.default_rng(4)
    sizes = random.integers(1, 9, 25)
    units = np.repeat(np.arange(25), sizes).astype(str).tolist()
    values = np.repeat(random.normal(size=25), sizes) + random.normal(size=len(units))
    found = estimate(Measurement(values=values), units=units, resamples=4000)
    starts = np.cumsum(sizes) - sizes
    sums = np.add.reduceat(values, starts)
    drawn = random.integers(25, size=(20_000, 25))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(low, abs=0.05 * (high - low))
    assert found.high == pytest.approx(high, abs=0.05 * (high - low))


def test_a_measurement_of_the_first_samples_takes_their_units():
    found = estimate(Measurement(values=np.arange(3.0)), units=["a", "a", "b", "c"])
    assert found.n == 2
    with pytest.raises(ValueError, match="each of 3 samples needs a unit, got 2"):
        estimate(Measurement(values=np.arange(3.0)), units=["a", "a"])


def test_a_maximum_has_no_interval():
    found = estimate(maximum(np.array([1.0, 7.0, 3.0])))
    assert (found.value, found.n) == (7, 3)
    assert not found.has_interval
    assert f"{found:.2g}" == "7 (n = 3)"
    assert found.to_table() == {"value": 7.0, "low": None, "high": None, "n": 3}


def test_estimates_repeat_with_their_seed():
    measured = Measurement(values=np.arange(20.0))
    assert estimate(measured, seed=5) == estimate(measured, seed=5)
    assert estimate(measured, seed=5) != estimate(measured, seed=6)


def test_unknown_values_and_none_at_all():
    assert mean(np.array([1.0, np.nan, 3.0])) == 2.0
    assert largest(np.array([1.0, 7.0, 3.0])) == 7.0
    with pytest.raises(ValueError, match="got none"):
        estimate(Measurement(values=np.zeros(0)))
