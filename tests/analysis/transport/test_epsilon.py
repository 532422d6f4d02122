"""ε over its range and what to think of one; plans as cells; plain Sinkhorn."""

import math
from dataclasses import replace

import numpy as np
import ot
import pytest

from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.transport.epsilon_sweep import EPSILONS, advise, sweep_epsilon
from fusionviz.analysis.transport.plain_sinkhorn import WATCHED, run_plain
from fusionviz.analysis.transport.plan_cells import cells_of
from fusionviz.analysis.transport.solvers import EPSILON, score_of, solve
from fusionviz.data.utterances.generator import render_utterance
from tests.helpers.tiny_models import tiny_sentiment


@pytest.fixture(scope="module")
def utterance():
    return AlignMambaSubject(tiny_sentiment(), render_utterance(12)).case("audio")


@pytest.fixture(scope="module")
def with_cost(utterance):
    """Return a case of any cost, of tokens with those names."""

    def make(cost):
        return replace(
            utterance,
            cost=np.asarray(cost, np.float64),
            truth=None,
            source=replace(
                utterance.source, labels=tuple(f"s{i}" for i in range(len(cost)))
            ),
            target=replace(
                utterance.target, labels=tuple(f"t{j}" for j in range(len(cost[0])))
            ),
        )

    return make


@pytest.fixture(scope="module")
def clear(with_cost):
    """Return a case where every source has one cheap target of its own."""
    random = np.random.default_rng(0)
    return with_cost(random.uniform(0.8, 1.2, (24, 24)) - 0.6 * np.eye(24))


def even(cost):
    return [np.full(count, 1 / count) for count in cost.shape]


def test_epsilons_rise_evenly_and_hold_the_one_that_is_set_first():
    steps = np.diff(np.log10(EPSILONS))
    assert EPSILONS[0] == 0.001
    assert EPSILONS[-1] == 2
    assert EPSILON in EPSILONS
    assert 0.1 < steps.min() < steps.max() < 0.25


def test_a_sweep_is_pots_plans(utterance):
    sweep = sweep_epsilon(utterance)
    cost = utterance.cost.astype(np.float64)
    for place in (6, 10, 15, 20):
        expected = ot.sinkhorn(
            *even(cost), cost, EPSILONS[place], method="sinkhorn_log",
            stopThr=1e-11, numItermax=50_000,
        )  # fmt: skip
        mass = expected[expected > 0]
        assert sweep.cost[place] == pytest.approx((expected * cost).sum(), abs=1e-6)
        assert sweep.entropy_bits[place] == pytest.approx(
            -(mass * np.log2(mass)).sum(), abs=1e-4
        )
        assert sweep.score[place] == pytest.approx(score_of(utterance, expected))
    assert sweep.exact.cost == pytest.approx(ot.emd2(*even(cost), cost), abs=1e-9)
    assert sweep.product_cost == pytest.approx(cost.mean())
    assert sweep.product_bits == pytest.approx(math.log2(cost.size))
    assert sweep.converged.all()


def test_blur_is_bought_with_cost(clear):
    sweep = sweep_epsilon(clear)
    assert (np.diff(sweep.cost) > -1e-9).all()
    assert (np.diff(sweep.entropy_bits) > -1e-6).all()
    assert (np.diff(sweep.information_bits) < 1e-6).all()
    assert sweep.score is None


@pytest.mark.parametrize(
    ("epsilon", "word"),
    [(0.001, "too small"), (0.1, "good"), (2.0, "too large")],
)
def test_advice_follows_the_plan_from_exact_to_product(clear, epsilon, word):
    sweep = sweep_epsilon(clear)
    advice = advise(solve(clear, "sinkhorn", epsilon), sweep)
    assert advice.word == word
    assert 0.001 < advice.low <= 0.1 <= advice.high < 2


def test_what_is_advised_is_good_by_the_rule_written_out(clear):
    sweep = sweep_epsilon(clear)
    advice = advise(solve(clear, "sinkhorn", 2.0), sweep)
    cost = clear.cost
    cheapest, dearest = ot.emd2(*even(cost), cost), cost.mean()
    good = []
    for epsilon in EPSILONS:
        plan = ot.sinkhorn(
            *even(cost), cost, epsilon, method="sinkhorn_log",
            stopThr=1e-9, numItermax=400, warn=False,
        )  # fmt: skip
        mass = plan[plan > 0]
        entropy, most = -(mass * np.log2(mass)).sum(), np.log2(cost.size)
        least = np.log2(24)
        is_hard = ((plan * cost).sum() - cheapest) / (dearest - cheapest) <= 0.01 and (
            entropy - least
        ) / (most - least) <= 0.01
        if not is_hard and entropy <= 0.95 * most and most - entropy >= 0.05:
            good.append(epsilon)
    assert (advice.low, advice.high) == (good[0], good[-1])


def test_a_solver_that_stopped_early_gives_no_plan_to_judge(with_cost):
    hard = with_cost(np.random.default_rng(1).uniform(size=(24, 30)))
    answer = solve(hard, "sinkhorn", 0.01, 3)
    assert answer.iterations == 3
    assert not answer.converged
    assert advise(answer, sweep_epsilon(hard, 3)).word == "unconverged"
    assert advise(solve(hard, "sinkhorn", 0.01), sweep_epsilon(hard)).word == "good"


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (4, 7)])
def test_equal_costs_leave_nothing_to_choose(with_cost, shape):
    case = with_cost(np.ones(shape))
    sweep = sweep_epsilon(case)
    assert not sweep.has_choice
    advice = advise(solve(case, "sinkhorn"), sweep)
    assert (advice.word, advice.low, advice.high) == ("no choice", None, None)


@pytest.mark.parametrize("largest", [256, 8, 5, 1])
def test_cells_are_shares_of_tokens_however_many_they_hold(utterance, largest):
    plan = solve(utterance, "sinkhorn", 0.05).plan
    cells = cells_of(utterance, plan, largest)
    sources, targets = plan.shape
    down, across = cells.tokens
    assert max(cells.mass.shape) <= max(largest, 1)
    for row in range(cells.mass.shape[0]):
        for column in range(cells.mass.shape[1]):
            its = np.s_[
                row * down : (row + 1) * down, column * across : (column + 1) * across
            ]
            assert cells.mass[row, column] == pytest.approx(
                plan[its].sum(axis=1).mean() * sources
            )
            assert cells.cost[row, column] == pytest.approx(utterance.cost[its].mean())
    np.testing.assert_allclose(cells.mass.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(cells.sent, 1, atol=1e-5)
    np.testing.assert_allclose(cells.received, 1, atol=1e-5)
    assert len(cells.rows) == cells.mass.shape[0]
    assert cells.is_pooled == (largest < max(plan.shape))


def test_pooled_cells_are_called_by_their_first_and_last_token(with_cost):
    case = with_cost(np.ones((5, 3)))
    cells = cells_of(case, np.full((5, 3), 1 / 15), 2)
    assert cells.tokens == (3, 2)
    assert cells.rows == ("s0 to s2", "s3 to s4")
    assert cells.columns == ("t0 to t1", "t2")


def test_received_mass_is_that_of_the_plan(utterance):
    relaxed = solve(utterance, "relaxed").plan
    cells = cells_of(utterance, relaxed)
    np.testing.assert_allclose(
        cells.received, relaxed.sum(axis=0) * relaxed.shape[1], atol=1e-12
    )


def test_plain_sinkhorn_is_pots_after_as_many_half_steps(utterance):
    plain = run_plain(utterance, 0.05)
    cost = utterance.cost.astype(np.float64)
    last = len(plain.errors) - 1
    assert plain.errors[last] <= 1e-6 < plain.errors[last - 1]
    assert plain.half_steps.tolist() == [one for one in WATCHED if one < last] + [last]
    for place, step in enumerate(plain.half_steps.tolist()):
        if step in (2, 10, 40):
            a, b = even(cost)
            expected = ot.sinkhorn(
                b, a, cost.T, 0.05, method="sinkhorn_log", numItermax=step // 2,
                stopThr=0, warn=False,
            ).T  # fmt: skip
            np.testing.assert_allclose(plain.plans[place], expected, atol=1e-13)
            assert plain.costs[place] == pytest.approx((expected * cost).sum())
            sent, received = expected.sum(1), expected.sum(0)
            error = np.abs(sent - a).sum() + np.abs(received - b).sum()
            assert plain.errors[step] == pytest.approx(error, abs=1e-12)


def test_iterations_are_pairs_of_half_steps(utterance):
    plain = run_plain(utterance, 2.0, (1000,))
    assert plain.converged
    last = len(plain.errors) - 1
    assert len(plain.by_iteration) == math.ceil(last / 2) + 1
    assert plain.by_iteration[0] == plain.errors[0]
    assert plain.by_iteration[1] == plain.errors[2]
    assert plain.by_iteration[-1] == plain.errors[-1] <= 1e-6


def test_one_token_has_converged_before_the_first_half_step(with_cost):
    plain = run_plain(with_cost([[0.4]]), 0.05)
    assert plain.half_steps.tolist() == [0]
    assert plain.by_iteration.tolist() == plain.errors.tolist()
    assert plain.plans.tolist() == [[[pytest.approx(1)]]]
