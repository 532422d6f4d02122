import sys

import numpy as np
import ot
import pytest
import torch
from scipy.optimize import linear_sum_assignment, linprog

from fusionviz.alignment import exact_transport
from tests.helpers.properties import assert_coupling


def draw(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(*shape, generator=generator, dtype=torch.float64)


def solve_as_linear_program(cost, a, b):
    rows, columns = cost.shape
    constraints = np.concatenate(
        [
            np.kron(np.eye(rows), np.ones(columns)),
            np.kron(np.ones(rows), np.eye(columns)),
        ]
    )
    return linprog(cost.ravel(), A_eq=constraints, b_eq=np.concatenate([a, b])).fun


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 4), (6, 1), (5, 7), (8, 8)])
def test_cost_is_that_of_the_linear_program(rows, columns):
    cost, a, b = draw(3, rows, columns), draw(3, rows, seed=1), draw(3, columns, seed=2)
    plan = exact_transport(cost, source_weights=a, target_weights=b)
    a, b = a / a.sum(-1, keepdim=True), b / b.sum(-1, keepdim=True)
    assert_coupling(plan.coupling, a, b, 1e-12)
    assert plan.converged.all()
    assert plan.marginal_error.max() < 1e-12
    for item in range(3):
        optimum = solve_as_linear_program(
            cost[item].numpy(), a[item].numpy(), b[item].numpy()
        )
        assert plan.cost[item].item() == pytest.approx(optimum, abs=1e-9)


def test_equal_weights_and_sizes_give_the_best_permutation():
    cost = draw(2, 12, 12)
    plan = exact_transport(cost)
    for item in range(2):
        rows, columns = linear_sum_assignment(cost[item].numpy())
        expected = torch.zeros(12, 12, dtype=torch.float64)
        expected[rows, columns] = 1 / 12
        torch.testing.assert_close(plan.coupling[item], expected)


def test_equals_pot_item_by_item():
    cost = draw(3, 10, 14)
    plan = exact_transport(cost)
    a, b = np.full(10, 1 / 10), np.full(14, 1 / 14)
    for item in range(3):
        expected = ot.emd(a, b, cost[item].numpy())
        np.testing.assert_allclose(plan.coupling[item], expected, atol=1e-15)


def test_float32_reports_the_error_of_its_rounded_coupling():
    plan = exact_transport(draw(1, 7, 9).float())
    assert plan.coupling.dtype == torch.float32
    exact = plan.coupling.double()
    error = (exact.sum(-1) - 1 / 7).abs().sum() + (exact.sum(-2) - 1 / 9).abs().sum()
    assert plan.marginal_error.item() == pytest.approx(error.item())
    assert 0 < plan.marginal_error.item() < 1e-6


def test_absent_tokens_take_no_mass():
    cost = draw(1, 5, 6)
    source_mask = torch.tensor([[True, False, True, True, False]])
    target_mask = torch.tensor([[False, True, True, True, True, False]])
    plan = exact_transport(cost, source_mask=source_mask, target_mask=target_mask)
    small = exact_transport(cost[:, source_mask[0]][:, :, target_mask[0]])
    rows = plan.coupling[:, source_mask[0]]
    torch.testing.assert_close(rows[:, :, target_mask[0]], small.coupling)
    assert plan.coupling.sum().item() == pytest.approx(1)


def test_missing_modality_gives_the_empty_plan_to_that_item_alone():
    mask = torch.tensor([[False] * 4, [True] * 4])
    plan = exact_transport(draw(2, 3, 4), target_mask=mask)
    assert plan.coupling.sum(dim=(-2, -1)).tolist() == pytest.approx([0, 1])
    assert plan.converged.all()


def test_a_simplex_that_is_cut_short_says_so():
    plan = exact_transport(draw(1, 60, 60), max_iterations=3)
    assert not plan.converged.any()


def test_without_pot_the_error_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ot", None)
    with pytest.raises(ModuleNotFoundError, match="pip install POT"):
        exact_transport(draw(1, 2, 2))
