"""Plain Sinkhorn, half step by half step, against POT and against our solver."""

import numpy as np
import ot
import pytest
import torch

from fusionviz.alignment import sinkhorn, sinkhorn_steps


def draw(rows, columns, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return 2 * torch.rand(rows, columns, generator=generator, dtype=torch.float64)


def pot_after(cost, epsilon, iterations, method):
    """POT scales the columns first: of the transposed problem, those are the rows."""
    a, b = (np.full(count, 1 / count) for count in cost.shape)
    plan = ot.sinkhorn(
        b,
        a,
        cost.T.numpy(),
        epsilon,
        method=method,
        numItermax=iterations,
        stopThr=0.0,
        warn=False,
    )
    return plan.T


def error_of(plan):
    rows, columns = plan.shape
    sent, received = plan.sum(1), plan.sum(0)
    return np.abs(sent - 1 / rows).sum() + np.abs(received - 1 / columns).sum()


@pytest.mark.parametrize("method", ["sinkhorn", "sinkhorn_log"])
@pytest.mark.parametrize("iterations", [1, 2, 7])
@pytest.mark.parametrize(("rows", "columns"), [(9, 14), (14, 9), (6, 6)])
def test_equals_pot_after_as_many_iterations(rows, columns, iterations, method):
    cost = draw(rows, columns)
    steps = sinkhorn_steps(cost, epsilon=0.1, steps=(2 * iterations,))
    expected = pot_after(cost, 0.1, iterations, method)
    np.testing.assert_allclose(steps.couplings[0], expected, atol=1e-14)


@pytest.mark.parametrize("epsilon", [0.5, 0.05, 1e-3])
def test_a_half_step_sets_its_side_and_errors_are_those_of_the_plans(epsilon):
    steps = sinkhorn_steps(draw(8, 11), epsilon=epsilon, steps=range(12))
    assert steps.half_steps.tolist() == list(range(12))
    for step, plan in enumerate(steps.couplings.numpy()):
        assert plan.sum() == pytest.approx(1, abs=1e-12)
        assert steps.errors[step].item() == pytest.approx(error_of(plan), abs=1e-12)
        if step % 2:
            np.testing.assert_allclose(plan.sum(1), 1 / 8, atol=1e-12)
        elif step:
            np.testing.assert_allclose(plan.sum(0), 1 / 11, atol=1e-12)


def test_starts_from_the_kernel():
    cost = draw(4, 5)
    (start,) = sinkhorn_steps(cost, epsilon=0.3, steps=(0,)).couplings.numpy()
    kernel = np.exp(-cost.numpy() / 0.3)
    np.testing.assert_allclose(start, kernel / kernel.sum(), rtol=1e-12)


@pytest.mark.parametrize("epsilon", [0.2, 0.02])
def test_ends_where_the_solver_ends(epsilon):
    cost = draw(12, 10)
    steps = sinkhorn_steps(cost, epsilon=epsilon, steps=(20_000,), tolerance=1e-12)
    assert steps.errors[-1] <= 1e-12
    solved = sinkhorn(cost[None], epsilon=epsilon, tolerance=1e-12)
    torch.testing.assert_close(
        steps.couplings[-1], solved.coupling[0], atol=1e-10, rtol=0
    )


def test_stops_at_the_tolerance_and_keeps_that_plan():
    steps = sinkhorn_steps(draw(7, 7), epsilon=0.5, steps=(0, 2, 1000), tolerance=1e-3)
    last = int(steps.half_steps[-1])
    assert 2 < last < 1000
    assert len(steps.errors) == last + 1
    assert steps.errors[-1] <= 1e-3 < steps.errors[-2]


@pytest.mark.parametrize(
    "cost",
    [
        torch.zeros(1, 1),
        torch.full((1, 6), 2.0),
        torch.full((5, 1), 0.3),
        torch.ones(4, 7),
    ],
)
def test_costs_without_a_choice_give_the_product_of_the_marginals(cost):
    steps = sinkhorn_steps(cost, epsilon=1e-3, steps=(0, 1, 2, 3))
    for plan in steps.couplings:
        assert plan.sub(1 / cost.numel()).abs().max() < 1e-12


def test_the_smallest_epsilon_leaves_numbers():
    cost = 1 + draw(40, 30, seed=3) / 2
    assert (torch.exp(-cost / 1e-3) == 0).all()  # not in logs, 0 / 0 from the start
    steps = sinkhorn_steps(cost, epsilon=1e-3, steps=(0, 1, 2, 99, 100))
    assert steps.couplings.isfinite().all()
    assert steps.errors.isfinite().all()
    torch.testing.assert_close(
        steps.couplings,
        sinkhorn_steps(cost - 1, epsilon=1e-3, steps=(0, 1, 2, 99, 100)).couplings,
        atol=1e-9,
        rtol=0,
    )


@pytest.mark.usefixtures("unchecked_shapes")
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"cost": torch.ones(2, 2, 2)}, "finite matrix"),
        ({"cost": torch.full((2, 2), torch.nan)}, "finite matrix"),
        ({"epsilon": 0.0}, "epsilon"),
        ({"epsilon": float("inf")}, "epsilon"),
        ({"steps": ()}, "steps"),
        ({"steps": (-1, 3)}, "steps"),
    ],
)
def test_what_is_no_problem_is_refused(given, said):
    asked = {"cost": torch.ones(2, 2), "epsilon": 0.1, "steps": (1,)} | given
    with pytest.raises(ValueError, match=said):
        sinkhorn_steps(asked.pop("cost"), **asked)
