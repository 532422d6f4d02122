"""Plans under edits, against POT and against minima taken by hand."""

import numpy as np
import ot
import pytest

from fusionviz.analysis.transport.plan_edits import PlanEdits, edit_plan
from fusionviz.errors import InputError


@pytest.fixture
def cost():
    return np.random.default_rng(0).uniform(0, 2, (9, 6))


def marginals(cost):
    return [np.full(count, 1 / count) for count in cost.shape]


def error_of(plan):
    rows, columns = (np.full(count, 1 / count) for count in plan.shape)
    return np.abs(plan.sum(1) - rows).sum() + np.abs(plan.sum(0) - columns).sum()


def test_relaxed_rows_go_to_the_cheapest_target_that_is_left(cost):
    edits = PlanEdits(
        forced=((2, 5),), forbidden=((0, int(cost[0].argmin())), (4, 1), (4, 2))
    )
    plan = edit_plan(cost, "relaxed", edits, epsilon=0.05).plan
    expected = np.zeros_like(cost)
    for row, costs in enumerate(cost.copy()):
        for _, column in (pair for pair in edits.forbidden if pair[0] == row):
            costs[column] = np.inf
        expected[row, 5 if row == 2 else costs.argmin()] = 1 / 9
    np.testing.assert_allclose(plan, expected)


def test_exact_with_forbidden_pairs_is_pots_optimum_of_the_edited_cost(cost):
    pairs = ((0, 1), (3, 4), (8, 0))
    found = edit_plan(cost, "exact", PlanEdits(forbidden=pairs), epsilon=0.05)
    edited = cost.copy()
    for pair in pairs:
        edited[pair] = 1e4
    expected = ot.emd(*marginals(cost), edited)
    assert (cost * found.plan).sum() == pytest.approx((cost * expected).sum())
    np.testing.assert_allclose(found.plan, expected, atol=1e-12)
    assert found.disobeyed == 0
    assert found.marginal_error < 1e-12


def test_a_forced_pair_equals_pot_with_the_rest_of_its_row_forbidden(cost):
    found = edit_plan(cost, "exact", PlanEdits(forced=((3, 4),)), epsilon=0.05)
    edited = cost.copy()
    edited[3] = 1e4
    edited[3, 4] = cost[3, 4]
    np.testing.assert_allclose(found.plan, ot.emd(*marginals(cost), edited), atol=1e-12)
    assert found.plan[3, 4] == pytest.approx(1 / 9)
    assert found.overfull == ()


def test_sinkhorn_obeys_and_equals_pots_on_what_is_left(cost):
    edits = PlanEdits(forced=((3, 4),), forbidden=((0, 1),))
    found = edit_plan(cost, "sinkhorn", edits, epsilon=0.1)
    free = np.arange(9) != 3
    rows, columns = np.full(8, 1 / 9), np.full(6, 1 / 6)
    columns[4] -= 1 / 9
    rest = cost[free].copy()
    rest[0, 1] = 1e4
    expected = np.zeros_like(cost)
    expected[free] = ot.sinkhorn(
        rows, columns, rest, reg=0.1, method="sinkhorn_log", stopThr=1e-12
    )
    expected[3, 4] = 1 / 9
    np.testing.assert_allclose(found.plan, expected, atol=1e-7)
    assert found.converged
    assert found.plan[0, 1] < 1e-100
    assert found.disobeyed < 1e-99


@pytest.mark.parametrize("solver", ["sinkhorn", "exact"])
def test_sources_that_overfill_a_target_keep_their_mass_and_break_its_share(solver):
    """Two of three sources on one of three targets: the others share what is left."""
    cost = np.random.default_rng(1).uniform(0, 2, (3, 3))
    edits = PlanEdits(forced=((0, 2), (1, 2)))
    found = edit_plan(cost, solver, edits, epsilon=0.05)
    np.testing.assert_allclose(found.plan[:2, 2], 1 / 3)
    np.testing.assert_allclose(found.plan[2], [1 / 6, 1 / 6, 0], atol=1e-9)
    assert found.overfull == (2,)
    assert found.marginal_error == pytest.approx(2 / 3)
    assert error_of(found.plan) == pytest.approx(2 / 3)


@pytest.mark.parametrize("solver", ["sinkhorn", "exact"])
def test_a_target_that_nobody_may_fill_is_filled_all_the_same(cost, solver):
    """Sinkhorn and exact transport fill every target: 1/6 of the mass disobeys."""
    edits = PlanEdits(forbidden=tuple((row, 2) for row in range(9)))
    found = edit_plan(cost, solver, edits, epsilon=0.05)
    assert found.disobeyed == pytest.approx(9 / 6)
    assert found.marginal_error < 1e-5
    relaxed = edit_plan(cost, "relaxed", edits, epsilon=0.05)
    assert relaxed.disobeyed == 0
    assert relaxed.plan[:, 2].sum() == 0


@pytest.mark.parametrize("solver", ["relaxed", "sinkhorn", "exact"])
def test_mass_is_one_whatever_is_asked(cost, solver):
    for edits in (
        PlanEdits(),
        PlanEdits(forced=tuple((row, row % 2) for row in range(9))),
        PlanEdits(forced=((0, 0), (1, 1)), forbidden=((2, 3), (2, 3))),
    ):
        plan = edit_plan(cost, solver, edits, epsilon=0.01).plan
        np.testing.assert_allclose(plan.sum(axis=1), 1 / 9, atol=1e-7)
        assert (plan >= 0).all()


def test_one_token_a_side_can_be_forced_and_not_forbidden():
    cost = np.array([[1.0]])
    forced = edit_plan(cost, "exact", PlanEdits(forced=((0, 0),)), epsilon=0.05)
    assert forced.plan.tolist() == [[1.0]]
    with pytest.raises(InputError, match="nowhere to go"):
        edit_plan(cost, "exact", PlanEdits(forbidden=((0, 0),)), epsilon=0.05)


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        (PlanEdits(forced=((1, 2),), forbidden=((1, 2),)), "2 → 3 is both forced and"),
        (PlanEdits(forced=((1, 2), (1, 3))), "token 2 is forced to 2 targets"),
        (PlanEdits(forbidden=tuple((4, j) for j in range(6))), "nowhere to go"),
        (PlanEdits(forced=((9, 0),)), "no pair 10 → 1: source tokens are 1 to 9"),
        (PlanEdits(forbidden=((0, 6),)), "targets 1 to 6"),
    ],
)
def test_edits_that_contradict_each_other_get_a_sentence(cost, edits, said):
    with pytest.raises(InputError, match=said):
        edit_plan(cost, "exact", edits, epsilon=0.05)


def test_there_is_no_other_solver(cost):
    with pytest.raises(ValueError, match="relaxed, sinkhorn, exact"):
        edit_plan(cost, "clock", PlanEdits(), epsilon=0.05)  # type: ignore[arg-type]
