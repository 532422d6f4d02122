"""Figures of confusions as evaluations have them; bands by a bootstrap by hand."""

import numpy as np
import pytest

from fusionviz.training.metrics import scores, segmentation
from fusionviz.training.metrics.intervals import Measurement, estimate
from fusionviz.training.robustness import figures
from fusionviz.training.robustness.figures import DENSE, SCORED, Resamples


@pytest.fixture
def cells():
    """Confusions of seven samples; of the last class there is nothing."""
    cells = np.random.default_rng(0).integers(0, 9, size=(7, 4, 4))
    cells[:, 3] = 0
    return cells


def as_pairs(cells):
    """Return the (said, true) classes that small confusions count, one by one."""
    said, true = [], []
    for row, column in np.ndindex(cells.shape):
        said += [column] * int(cells[row, column])
        true += [row] * int(cells[row, column])
    return scores.label_pairs(np.array(said), np.array(true), len(cells))


@pytest.mark.parametrize("name", DENSE)
def test_figures_of_pixels_are_those_of_evaluations(cells, name):
    expected = getattr(segmentation, name)(cells)
    assert DENSE[name](cells.sum(axis=0).astype(float)) == pytest.approx(expected)


@pytest.mark.parametrize("name", SCORED)
def test_figures_of_samples_are_those_of_evaluations(name):
    total = np.array([[30, 4], [7, 21]])
    expected = getattr(scores, name)(as_pairs(total))
    assert SCORED[name](total.astype(float)) == pytest.approx(expected)


def test_recall_of_a_class_that_is_not_there_is_unknown(cells):
    total = cells.sum(axis=0).astype(float)
    recall = figures.class_recall(total)
    assert np.isnan(recall[3])
    assert recall[1] == pytest.approx(total[1, 1] / total[1].sum())


@pytest.mark.parametrize("units", [list("abcdefg"), list("bbabcca")])
def test_bands_are_those_of_a_bootstrap_by_hand(cells, units):
    """The same draws, one by one, of whole units."""
    draws = Resamples.of(units, 40, seed=5)
    found = draws.figures(cells, figures.miou)
    names = list(dict.fromkeys(units))
    random = np.random.default_rng(5)
    by_hand = [segmentation.miou(cells)]
    for _ in range(40):
        index = []
        for unit in random.integers(len(names), size=len(names)):
            index += [i for i, one in enumerate(units) if one == names[unit]]
        by_hand.append(segmentation.miou(cells[index]))
    np.testing.assert_allclose(found, by_hand)
    assert draws.units == len(names)


def test_intervals_are_those_of_estimate(cells):
    units = list("bbabcca")
    draws = Resamples.of(units, 200, seed=1)
    found = draws.estimate(draws.figures(cells, figures.accuracy))
    expected = estimate(
        Measurement(values=cells, statistic=segmentation.pixel_accuracy),
        units=units,
        resamples=200,
        seed=1,
    )
    assert found.value == pytest.approx(expected.value)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.n == expected.n == 3


def test_means_weigh_samples_as_often_as_they_are_drawn():
    draws = Resamples(weights=np.array([[1.0, 1, 1], [2, 0, 1]]), units=3)
    np.testing.assert_allclose(draws.means(np.array([1.0, 2, 6])), [3, 8 / 3])


def test_without_samples_there_is_no_band():
    with pytest.raises(ValueError, match="none"):
        Resamples.of([])
