import numpy as np
import ot
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fusionviz.alignment import cosine_cost, exact_transport, sinkhorn
from tests.helpers.properties import assert_coupling


def draw(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(*shape, generator=generator, dtype=torch.float64)


def draw_cosine(batch, rows, columns, width=8, seed=0):
    generator = torch.Generator().manual_seed(seed)
    source, target = (
        torch.randn(batch, tokens, width, generator=generator, dtype=torch.float64)
        for tokens in (rows, columns)
    )
    return cosine_cost(source, target)


def share(tokens):
    return torch.full((tokens,), 1 / tokens, dtype=torch.float64)


def measure_error(coupling, a, b):
    coupling = coupling.double()
    return (coupling.sum(-1) - a).abs().sum(-1) + (coupling.sum(-2) - b).abs().sum(-1)


@pytest.mark.parametrize("epsilon", [1.0, 0.1, 0.03])
@pytest.mark.parametrize(("rows", "columns"), [(20, 30), (30, 20)])
def test_equals_pot(rows, columns, epsilon):
    cost, a, b = draw_cosine(2, rows, columns), draw(2, rows), draw(2, columns, seed=1)
    plan = sinkhorn(
        cost, epsilon=epsilon, tolerance=1e-12, source_weights=a, target_weights=b
    )
    assert plan.converged.all()
    for item in range(2):
        expected = ot.sinkhorn(
            (a[item] / a[item].sum()).numpy(),
            (b[item] / b[item].sum()).numpy(),
            cost[item].numpy(),
            epsilon,
            method="sinkhorn_log",
            stopThr=1e-13,
            numItermax=20_000,
        )
        np.testing.assert_allclose(plan.coupling[item], expected, atol=1e-10)


@pytest.mark.parametrize("width", [2, 8, 64])
@pytest.mark.parametrize("epsilon", [0.02, 1e-3])
def test_small_epsilon_converges_and_says_so(epsilon, width):
    cost = draw_cosine(2, 64, 80, width)
    plan = sinkhorn(cost, epsilon=epsilon)
    assert plan.converged.all()
    assert plan.marginal_error.max() <= 1e-6
    assert_coupling(
        plan.coupling, share(64).expand(2, -1), share(80).expand(2, -1), 1e-6
    )
    exact = exact_transport(cost)
    gap = plan.cost - exact.cost
    assert gap.min() > -1e-6
    assert gap.max() < epsilon * np.log(64 * 80)


def test_approaches_the_exact_plan_as_epsilon_falls():
    cost = draw(1, 24, 24)
    exact = exact_transport(cost)
    gaps = [
        (sinkhorn(cost, epsilon=epsilon).cost - exact.cost).item()
        for epsilon in (0.3, 0.1, 0.03, 0.01, 0.003, 1e-4)
    ]
    assert gaps == sorted(gaps, reverse=True)
    assert abs(gaps[-1]) < 1e-6
    coupling = sinkhorn(cost, epsilon=1e-4).coupling
    torch.testing.assert_close(coupling, exact.coupling, atol=1e-6, rtol=0)


def test_large_epsilon_gives_the_product_of_the_marginals():
    a, b = draw(1, 5), draw(1, 7, seed=1)
    plan = sinkhorn(draw(1, 5, 7), epsilon=1e6, source_weights=a, target_weights=b)
    expected = (a / a.sum()).unsqueeze(-1) * (b / b.sum()).unsqueeze(-2)
    torch.testing.assert_close(plan.coupling, expected, atol=1e-6, rtol=1e-5)


def test_potentials_give_the_plan():
    mask = torch.tensor([[True] * 9 + [False] * 3])
    cost = draw(1, 12, 10)
    plan = sinkhorn(cost, epsilon=0.02, source_mask=mask)
    f, g = plan.source_potential, plan.target_potential
    formula = ((f.unsqueeze(-1) + g.unsqueeze(-2) - cost) / 0.02).exp()
    torch.testing.assert_close(plan.coupling[:, :9], formula[:, :9])
    assert (f[:, 9:] == 0).all()


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    rows=st.integers(1, 12),
    columns=st.integers(1, 12),
    epsilon=st.sampled_from([1e-3, 1e-2, 0.1, 10.0]),
    kind=st.sampled_from(["uniform", "cosine", "integer", "constant"]),
)
def test_laws_of_a_coupling(seed, rows, columns, epsilon, kind):
    cost = {
        "uniform": draw(2, rows, columns, seed=seed),
        "cosine": draw_cosine(2, rows, columns, 3, seed),
        "integer": (3 * draw(2, rows, columns, seed=seed)).floor(),
        "constant": torch.full((2, rows, columns), 0.7, dtype=torch.float64),
    }[kind]
    plan = sinkhorn(cost, epsilon=epsilon)
    assert plan.converged.all()
    a, b = share(rows).expand(2, -1), share(columns).expand(2, -1)
    assert_coupling(plan.coupling, a, b, 1e-6)
    torch.testing.assert_close(plan.cost, (cost * plan.coupling).sum((-2, -1)))
    other = sinkhorn(cost.mT, epsilon=epsilon)
    torch.testing.assert_close(plan.coupling, other.coupling.mT, atol=1e-6, rtol=0)
    moved = sinkhorn(cost + 5, epsilon=epsilon)
    torch.testing.assert_close(plan.coupling, moved.coupling, atol=1e-5, rtol=0)


def test_a_batch_equals_its_items():
    hard, easy = draw_cosine(1, 40, 50, 2), draw_cosine(1, 40, 50, 64, seed=1)
    flat = torch.ones(1, 40, 50, dtype=torch.float64)
    batch = sinkhorn(torch.cat([hard, easy, flat]), epsilon=0.005)
    for item, cost in enumerate([hard, easy, flat]):
        alone = sinkhorn(cost, epsilon=0.005)
        torch.testing.assert_close(
            batch.coupling[item], alone.coupling[0], atol=1e-12, rtol=1e-9
        )
        assert batch.iterations[item] == alone.iterations[0]
    assert len(set(batch.iterations.tolist())) == 3


def test_absent_tokens_take_no_mass():
    cost = draw(2, 8, 9)
    source_mask = torch.tensor([[True] * 5 + [False] * 3, [True] * 8])
    target_mask = torch.tensor([[False] * 2 + [True] * 7, [True] * 9])
    full = cost[1:].clone()
    cost[0, 5:], cost[0, :, :2] = torch.nan, -torch.inf
    plan = sinkhorn(
        cost, epsilon=0.01, source_mask=source_mask, target_mask=target_mask
    )
    small = sinkhorn(cost[:1, :5, 2:], epsilon=0.01)
    torch.testing.assert_close(plan.coupling[0, :5, 2:], small.coupling[0])
    assert plan.coupling[0, 5:].abs().sum() == plan.coupling[0, :, :2].abs().sum() == 0
    torch.testing.assert_close(
        plan.coupling[1], sinkhorn(full, epsilon=0.01).coupling[0]
    )


def test_missing_modality_gives_the_empty_plan_to_that_item_alone():
    mask = torch.tensor([[False] * 4, [True] * 4])
    cost = draw(2, 4, 5).requires_grad_()
    plan = sinkhorn(cost, source_mask=mask)
    assert plan.coupling[0].abs().sum() == 0
    assert plan.coupling[1].sum().item() == pytest.approx(1)
    assert plan.converged.all()
    plan.coupling.square().sum().backward()
    assert (cost.grad[0] == 0).all()
    assert cost.grad[1].abs().max() > 0
    gone = sinkhorn(cost[:1], source_mask=mask[:1])
    assert gone.iterations.tolist() == [0]
    assert gone.marginal_error.tolist() == [0.0]


def test_identical_and_zero_tokens_spread_evenly():
    for tokens in (torch.ones(1, 6, 3), torch.zeros(1, 6, 3)):
        plan = sinkhorn(cosine_cost(tokens, tokens), epsilon=1e-3)
        torch.testing.assert_close(plan.coupling, torch.full((1, 6, 6), 1 / 36))


@pytest.mark.parametrize("weight", [1e-30, 1e-310])
def test_tiny_weights_do_not_underflow(weight):
    weights = torch.tensor([[weight] * 20 + [1.0] * 20], dtype=torch.float64)
    plan = sinkhorn(draw(1, 40, 50), epsilon=0.005, source_weights=weights)
    assert plan.converged.all()
    assert plan.coupling.isfinite().all()


@pytest.mark.parametrize("epsilon", [0.05, 1e-3])
def test_float32_reports_the_error_that_the_coupling_has(epsilon):
    cost = draw_cosine(2, 40, 50).float()
    plan = sinkhorn(cost, epsilon=epsilon)
    assert plan.coupling.dtype == torch.float32
    error = measure_error(plan.coupling, share(40), share(50))
    torch.testing.assert_close(plan.marginal_error, error)
    assert plan.converged.all()
    out_of_reach = sinkhorn(cost, epsilon=epsilon, tolerance=1e-12)
    error = measure_error(out_of_reach.coupling, share(40), share(50))
    torch.testing.assert_close(out_of_reach.marginal_error, error)
    assert not out_of_reach.converged.any()


@pytest.mark.parametrize("limit", [1, 7, 20, 40])
def test_stops_when_the_iterations_run_out(limit):
    cost = draw_cosine(2, 48, 48)
    plan = sinkhorn(cost, epsilon=1e-3, max_iterations=limit)
    assert plan.iterations.max() <= limit
    assert not plan.converged.any()
    error = measure_error(plan.coupling, share(48), share(48))
    torch.testing.assert_close(plan.marginal_error, error)
    torch.testing.assert_close(plan.curve.errors[:, -1], error)
    assert (plan.curve.epsilon[:, -1] == 1e-3).all()


def test_the_curve_leads_to_the_result():
    plan = sinkhorn(draw_cosine(3, 30, 40), epsilon=0.003)
    curve = plan.curve
    assert curve.errors.shape == curve.epsilon.shape == curve.iterations.shape
    torch.testing.assert_close(
        curve.errors[:, -1], plan.marginal_error, atol=1e-12, rtol=0
    )
    assert torch.equal(curve.iterations[:, -1], plan.iterations)
    assert (curve.iterations.diff(dim=-1) >= 0).all()
    assert (curve.epsilon.diff(dim=-1) <= 0).all()
    assert (curve.epsilon[:, 0] > 0.003).all()


@pytest.mark.parametrize("output", ["coupling", "cost"])
@pytest.mark.parametrize(("rows", "columns"), [(4, 6), (6, 4), (1, 3)])
def test_gradient_in_the_cost(rows, columns, output):
    weights = draw(2, rows, seed=3)

    def solve(cost):
        plan = sinkhorn(cost, epsilon=0.2, tolerance=1e-13, source_weights=weights)
        return getattr(plan, output)

    assert torch.autograd.gradcheck(solve, draw(2, rows, columns).requires_grad_())


def test_gradient_with_masks():
    source_mask = torch.tensor([[True, True, True, False], [True] * 4])
    target_mask = torch.tensor([[True, True, False], [True] * 3])

    def solve(cost):
        return sinkhorn(
            cost,
            epsilon=0.2,
            tolerance=1e-13,
            source_mask=source_mask,
            target_mask=target_mask,
        ).coupling

    assert torch.autograd.gradcheck(solve, draw(2, 4, 3).requires_grad_())


def test_gradient_is_finite_where_the_plan_falls_into_parts():
    cost = (2 - 2 * torch.eye(10, dtype=torch.float64))[None].requires_grad_()
    plan = sinkhorn(cost, epsilon=1e-3)
    (plan.coupling * draw(1, 10, 10)).sum().backward()
    assert cost.grad.abs().max() < 1e-9


@pytest.mark.parametrize("name", ["epsilon", "tolerance", "max_iterations"])
def test_limits_must_be_above_zero(name):
    with pytest.raises(ValueError, match=f"{name} must be above 0"):
        sinkhorn(draw(1, 2, 2), **{name: 0})


def test_infinite_cost_is_refused_with_advice():
    cost = draw(1, 3, 3)
    cost[0, 1, 1] = torch.inf
    with pytest.raises(ValueError, match="to forbid a pair, give it a large cost"):
        sinkhorn(cost)
    cost[0, 1, 1] = 1e6
    assert sinkhorn(cost).coupling[0, 1, 1] < 1e-12


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_a_cost_in_half_precision_is_solved_in_float32(dtype):
    generator = torch.Generator().manual_seed(0)
    cost = torch.rand(2, 12, 9, generator=generator).to(dtype)
    plan = sinkhorn(cost, epsilon=0.05)
    assert plan.coupling.dtype == torch.float32
    assert plan.converged.all()
    assert plan.marginal_error.max() < 1e-6
    torch.testing.assert_close(
        plan.coupling, sinkhorn(cost.float(), epsilon=0.05).coupling
    )
