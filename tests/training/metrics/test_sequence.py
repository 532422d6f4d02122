"""Scores of rows, by hand and against scikit-learn, and what is drawn again."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from fusionviz.training.metrics.intervals import estimate
from fusionviz.training.metrics.sequence import (
    score_measurements,
    score_rows,
)

NAN = np.nan


def figures(scored, **settings):
    measured = score_measurements(scored, **{"classes": 2, **settings})
    return {name: item.statistic(item.values) for name, item in measured.items()}


def regressed(said, target, label=-1):
    said = np.atleast_1d(np.float32(said))[None]
    return score_rows(said, np.float32(target), np.int64(label), is_regression=True)


def test_zero_counts_as_non_negative_or_not_at_all():
    scored = [
        regressed(0.5, 0.0),  # right with zero, left out without
        regressed(-0.5, 0.0),  # wrong, left out
        regressed(-0.5, -1.0),
        regressed(0.5, 2.0),
        regressed(0.0, -2.0),  # wrong either way: 0 is not negative
    ]
    found = figures(scored, is_regression=True)
    assert found["accuracy"] == pytest.approx(3 / 5)
    assert found["accuracy_nonzero"] == pytest.approx(2 / 3)
    assert found["mae"] == pytest.approx((0.5 + 0.5 + 0.5 + 1.5 + 2) / 5)
    truth, said = [1, 1, 0, 1, 0], [1, 0, 0, 1, 1]
    assert found["f1"] == pytest.approx(f1_score(truth, said))
    weighted = f1_score(truth, said, average="weighted")
    assert found["weighted_f1"] == pytest.approx(weighted)
    weighted = f1_score([0, 1, 0], [0, 1, 1], average="weighted")
    assert found["weighted_f1_nonzero"] == pytest.approx(weighted)


def test_seven_degrees_are_those_that_numbers_round_to():
    said = [0.4, -0.6, 2.7, 5.0, 1.4, -2.4]
    true = [0.0, -1.0, 2.4, 3.0, 1.6, -2.2]
    scored = [regressed(a, b) for a, b in zip(said, true, strict=True)]
    # 0 0, -1 -1, 3 2, 3 3, 1 2, -2 -2
    assert figures(scored, is_regression=True)["accuracy_7"] == pytest.approx(4 / 6)


def test_steps_that_are_not_known_are_not_counted():
    scored = [
        regressed([1, 1, -1], [1.0, NAN, 2.0], [1, 0, -1]),
        regressed([1, 1, 1, 9], [NAN, 3.0], [-1, 1]),  # the rest is padding
    ]
    found = figures(scored, is_regression=True)
    # the third step has a target alone, of which its class is made
    assert found["accuracy"] == pytest.approx(2 / 4)
    assert found["accuracy_nonzero"] == pytest.approx(2 / 3)
    assert found["mae"] == pytest.approx((0 + 3 + 2) / 3)


def test_classes_are_scored_too():
    random = np.random.default_rng(0)
    logits, label = random.normal(size=(50, 3)), random.integers(0, 3, 50)
    scored = [
        score_rows(scores, np.float32(NAN), truth, is_regression=False)
        for scores, truth in zip(logits, label, strict=True)
    ]
    found = figures(scored, classes=3, is_regression=False)
    said = logits.argmax(axis=1)
    assert set(found) == {"accuracy", "weighted_f1"}
    assert found["accuracy"] == pytest.approx(accuracy_score(label, said))
    weighted = f1_score(label, said, average="weighted")
    assert found["weighted_f1"] == pytest.approx(weighted)


def test_nothing_known_is_no_figure():
    found = figures([regressed(1.0, NAN)], is_regression=True)
    names = {"accuracy", "f1", "weighted_f1", "mae", "correlation", "accuracy_7"}
    assert set(found) == names
    assert all(np.isnan(value) for value in found.values())


def test_samples_of_different_length_are_drawn_by_units():
    """Scores of a unit's rows, whatever samples it has of how many steps."""
    random = np.random.default_rng(0)
    samples = [
        regressed(random.normal(size=n), random.normal(size=n)) for n in (1, 2, 3)
    ]
    measured = score_measurements(samples, classes=2, is_regression=True)["mae"]
    found = estimate(measured, units=["x", "y", "x"])
    errors = [np.abs(np.diff(one[:, 2:4], axis=1)) for one in samples]
    x, y = np.mean([*errors[0], *errors[2]]), errors[1].mean()
    assert found.value == pytest.approx(np.mean(np.concatenate(errors)))
    assert found.n == 2
    assert [found.low, found.high] == pytest.approx(sorted([x, y]))
