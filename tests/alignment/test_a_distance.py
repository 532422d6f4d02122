import sys

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fusionviz.alignment import a_distance, distance_of, held_out_mistakes
from tests.helpers.shapes import unchecked


def draw(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def test_sets_far_apart_are_two_apart():
    found = a_distance(draw(50, 4), 100 + draw(40, 4, seed=1))
    assert found.distance == 2
    assert found.error == 0
    assert len(found.fold_errors) == 5


def test_sets_of_one_distribution_are_near_zero():
    found = a_distance(draw(1500, 3), draw(500, 3, seed=1))
    assert found.error == pytest.approx(0.5, abs=0.06)
    assert found.distance == max(0, 2 * (1 - 2 * found.error))
    assert 0 <= found.distance < 0.25


def test_error_approaches_that_of_the_best_linear_classifier():
    x, y = draw(4000, 2), draw(4000, 2, seed=1)
    y[:, 0] += 2
    best = torch.distributions.Normal(0.0, 1.0).cdf(torch.tensor(-1.0)).item()
    assert a_distance(x, y).error == pytest.approx(best, abs=0.015)


def test_equals_scikit_learn_on_two_folds_by_sample():
    x, y = draw(2, 30, 3), 0.7 + draw(2, 20, 3, seed=1)
    errors = []
    for held in (0, 1):
        model = make_pipeline(
            StandardScaler(),
            LogisticRegression(class_weight="balanced", max_iter=500),
        )
        train = torch.cat([x[1 - held], y[1 - held]]).numpy()
        model.fit(train, [0] * 30 + [1] * 20)
        wrong_x = (model.predict(x[held].numpy()) == 1).mean()
        wrong_y = (model.predict(y[held].numpy()) == 0).mean()
        errors.append((wrong_x + wrong_y) / 2)
    found = a_distance(x, y, folds=2)
    assert sorted(found.fold_errors) == pytest.approx(sorted(errors))
    assert found.error == pytest.approx(sum(errors) / 2)


def test_whole_samples_are_held_out():
    # Each sample has its own place, of no use for the next sample.
    place = 5 * draw(12, 1, 20)
    x, y = (
        place + 0.1 * draw(12, 30, 20, seed=1),
        -place + 0.1 * draw(12, 30, 20, seed=2),
    )
    leaking = a_distance(x.flatten(0, 1), y.flatten(0, 1))
    assert leaking.distance > 1.5
    assert a_distance(x, y).distance < 1


def test_same_seed_same_answer():
    x, y = draw(40, 3), 0.5 + draw(40, 3, seed=1)
    assert a_distance(x, y, seed=2) == a_distance(x, y, seed=2)
    assert a_distance(x, y, seed=2) != a_distance(x, y, seed=3)


@pytest.mark.usefixtures("unchecked_shapes")
@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (torch.ones(5, 2), torch.ones(5, 3), "equal batch and width"),
        (torch.ones(2, 5, 2), torch.ones(3, 5, 2), "equal batch and width"),
        (torch.ones(1, 2), torch.ones(5, 2), "held-out error needs"),
        (torch.ones(1, 5, 2), torch.ones(1, 5, 2), "held-out error needs"),
    ],
)
def test_bad_input_is_refused(x, y, message):
    with pytest.raises(ValueError, match=message):
        a_distance(x, y)


def test_without_scikit_learn_the_error_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(ModuleNotFoundError, match="pip install scikit-learn"):
        a_distance(draw(9, 2), draw(9, 2))


def test_mistakes_by_sample_make_up_the_distance():
    x, y = draw(6, 30, 3), 0.7 + draw(6, 20, 3, seed=1)
    counts = held_out_mistakes(x, y, folds=3)
    assert counts.shape == (6, 2, 2)
    assert counts[:, 0, 1].tolist() == [30] * 6
    assert counts[:, 1, 1].tolist() == [20] * 6
    # folds of equal size: the error of all is the mean of the folds' errors
    assert distance_of(counts) == pytest.approx(a_distance(x, y, folds=3).distance)
    assert distance_of(counts * [[[0, 1], [0, 1]]]) == 2
    assert np.isnan(distance_of(np.array([[[0, 1], [0, 0]]])))


def test_tokens_that_are_absent_are_not_looked_at():
    x, y = draw(4, 30, 3), 0.7 + draw(4, 20, 3, seed=1)
    there = torch.arange(30) < torch.tensor([30, 12, 5, 20]).unsqueeze(1)
    counts = held_out_mistakes(x, y, x_mask=there, folds=2)
    hidden = torch.where(there.unsqueeze(-1), x, torch.nan)
    assert (held_out_mistakes(hidden, y, x_mask=there, folds=2) == counts).all()
    assert counts[:, 0, 1].tolist() == [30, 12, 5, 20]
    turned = held_out_mistakes(y, hidden, y_mask=there, folds=2)
    assert turned[:, 1, 1].tolist() == [30, 12, 5, 20]
    with unchecked(), pytest.raises(ValueError, match="batch axis"):
        held_out_mistakes(x[0], y[0])
