import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from fusionviz.alignment import cosine_cost


def tokens(*shape, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=dtype)


def test_equals_scipy():
    x, y = tokens(7, 5, seed=1), tokens(9, 5, seed=2)
    expected = torch.from_numpy(cdist(x.numpy(), y.numpy(), "cosine"))
    torch.testing.assert_close(cosine_cost(x, y), expected)
    torch.testing.assert_close(cosine_cost(x[None], y[None])[0], expected)


def test_same_opposite_and_orthogonal_tokens():
    x = torch.tensor([[3.0, 0.0], [0.0, 2.0]])
    y = torch.tensor([[5.0, 0.0], [-1.0, 0.0]])
    expected = torch.tensor([[0.0, 2.0], [1.0, 1.0]])
    torch.testing.assert_close(cosine_cost(x, y), expected)


def test_zero_token_costs_one_to_everything_and_has_no_gradient():
    x = tokens(3, 4)
    x[1] = 0
    x.requires_grad_()
    cost = cosine_cost(x, tokens(5, 4, seed=1))
    assert (cost[1] == 1).all()
    cost.square().sum().backward()
    assert (x.grad[1] == 0).all()
    assert x.grad.isfinite().all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_length_does_not_matter_however_extreme(scale, dtype):
    x, y = tokens(6, 3, dtype=dtype), tokens(4, 3, seed=1, dtype=dtype)
    torch.testing.assert_close(cosine_cost(scale * x, y), cosine_cost(x, y))


def test_gradient():
    x, y = tokens(2, 3, 4), tokens(2, 5, 4, seed=1)
    assert torch.autograd.gradcheck(
        cosine_cost, (x.requires_grad_(), y.requires_grad_())
    )


@given(seed=st.integers(0, 1000), width=st.integers(1, 6))
def test_range_and_symmetry(seed, width):
    x, y = tokens(4, width, seed=seed), tokens(3, width, seed=seed + 1)
    cost = cosine_cost(x, y)
    assert cost.min() >= 0
    assert cost.max() <= 2
    np.testing.assert_allclose(cost.mT, cosine_cost(y, x), atol=1e-15)
    np.testing.assert_allclose(cosine_cost(x, x).diagonal(), 0, atol=1e-15)


@pytest.mark.usefixtures("unchecked_shapes")
def test_widths_that_differ_are_refused():
    with pytest.raises(ValueError, match=r"equal width, got \(2, 3\) and \(2, 4\)"):
        cosine_cost(torch.ones(2, 3), torch.ones(2, 4))
