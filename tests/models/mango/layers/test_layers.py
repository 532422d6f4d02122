"""Every invertible layer against autograd's Jacobian and its own inverse."""

import copy
import math

import pytest
import torch

from fusionviz.data.grid import Grid
from fusionviz.models.mango import (
    ActNorm,
    AffineCoupling,
    AttentionCoupling,
    ChannelMixing,
    HeadIntervention,
    InterModalityPartition,
    InvertibleCrossAttention,
    LearnedPartition,
    LUMatrix,
    ModalityPartition,
)
from tests.helpers.properties import assert_inverts, assert_log_det, randomise

TOKENS, GRID, WIDTH, HEADS = 4, 2, 4, 2
PARTITIONS = {
    "mmca": lambda n: ModalityPartition(n),
    "mmca flipped": lambda n: ModalityPartition(n, flipped=True),
    **{
        f"imca {pairing}": lambda n, pairing=pairing: InterModalityPartition(n, pairing)
        for pairing in range(4)
    },
    "lica": lambda n: LearnedPartition(n),
    "lica flipped": lambda n: LearnedPartition(n, flipped=True),
}
FORMS = ("gated", "residual", "softmax")


def tokens(dtype=torch.float64, batch=3, count=TOKENS, seed=0):
    generator = torch.Generator().manual_seed(seed)
    shape = (batch, 2 * count, WIDTH)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


def attention(partition, form, dtype=torch.float64, count=TOKENS):
    layer = InvertibleCrossAttention(PARTITIONS[partition](count), WIDTH, HEADS, form)
    return randomise(layer, scale=0.2).to(dtype)


def other_layers():
    return {
        "coupling": AffineCoupling(Grid(GRID, GRID), WIDTH, 8),
        "actnorm": ActNorm(TOKENS, WIDTH),
        "mixing": ChannelMixing(WIDTH, torch.Generator().manual_seed(2)),
    }


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("partition", PARTITIONS)
def test_attention_log_det_is_the_jacobians(partition, form):
    assert_log_det(attention(partition, form), tokens())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("partition", PARTITIONS)
def test_attention_inverts(partition, form, dtype):
    # The paper's formula has diagonals near 0: its inverse loses digits by nature.
    loose = {torch.float32: 1e-2, torch.float64: 1e-8}[dtype]
    limit = loose if form == "softmax" else None
    assert_inverts(attention(partition, form, dtype), tokens(dtype), limit)


def attention_coupling(partition, dtype=torch.float64):
    layer = AttentionCoupling(PARTITIONS[partition](TOKENS), WIDTH, HEADS, 8)
    return randomise(layer).to(dtype)


@pytest.mark.parametrize("partition", PARTITIONS)
def test_attention_couplings_log_det_is_the_jacobians(partition):
    assert_log_det(attention_coupling(partition), tokens())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("partition", PARTITIONS)
def test_attention_coupling_inverts(partition, dtype):
    assert_inverts(attention_coupling(partition, dtype), tokens(dtype))


def test_attention_coupling_reads_all_of_one_half_and_none_of_the_other():
    layer, x = attention_coupling("mmca"), tokens(batch=1)
    jacobian = torch.autograd.functional.jacobian(lambda x: layer(x)[0], x)
    # (token, channel) of what comes out by those of what went in
    moved = jacobian[0, :, :, 0].abs().amax(dim=(1, 3))
    read, own = moved[TOKENS:, :TOKENS], moved[TOKENS:, TOKENS:]
    assert (read > 1e-6).all()
    assert torch.equal(own, own.diag().diag())
    assert torch.equal(moved[:TOKENS], torch.eye(TOKENS, 2 * TOKENS).double())


def test_attention_coupling_starts_as_the_identity():
    layer = AttentionCoupling(ModalityPartition(TOKENS), WIDTH, HEADS, 8).double()
    y, log_det = layer(tokens())
    assert torch.equal(y, tokens())
    assert torch.equal(log_det, torch.zeros(3).double())


@pytest.mark.parametrize("name", other_layers())
def test_layer_log_det_is_the_jacobians(name):
    assert_log_det(randomise(other_layers()[name]).double(), tokens())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", other_layers())
def test_layer_inverts(name, dtype):
    assert_inverts(randomise(other_layers()[name]).to(dtype), tokens(dtype))


def test_attention_is_upper_triangular_and_rows_sum_to_one():
    layer = attention("mmca", "gated")
    weights = layer.attend(tokens()[:, :TOKENS])
    assert torch.equal(weights, weights.triu())
    torch.testing.assert_close(weights.sum(-1), torch.ones(3, HEADS, TOKENS).double())


@pytest.mark.parametrize("partition", ["mmca", "mmca flipped", "imca 2"])
def test_keys_pass_unchanged_and_only_values_change(partition):
    layer = attention(partition, "gated")
    x = tokens()
    y, _ = layer(x)
    first, second = layer.partition.first, layer.partition.second
    assert torch.equal(y[:, first], x[:, first])
    assert not torch.allclose(y[:, second], x[:, second])


def test_gate_is_signed_and_its_diagonal_stays_positive():
    layer = attention("mmca", "gated")
    with torch.no_grad():
        layer.gate_weight.copy_(torch.tensor([-5.0, 5.0]))
    diagonal = layer.matrix(layer.attend(tokens()[:, :TOKENS])).diagonal(
        dim1=-2, dim2=-1
    )
    assert (diagonal[:, 0] < 1).all()
    assert (diagonal[:, 1] > 1).all()
    assert (diagonal >= 0).all()
    assert (diagonal <= 2).all()


def test_closed_gates_make_the_identity():
    layer = attention("imca 0", "gated")
    x = tokens()
    closed = HeadIntervention(gate=torch.zeros(HEADS))
    y, log_det = layer(x, closed)
    torch.testing.assert_close(y, x)
    torch.testing.assert_close(log_det, torch.zeros(3).double())


def test_nan_keeps_a_heads_own_gate():
    layer = attention("mmca", "gated")
    own = HeadIntervention(gate=torch.tensor([math.nan, math.nan]))
    torch.testing.assert_close(layer(tokens(), own)[0], layer(tokens())[0])


def test_uniform_attention_is_even_over_later_tokens():
    layer = attention("mmca", "gated")
    even = HeadIntervention(uniform=torch.tensor([True, False]))
    weights = layer.attend(tokens()[:, :TOKENS], even)
    expected = torch.ones(TOKENS, TOKENS).triu()
    expected = expected / expected.sum(-1, keepdim=True)
    torch.testing.assert_close(weights[0, 0], expected.double())
    torch.testing.assert_close(weights[:, 1], layer.attend(tokens()[:, :TOKENS])[:, 1])


@pytest.mark.parametrize("partition", PARTITIONS)
def test_merge_undoes_split(partition):
    part = PARTITIONS[partition](TOKENS).double()
    first, second = part.split(tokens())
    assert first.shape == second.shape == (3, TOKENS, WIDTH)
    torch.testing.assert_close(part.merge(first, second), tokens())


def test_imca_pairings_are_the_four_of_the_paper():
    halves = []
    for pairing in range(4):
        part = InterModalityPartition(4, pairing)
        halves.append((part.first.tolist(), part.second.tolist()))
    assert halves == [
        ([0, 2, 4, 6], [1, 3, 5, 7]),
        ([1, 3, 5, 7], [0, 2, 4, 6]),
        ([0, 2, 5, 7], [1, 3, 4, 6]),
        ([1, 3, 4, 6], [0, 2, 5, 7]),
    ]


def test_lu_matrix_starts_as_told_and_solves():
    start = torch.randn(
        6, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64
    )
    matrix = LUMatrix(start).double()
    torch.testing.assert_close(matrix.weight(), start, atol=1e-5, rtol=0)
    randomise(matrix, 0.2)
    x = torch.randn(2, 6, 3, dtype=torch.float64)
    torch.testing.assert_close(matrix.mix(x), matrix.weight() @ x)
    torch.testing.assert_close(matrix.solve(matrix.mix(x)), x)
    expected = torch.linalg.slogdet(matrix.weight()).logabsdet
    torch.testing.assert_close(matrix.log_det, expected)


def test_channel_mixing_starts_orthogonal():
    weight = ChannelMixing(6).matrix.weight()
    torch.testing.assert_close(weight @ weight.T, torch.eye(6), atol=1e-5, rtol=0)


def test_lica_starts_with_rows_apart_and_the_last_token_first():
    x = torch.arange(8.0).view(1, 8, 1)
    first, second = LearnedPartition(4).split(x)
    assert first.flatten().tolist() == [5, 4, 1, 0]  # the upper row of both, 2x2 grids
    assert second.flatten().tolist() == [7, 6, 3, 2]
    flipped = LearnedPartition(4, flipped=True)
    assert flipped.split(x)[1].equal(first)
    assert flipped.nearest_permutation()[4:].equal(flipped.places)


def test_nearest_permutation_finds_a_planted_one():
    part = LearnedPartition(3)
    planted = torch.tensor([2, 0, 5, 1, 4, 3])
    weight = torch.eye(6)[planted] + 0.05 * torch.randn(6, 6)
    part.matrix.weight = lambda: weight
    assert torch.equal(part.nearest_permutation(), planted)


def test_actnorm_starts_with_mean_zero_and_variance_one():
    norm = ActNorm(TOKENS, WIDTH).double()
    x = 3 * tokens(batch=64) + 2
    norm.initialise(x)
    y = norm(x)[0].unflatten(1, (2, TOKENS))
    torch.testing.assert_close(y.mean((0, 2)), torch.zeros(2, WIDTH).double())
    torch.testing.assert_close(y.std((0, 2)), torch.ones(2, WIDTH).double())


@pytest.mark.usefixtures("unchecked_shapes")
@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: InterModalityPartition(3), "tokens must be even, got 3"),
        (lambda: InterModalityPartition(4, 4), "pairing must be"),
        (
            lambda: InvertibleCrossAttention(ModalityPartition(2), 5, 2),
            "width must divide by heads, got 5 and 2",
        ),
        (
            lambda: AttentionCoupling(ModalityPartition(2), 5, 2, 8),
            "width must divide by heads, got 5 and 2",
        ),
        (
            lambda: InvertibleCrossAttention(ModalityPartition(2), 4, 2, "plain"),
            "got 'plain'",
        ),
    ],
)
def test_what_cannot_be_built_says_what_arrived(build, words):
    with pytest.raises(ValueError, match=words):
        build()


def test_a_mixing_rounds_no_more_than_its_tokens_do():
    """W adds and subtracts channels, so its products need more digits than float32."""
    torch.manual_seed(0)
    mixing = ChannelMixing(64)
    mixing.matrix.set(torch.randn(64, 64, dtype=torch.float64))
    x = 10 * torch.randn(2, 300, 64)
    with torch.no_grad():
        y, _ = mixing(x)
        exact = copy.deepcopy(mixing).double()(x.double())[0]
        torch.testing.assert_close(y, exact.float(), rtol=1e-6, atol=1e-6)
        torch.testing.assert_close(
            mixing.inverse(exact.float()),
            copy.deepcopy(mixing).double().inverse(exact.float().double()).float(),
            rtol=1e-6,
            atol=1e-6,
        )
