"""The plan by the clock is the transport between two axes of time."""

import ot
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fusionviz.alignment import clock_plan
from tests.helpers.properties import assert_coupling


def test_a_faster_source_is_averaged_and_a_slower_one_repeated():
    cost = torch.rand(1, 6, 3)
    expected = torch.kron(torch.eye(3), torch.full((2, 1), 1 / 6))
    torch.testing.assert_close(clock_plan(cost).coupling[0], expected)
    torch.testing.assert_close(clock_plan(cost.mT).coupling[0], expected.mT)


def test_equal_lengths_give_the_identity_and_its_cost():
    cost = torch.rand(1, 3, 3)
    plan = clock_plan(cost)
    torch.testing.assert_close(plan.coupling[0], torch.eye(3) / 3)
    torch.testing.assert_close(plan.cost, cost[0].diagonal().mean().view(1))
    assert plan.converged.all()


@settings(max_examples=40, deadline=None)
@given(sources=st.integers(1, 12), targets=st.integers(1, 12))
def test_it_is_the_optimal_transport_between_the_two_clocks(sources, targets):
    times = [(torch.arange(n).double() + 0.5) / n for n in (sources, targets)]
    even = [torch.full((n,), 1 / n, dtype=torch.float64) for n in (sources, targets)]
    expected = ot.emd_1d(*times, *even)
    plan = clock_plan(torch.rand(1, sources, targets, dtype=torch.float64))
    torch.testing.assert_close(plan.coupling[0], expected, atol=1e-12, rtol=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_marginal_error_is_that_of_the_plan_as_it_is(dtype):
    plan = clock_plan(torch.rand(2, 7, 11, dtype=dtype))
    coupling = plan.coupling.double()
    sent = (coupling.sum(dim=2) - 1 / 7).abs().sum(dim=1)
    received = (coupling.sum(dim=1) - 1 / 11).abs().sum(dim=1)
    torch.testing.assert_close(plan.marginal_error, sent + received, atol=1e-15, rtol=0)
    # Thirds and sevenths have no exact float32: an error that is asserted reads 0.
    assert (plan.marginal_error > 0).all()
    assert plan.marginal_error.max() < 20 * torch.finfo(dtype).eps


def test_absent_tokens_are_skipped_by_the_clock():
    source = torch.tensor([[True, False, True], [False, False, False]])
    target = torch.tensor([[True, True, False, True], [True, True, True, True]])
    plan = clock_plan(torch.rand(2, 3, 4), source_mask=source, target_mask=target)
    small = clock_plan(torch.rand(1, 2, 3)).coupling[0]
    torch.testing.assert_close(plan.coupling[0][source[0]][:, target[0]], small)
    assert_coupling(
        plan.coupling,
        source / torch.tensor([[2], [1]]),
        torch.stack([target[0] / 3, torch.zeros(4)]),
        1e-6,
    )
    assert plan.marginal_error[1] == 0
