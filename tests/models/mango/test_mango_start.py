"""Where training starts: what heads look at first, mixing and gates set from data."""

import pytest
import torch

from fusionviz.models.mango import (
    ChannelMixing,
    InterModalityPartition,
    InvertibleCrossAttention,
    LearnedPartition,
    MangoConfig,
    MangoFlow,
    ModalityPartition,
)
from fusionviz.models.mango.joint import log_prior
from fusionviz.models.mango.layers.positions import RelativePosition

GRID, HEADS = 4, 8
TOKENS = GRID**2


def smooth_tokens(batch=256, width=16):
    """Return tokens whose neighbours on the grid are alike, in half of the channels."""
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(batch * 2 * width, 1, 6, 6, generator=generator)
    blurred = torch.nn.functional.avg_pool2d(noise, 3, stride=1)[:, 0] * 3
    images = torch.cat([blurred[::2], noise[1::2, 0, :4, :4]])
    x = images.view(width, batch, 2, TOKENS).permute(1, 2, 3, 0).flatten(1, 2)
    rotation, _ = torch.linalg.qr(torch.randn(width, width, generator=generator))
    return x @ rotation


def favourite(partition, head, row, column, *, modality=0):
    """Return (modality, row, column) that a head looks at first from a place."""
    position = RelativePosition(partition.places, HEADS)
    places = partition.places.tolist()
    token = places.index(modality * TOKENS + row * GRID + column)
    scores = position().detach()[head, token]
    allowed = torch.arange(TOKENS) >= token
    best = places[int(scores.masked_fill(~allowed, -torch.inf).argmax())]
    return best // TOKENS, best % TOKENS // GRID, best % GRID


def test_heads_look_at_neighbours_of_their_own_first():
    partition = ModalityPartition(TOKENS)
    found = [favourite(partition, head, 1, 1, modality=1) for head in range(4)]
    assert found == [(1, 1, 2), (1, 2, 1), (1, 2, 2), (1, 2, 0)]


def test_where_only_odd_columns_are_read_a_neighbour_is_two_columns_on():
    partition = InterModalityPartition(TOKENS)  # reads and writes odd tokens
    assert favourite(partition, 0, 1, 1) == (0, 1, 3)
    assert favourite(partition, 4, 1, 1) == (1, 1, 1)  # the other modality, same place


def test_lica_looks_back():
    partition = LearnedPartition(TOKENS)  # changes odd rows
    assert favourite(partition, 0, 3, 2) == (0, 3, 1)
    assert favourite(partition, 1, 3, 2) == (0, 1, 2)


def test_equal_differences_have_equal_scores():
    position = RelativePosition(torch.arange(TOKENS), HEADS)
    torch.nn.init.normal_(position.score)
    scores = position()
    assert scores[:, 0, 5].equal(scores[:, 5, 10])  # one down, one right
    assert scores[:, 1, 4].equal(scores[:, 2, 5])  # one down, one left
    assert not scores[:, 0, 5].equal(scores[:, 1, 4])


@pytest.mark.parametrize("tokens", [2, 3, 6])
def test_tokens_need_not_fill_a_square(tokens):
    assert RelativePosition(torch.arange(tokens), 2)().shape == (2, tokens, tokens)


def test_mixing_makes_channels_uncorrelated_and_sorts_them():
    generator = torch.Generator().manual_seed(1)
    told = torch.randn(64, 32, 6, generator=generator)
    strength = torch.tensor([0.1, 0.9, 0.3, 0.7, 0.0, 0.5])
    read = strength * told + 0.1 * torch.randn(64, 32, 6, generator=generator)
    skewed = torch.linalg.qr(torch.randn(6, 6, generator=generator))[0]
    skewed = skewed * torch.linspace(1, 2, 6)
    mixing = ChannelMixing(6)
    mixing.initialise(told @ skewed, told @ skewed, read @ skewed)
    y, z = mixing(told @ skewed)[0], mixing(read @ skewed)[0]
    covariance = y.flatten(0, 1).T.cov()
    assert (covariance - covariance.diag().diag()).abs().max() < 0.1
    told_by = (y * z).mean(dim=(0, 1)) / y.square().mean(dim=(0, 1))
    torch.testing.assert_close(
        told_by, strength.sort(descending=True).values, atol=0.03, rtol=0
    )


def test_gates_start_where_a_search_over_the_likelihood_puts_them():
    x = smooth_tokens()
    layer = InvertibleCrossAttention(ModalityPartition(TOKENS), 16, HEADS)
    layer.initialise(x)
    chosen = layer.gate.detach().clone()
    assert chosen.abs().max() > 0.1

    def cost(gate):
        with torch.no_grad():
            layer.gate_weight.copy_(torch.atanh(gate) / 5.0)
            y, log_det = layer(x)
            _, changed = layer.partition.split(y)
            entropy = changed.var(dim=0, correction=0).log().sum() / 2
            return float(entropy - log_det.mean())

    best = cost(chosen)
    for head in range(HEADS):
        for step in (-0.05, 0.05):
            moved = chosen.clone()
            moved[head] += step
            assert cost(moved) > best


def test_a_gate_that_is_not_trained_stays():
    layer = InvertibleCrossAttention(
        ModalityPartition(TOKENS), 16, HEADS, gate_start=0.0
    )
    layer.gate_weight.requires_grad_(False)
    layer.initialise(smooth_tokens())
    assert not layer.gate.any()


def test_a_flow_that_was_started_from_data_tells_more_and_stays():
    x = smooth_tokens()
    config = MangoConfig(
        image_size=16, grid=GRID, width=16, blocks=1, codec_widths=(8, 8)
    )
    torch.manual_seed(0)
    flow = MangoFlow(config)
    flow.initialise(x[:128])
    with torch.no_grad():
        z, log_det = flow(x[128:])
        found = -(log_prior(z) + log_det).mean() / x[0].numel()
        gaussian = 0.5 * (1 + torch.tensor(2 * torch.pi).log())  # unit, independent
    assert found < gaussian - 0.05
    before = {name: weights.clone() for name, weights in flow.state_dict().items()}
    flow.initialise(x[:8])
    assert all(weights.equal(before[n]) for n, weights in flow.state_dict().items())
