"""Solvers' answers to a case, against POT and numpy."""

from dataclasses import replace

import numpy as np
import ot
import pytest

from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.transport.solvers import SOLVERS, score_of, solve
from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import render_utterance
from tests.helpers.tiny_models import tiny_alignmamba, tiny_sentiment


@pytest.fixture(scope="module", params=["pair", "utterance"])
def case(request):
    if request.param == "pair":
        return AlignMambaSubject(tiny_alignmamba(), render_room(3, (48, 48))).case()
    return AlignMambaSubject(tiny_sentiment(), render_utterance(12)).case("audio")


def even(cost):
    return [np.full(count, 1 / count) for count in cost.shape]


def test_the_exact_plan_costs_what_pots_does(case):
    cost = case.cost.astype(np.float64)
    expected = ot.emd2(*even(cost), cost)
    answer = solve(case, "exact")
    assert answer.cost == pytest.approx(expected, abs=1e-9)
    assert answer.marginal_error == pytest.approx(0, abs=1e-9)


def test_sinkhorns_plan_is_pots(case):
    cost = case.cost.astype(np.float64)
    expected = ot.sinkhorn(
        *even(cost), cost, 0.05, method="sinkhorn_log", stopThr=1e-10, numItermax=20000
    )
    answer = solve(case, "sinkhorn", 0.05)
    np.testing.assert_allclose(answer.plan, expected, atol=1e-6)
    mass = expected[expected > 0]
    assert answer.entropy_bits == pytest.approx(-(mass * np.log2(mass)).sum(), abs=1e-3)
    assert answer.curve.errors[-1] <= 1e-6
    assert answer.curve.epsilon[-1] == 0.05


def test_the_relaxed_plan_is_an_argmin(case):
    answer = solve(case, "relaxed")
    expected = np.zeros(case.cost.shape)
    rows = np.arange(len(expected))
    expected[rows, case.cost.argmin(axis=1)] = 1 / len(expected)
    np.testing.assert_allclose(answer.plan, expected, atol=1e-9)
    received = expected.sum(axis=0)
    wanted = 1 / case.cost.shape[1]
    assert answer.marginal_error == pytest.approx(np.abs(received - wanted).sum())
    np.testing.assert_allclose(answer.received, received)
    assert answer.epsilon is None
    assert answer.curve is None


def test_scores_count_tokens_at_their_true_target(case):
    for solver in SOLVERS:
        answer = solve(case, solver)
        known = case.truth >= 0
        right = answer.plan.argmax(axis=1) == case.truth
        assert answer.score == pytest.approx(right[known].mean())


def test_it_says_when_it_stops_early(case):
    answer = solve(case, "sinkhorn", 0.002, 3)
    assert not answer.converged
    assert answer.iterations <= 3
    assert np.isfinite(answer.plan).all()
    assert answer.marginal_error > 1e-6


def test_there_is_no_score_where_nobody_knows(case):
    assert score_of(replace(case, truth=None), case.own_plan) is None
    nowhere = np.full(len(case.truth), -1)
    assert score_of(replace(case, truth=nowhere), case.own_plan) is None


@pytest.mark.usefixtures("unchecked_shapes")
def test_other_solvers_are_refused(case):
    with pytest.raises(ValueError, match="relaxed, sinkhorn, exact"):
        solve(case, "magic")


@pytest.mark.parametrize("solver", SOLVERS)
def test_information_is_entropy_that_the_marginals_leave(case, solver):
    answer = solve(case, solver)
    margins = [answer.plan.sum(axis=1), answer.plan.sum(axis=0)]
    alone = sum(-(m[m > 0] * np.log2(m[m > 0])).sum() for m in margins)
    assert answer.information_bits == pytest.approx(alone - answer.entropy_bits)


def test_a_blurred_plan_carries_no_information(case):
    assert solve(case, "sinkhorn", 1e6).information_bits == pytest.approx(0, abs=1e-9)
