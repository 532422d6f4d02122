"""A block's Jacobian at one token, and its parts."""

import pytest
import torch
from torch.func import jacrev

from fusionviz.models.alignmamba import MambaBlock, block_jacobian, hidden_attention

LENGTH, WIDTH = 9, 6


@pytest.fixture
def block():
    torch.manual_seed(0)
    block = MambaBlock(WIDTH, d_state=4).double().requires_grad_(False)
    block.D.normal_()
    block.dt_proj.bias.add_(3)  # steps long enough to tell
    return block


@pytest.fixture
def hidden():
    generator = torch.Generator().manual_seed(1)
    return torch.randn(LENGTH, WIDTH, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("token", [0, 4, LENGTH - 1])
def test_the_whole_is_autograds_jacobian_of_the_block(block, hidden, token):
    block.backend = "reference"
    expected = jacrev(lambda x: block(x[None])[0, token])(hidden).transpose(0, 1)
    got = block_jacobian(block, hidden, token).whole
    torch.testing.assert_close(got, expected, rtol=1e-9, atol=1e-12)
    assert (got[token + 1 :] == 0).all()


def test_the_whole_is_what_finite_differences_say(block, hidden):
    token, step = 6, 1e-6
    got = block_jacobian(block, hidden, token).whole
    for place in range(LENGTH):
        for channel in range(WIDTH):
            moved = torch.zeros_like(hidden)
            moved[place, channel] = step
            ends = [block((hidden + s * moved)[None])[0, token] for s in (1, -1)]
            slope = (ends[0] - ends[1]) / (2 * step)
            torch.testing.assert_close(
                got[place, :, channel], slope, rtol=1e-5, atol=1e-8
            )


def test_values_are_hidden_attention_through_convolution_gate_and_projections(
    block, hidden
):
    """By hand: W diag(g_t) (M + D) times what the convolution makes of each token."""
    token = 5
    trace = block.trace(hidden[None])
    weights = hidden_attention(trace.delta, trace.A, trace.B, trace.C, trace.D)
    inner = block.d_inner
    read = block.in_proj.weight[:inner]
    before = block.conv1d((hidden @ read.mT).mT[None])[0, :, :LENGTH]
    slope = torch.sigmoid(before) * (1 + before * (1 - torch.sigmoid(before)))
    taps = block.conv1d.weight[:, 0]
    expected = torch.zeros(LENGTH, WIDTH, WIDTH, dtype=torch.float64)
    for place in range(LENGTH):
        total = torch.zeros(inner, dtype=torch.float64)
        for later in range(place, min(place + block.d_conv, LENGTH)):
            tap = taps[:, block.d_conv - 1 - (later - place)]
            total += weights[0, :, token, later] * slope[:, later] * tap
        scaled = trace.gate[0, :, token] * total
        expected[place] = block.out_proj.weight @ (scaled[:, None] * read)
    got = block_jacobian(block, hidden, token).values
    torch.testing.assert_close(got, expected, rtol=1e-9, atol=1e-12)


def test_the_gate_tells_of_its_own_token_alone_and_selection_of_more(block, hidden):
    parts = block_jacobian(block, hidden, 5)
    others = torch.arange(LENGTH) != 5
    assert (parts.gate[others] == 0).all()
    assert parts.gate[5].norm() > 0
    assert (parts.selection.norm(dim=(1, 2)) > 0).tolist() == [True] * 6 + [False] * 3


def test_it_is_taken_in_inference_mode_too_and_on_the_fused_scan(block, hidden):
    expected = block_jacobian(block, hidden, 4).whole
    block = block.float()
    with torch.inference_mode():
        got = block_jacobian(block, hidden.float(), 4).whole
    torch.testing.assert_close(got, expected.float(), rtol=1e-3, atol=1e-5)


def test_a_token_that_is_not_there_is_refused(block, hidden):
    with pytest.raises(ValueError, match="token must be 0 to 8, got 9"):
        block_jacobian(block, hidden, LENGTH)
