"""A solver is chosen by its name, in one place."""

import pytest
import torch

from fusionviz.alignment import (
    ALIGNERS,
    SOLVERS,
    clock_plan,
    exact_transport,
    relaxed_transport,
    sinkhorn,
    solve,
)

COST = torch.rand(2, 5, 4, generator=torch.Generator().manual_seed(0)).double()
MASKS = {
    "source_mask": torch.tensor([[True] * 5, [True] * 3 + [False] * 2]),
    "target_mask": torch.tensor([[True] * 4, [False] + [True] * 3]),
}
WEIGHTS = {
    "source_weights": torch.tensor([[1.0, 2, 3, 4, 5]] * 2),
    "target_weights": torch.tensor([[4.0, 3, 2, 1]] * 2),
}
BY_HAND = {
    "relaxed": relaxed_transport,
    "sinkhorn": lambda cost, **mass: sinkhorn(
        cost, epsilon=0.1, tolerance=1e-9, max_iterations=70, **mass
    ),
    "exact": exact_transport,
    "clock": clock_plan,
}


@pytest.mark.parametrize(
    ("name", "mass"),
    [
        *((name, mass) for name in ALIGNERS for mass in ({}, MASKS)),
        *((name, mass) for name in SOLVERS for mass in (WEIGHTS, MASKS | WEIGHTS)),
    ],
)
def test_the_plan_is_that_of_the_solver_of_the_name(name, mass):
    plan = solve(name, COST, epsilon=0.1, tolerance=1e-9, max_iterations=70, **mass)
    expected = BY_HAND[name](COST, **mass)
    assert torch.equal(plan.coupling, expected.coupling)
    assert torch.equal(plan.marginal_error, expected.marginal_error)
    assert torch.equal(plan.iterations, expected.iterations)


def test_four_plans_differ():
    plans = [solve(name, COST).coupling for name in ALIGNERS]
    assert all(
        not torch.allclose(one, other)
        for place, one in enumerate(plans)
        for other in plans[:place]
    )
    assert set(SOLVERS) == set(ALIGNERS) - {"clock"}


@pytest.mark.usefixtures("unchecked_shapes")
def test_what_it_cannot_do_is_said():
    with pytest.raises(ValueError, match="relaxed, sinkhorn, exact, clock, got 'best'"):
        solve("best", COST)
    with pytest.raises(ValueError, match="no weights"):
        solve("clock", COST, **WEIGHTS)
