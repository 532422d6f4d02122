"""The scan's matrix against its impulse responses."""

import pytest
import torch
from torch.nn import functional

from fusionviz.models.alignmamba import (
    MambaBlock,
    hidden_attention,
    selective_scan,
    summed_hidden_attention,
)


def trace_of_a_block(length=13):
    torch.manual_seed(0)
    block = MambaBlock(6, d_state=4).double()
    with torch.no_grad():
        block.D.normal_()
        block.dt_proj.bias.add_(3)  # steps long enough that the state forgets
    trace = block.trace(torch.randn(2, length, 6, dtype=torch.float64))
    return block, trace


def test_columns_are_impulse_responses_of_the_scan():
    _, trace = trace_of_a_block()
    weights = hidden_attention(trace.delta, trace.A, trace.B, trace.C, trace.D)
    for s in range(13):
        impulse = torch.zeros_like(trace.u)
        impulse[:, :, s] = 1
        response = selective_scan(
            impulse,
            trace.delta,
            trace.A,
            trace.B,
            trace.C,
            trace.D,
            backend="reference",
        )
        torch.testing.assert_close(weights[..., s], response, rtol=1e-10, atol=1e-12)


def test_matrix_reproduces_the_output_of_the_block():
    block, trace = trace_of_a_block()
    weights = hidden_attention(trace.delta, trace.A, trace.B, trace.C, trace.D)
    y = (weights @ trace.u[..., None])[..., 0] * trace.gate
    output = functional.linear(y.transpose(1, 2), block.out_proj.weight)
    torch.testing.assert_close(output, trace.output, rtol=1e-10, atol=1e-12)


def test_matrix_is_causal_and_signed():
    _, trace = trace_of_a_block()
    weights = hidden_attention(trace.delta, trace.A, trace.B, trace.C)
    assert (weights.triu(diagonal=1) == 0).all()
    assert weights.min() < 0 < weights.max()


def test_sum_is_over_all_channels():
    _, trace = trace_of_a_block()
    inputs = (trace.delta, trace.A, trace.B, trace.C, trace.D)
    expected = hidden_attention(*inputs).sum(dim=1)
    for block in (1, 5, 13, 100):
        summed = summed_hidden_attention(*inputs, block=block)
        torch.testing.assert_close(summed, expected)


def test_sum_over_long_forgetful_sequences_does_not_overflow():
    """Steps whose decay, taken alone, would leave float32 in either direction."""
    torch.manual_seed(0)
    delta = 40 * torch.rand(1, 3, 200)
    A = -torch.rand(3, 4) * 5
    B, C = torch.randn(2, 1, 4, 200)
    expected = hidden_attention(delta, A, B, C).sum(dim=1)
    summed = summed_hidden_attention(delta, A, B, C)
    assert summed.isfinite().all()
    torch.testing.assert_close(summed, expected, rtol=1e-4, atol=1e-4)


def test_short_distances_stay_exact_in_long_sequences():
    """float32 sums of 4000 steps would blur a distance of one."""
    torch.manual_seed(0)
    delta = 0.5 + 0.5 * torch.rand(1, 1, 4000)
    A, ones = torch.tensor([[-3.0]]), torch.ones(1, 1, 4000)
    weights = hidden_attention(delta, A, ones, ones)[0, 0]
    expected = torch.exp(-3 * delta[0, 0, 1:]) * delta[0, 0, :-1]
    torch.testing.assert_close(weights.diagonal(-1), expected, rtol=2e-6, atol=0)


@pytest.mark.usefixtures("unchecked_shapes")
def test_bad_shapes_are_named():
    _, trace = trace_of_a_block()
    with pytest.raises(ValueError, match=r"C must be \(2, 4, 13\), got \(2, 4, 12\)"):
        hidden_attention(trace.delta, trace.A, trace.B, trace.C[..., 1:])
    with pytest.raises(ValueError, match=r"got \(12, 13\)"):
        summed_hidden_attention(trace.delta[0], trace.A, trace.B, trace.C)
