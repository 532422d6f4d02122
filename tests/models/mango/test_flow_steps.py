"""The flow step by step, backwards, from a layer on, and in float64."""

import pytest
import torch

from fusionviz.models.mango.layers.attention import InvertibleCrossAttention
from fusionviz.models.mango.layers.invertible import HeadIntervention
from tests.helpers.properties import randomise
from tests.helpers.tiny_models import tiny_mango


@pytest.fixture(scope="module")
def flow():
    exact = tiny_mango().flow.double()
    return randomise(exact, 0.05, 3).requires_grad_(False)


@pytest.fixture
def x():
    return torch.randn(1, 32, 8, dtype=torch.float64)


def test_steps_of_the_inverse_pass_where_the_flow_has_passed(flow, x):
    before = {step.index: step.before for step in flow.steps(x)}
    z, _ = flow(x)
    back = list(flow.inverse_steps(z))
    assert [index for index, _ in back] == sorted(before, reverse=True)
    for index, tokens in back:
        torch.testing.assert_close(tokens, before[index], rtol=1e-6, atol=1e-6)
    assert torch.equal(back[-1][1], flow.inverse(z))


def test_a_branch_is_the_flow_with_the_change(flow, x):
    changes = [
        HeadIntervention(gate=torch.tensor([0.0, torch.nan])),
        HeadIntervention(uniform=torch.tensor([False, True])),
        HeadIntervention(),
    ]
    so_far = x.new_zeros(1)
    for step, layer in zip(flow.steps(x), flow.layers, strict=True):
        if isinstance(layer, InvertibleCrossAttention):
            z, log_det = flow.branch(step.index, step.before, changes)
            for place, change in enumerate(changes):
                wanted, total = flow(x, {step.index: change})
                torch.testing.assert_close(z[place : place + 1], wanted)
                torch.testing.assert_close(so_far + log_det[place : place + 1], total)
            assert not torch.allclose(z[0], z[2], atol=1e-4)
        so_far = so_far + step.log_det


def test_the_doubled_flow_has_the_weights_and_more_digits(x):
    flow, fine = tiny_mango().flow, tiny_mango().flow.doubled()
    z, _ = fine(x)
    assert z.dtype == torch.float64
    back = (fine.inverse(z) - x).abs().max()
    x = x.float()
    torch.testing.assert_close(z.float(), flow(x)[0], rtol=1e-3, atol=1e-3)
    assert back < 1e-9 < (flow.inverse(flow(x)[0]) - x).abs().max()
    assert next(flow.parameters()).dtype == x.dtype
