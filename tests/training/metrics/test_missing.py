"""Means and drops over rates of missing modalities."""

import numpy as np
import pytest

from fusionviz.training.metrics.intervals import Measurement, estimate, largest, maximum
from fusionviz.training.metrics.missing import over_draws, summarise_rates


def measured(values, **more):
    return {"a": Measurement(values=np.asarray(values, float), **more)}


def test_draws_are_averaged_by_their_figures():
    draws = [measured([1, 4, 2], statistic=largest), measured([5, 0, 0])]
    both = over_draws(draws)["a"]
    assert both.values.shape == (3, 2)
    assert both.statistic(both.values) == (4 + 5) / 2
    assert both.statistic(both.values[2:]) == (2 + 0) / 2
    assert over_draws(draws[:1])["a"] is draws[0]["a"]


def test_a_draw_without_a_figure_does_not_count():
    draws = [measured([1, 1]), measured([np.nan, np.nan])]
    both = over_draws(draws)["a"]
    assert both.statistic(both.values) == 1
    extra = {**measured([1, 1]), "b": Measurement(values=np.ones(2))}
    assert set(over_draws([extra, measured([1, 1])])) == {"a"}


def test_a_maximum_has_neither_mean_nor_drop_over_rates():
    rates = [{**measured([4, 6]), "worst": maximum(np.ones(2))} for _ in range(2)]
    assert set(summarise_rates(rates, resamples=5)["drop"]) == {"a"}
    worst = over_draws(rates)["worst"]
    assert not worst.has_interval


def test_drops_are_drawn_by_units():
    rates = [measured([0, 0, 9, 9]), measured([0, 0, 3, 3])]
    found = summarise_rates(rates, units=list("aabb"), resamples=200)["drop"]["a"]
    assert (found.value, found.low, found.high, found.n) == (3, 0, 6, 2)


def test_mean_and_drop():
    rates = [measured([4, 6]), measured([3, 3]), measured([1, 3])]
    found = summarise_rates(rates, resamples=200)
    assert found["mean"]["a"].value == pytest.approx((5 + 3 + 2) / 3)
    assert found["drop"]["a"].value == pytest.approx(3)
    assert found["drop"]["a"].low == found["drop"]["a"].high == 3  # 4-1 and 6-3


def test_a_drop_is_of_the_same_samples():
    random = np.random.default_rng(0)
    first = random.normal(0, 5, 200)
    last = first - 1 + random.normal(0, 0.1, 200)
    found = summarise_rates([measured(first), measured(last)])["drop"]["a"]
    assert found.low < 1 < found.high
    assert found.high - found.low < 0.05
    alone = estimate(measured(first)["a"])
    assert alone.high - alone.low > 1
