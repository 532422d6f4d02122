import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fusionviz.alignment import exact_transport, relaxed_transport
from tests.helpers.properties import assert_coupling


def draw_cost(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(*shape, generator=generator, dtype=torch.float64)


def written_out(cost):
    coupling = np.zeros(cost.shape)
    for batch, item in enumerate(cost):
        for source, row in enumerate(item):
            coupling[batch, source, int(np.argmin(row))] = 1 / len(item)
    return coupling


@given(seed=st.integers(0, 1000), rows=st.integers(1, 9), columns=st.integers(1, 9))
def test_equals_the_written_out_rule(seed, rows, columns):
    cost = draw_cost(2, rows, columns, seed=seed)
    plan = relaxed_transport(cost)
    np.testing.assert_array_equal(plan.coupling, written_out(cost.numpy()))
    share = torch.full((2, rows), 1 / rows, dtype=torch.float64)
    assert_coupling(plan.coupling, share, None, 1e-15)
    np.testing.assert_allclose(plan.cost, cost.min(-1).values.mean(-1))
    assert (plan.cost <= exact_transport(cost).cost + 1e-12).all()
    assert plan.converged.all()


def test_first_of_equal_minima():
    cost = torch.tensor([[[1.0, 0.0, 0.0], [2.0, 2.0, 2.0]]])
    expected = torch.tensor([[[0.0, 0.5, 0.0], [0.5, 0.0, 0.0]]])
    torch.testing.assert_close(relaxed_transport(cost).coupling, expected)


def test_marginal_error_is_what_the_columns_miss():
    cost = torch.tensor([[[0.0, 1.0], [0.0, 1.0]]])
    plan = relaxed_transport(cost)
    assert plan.marginal_error.tolist() == [1.0]
    assert plan.coupling.dtype == torch.float32


def test_absent_tokens_take_no_mass():
    cost = draw_cost(2, 4, 5)
    source_mask = torch.tensor([[True, True, False, False], [True] * 4])
    target_mask = torch.tensor([[False, True, True, True, False], [True] * 5])
    cost[0, 2:], cost[0, :, 0], cost[0, :, 4] = torch.nan, -9.0, torch.inf
    plan = relaxed_transport(cost, source_mask=source_mask, target_mask=target_mask)
    small = relaxed_transport(cost[:1, :2, 1:4])
    torch.testing.assert_close(plan.coupling[0, :2, 1:4], small.coupling[0])
    assert plan.coupling[0].sum() == small.coupling.sum() == 1
    torch.testing.assert_close(plan.cost[0], small.cost[0])
    whole = relaxed_transport(cost[1:])
    torch.testing.assert_close(plan.coupling[1], whole.coupling[0])


def test_missing_modality_gives_the_empty_plan():
    absent = torch.zeros(1, 4, dtype=torch.bool)
    plan = relaxed_transport(draw_cost(1, 4, 5), source_mask=absent)
    assert (plan.coupling == 0).all()
    assert plan.cost.tolist() == plan.marginal_error.tolist() == [0.0]


def test_no_gradient_through_the_coupling_but_through_the_cost():
    cost = draw_cost(1, 3, 4).requires_grad_()
    plan = relaxed_transport(cost)
    assert not plan.coupling.requires_grad
    plan.cost.sum().backward()
    torch.testing.assert_close(cost.grad, plan.coupling)


@pytest.mark.usefixtures("unchecked_shapes")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"cost": torch.ones(3, 4)}, r"\(batch, source, target\)"),
        ({"cost": torch.ones(1, 0, 4)}, "each at least 1"),
        ({"cost": torch.ones(1, 3, 4, dtype=torch.int64)}, "real"),
        ({"cost": torch.full((1, 3, 4), torch.nan)}, "finite between tokens"),
        (
            {"cost": torch.ones(1, 3, 4), "source_mask": torch.ones(1, 3)},
            "source_mask must be bool",
        ),
        (
            {
                "cost": torch.ones(1, 3, 4),
                "target_mask": torch.ones(1, 3, dtype=torch.bool),
            },
            r"target_mask must be bool of shape \(1, 4\)",
        ),
        (
            {"cost": torch.ones(1, 3, 4), "source_weights": -torch.ones(1, 3)},
            "not negative",
        ),
        (
            {"cost": torch.ones(1, 3, 4), "target_weights": torch.ones(1, 3)},
            r"shape \(1, 4\) of the cost",
        ),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        relaxed_transport(**arguments)
