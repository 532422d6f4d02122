"""Gradients of both directions, once and twice, and the oracle of the attention."""

import math

import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck
from torch.func import functional_call

from fusionviz.models.mango import (
    ChannelMixing,
    HeadIntervention,
    InterModalityPartition,
    InvertibleCrossAttention,
    LearnedPartition,
    LUMatrix,
    MangoConfig,
    MangoFlow,
    ModalityPartition,
)
from fusionviz.models.mango.layers.lu import join_triangles, part_triangles
from tests.helpers.properties import randomise

TOKENS, WIDTH, HEADS = 2, 4, 2


def attention(partition, form="gated"):
    torch.manual_seed(0)
    layer = InvertibleCrossAttention(partition, WIDTH, HEADS, form)
    return randomise(layer, 0.2).double()


LAYERS = {
    "mmca": lambda: attention(ModalityPartition(TOKENS)),
    "imca": lambda: attention(InterModalityPartition(TOKENS, 2)),
    "lica": lambda: attention(LearnedPartition(TOKENS)),
    "softmax": lambda: attention(ModalityPartition(TOKENS), "softmax"),
    "mixing": lambda: randomise(ChannelMixing(WIDTH), 0.2).double(),
}


def joint(batch=2):
    generator = torch.Generator().manual_seed(1)
    shape = (batch, 2 * TOKENS, WIDTH)
    x = torch.randn(shape, generator=generator, dtype=torch.float64)
    return x.requires_grad_()


class Inverse(torch.nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, y):
        return self.layer.inverse(y)


@pytest.mark.parametrize("direction", ["forward", "inverse"])
@pytest.mark.parametrize("name", LAYERS)
def test_gradients_are_those_of_finite_differences_once_and_twice(name, direction):
    layer = LAYERS[name]()
    module = layer if direction == "forward" else Inverse(layer)
    names = [key for key, _ in module.named_parameters()]

    def call(x, *weights):
        return functional_call(module, dict(zip(names, weights, strict=True)), (x,))

    inputs = (joint(), *(weight.detach() for weight in module.parameters()))
    inputs = tuple(item.clone().requires_grad_() for item in inputs)
    assert gradcheck(call, inputs)
    assert gradgradcheck(call, inputs, fast_mode=True)


@pytest.mark.parametrize("uniform", [None, torch.tensor([True, False])])
def test_attention_is_the_written_out_softmax(uniform):
    layer = attention(ModalityPartition(5))
    first = torch.randn(3, 5, WIDTH, dtype=torch.float64)
    with torch.no_grad():
        query = layer.norm_query(layer.to_query(first))
        key = layer.norm_key(layer.to_key(first))
        by_place = layer.position()
        found = layer.attend(first, HeadIntervention(uniform=uniform))
    part = WIDTH // HEADS
    for sample in range(3):
        for head in range(HEADS):
            channels = slice(head * part, (head + 1) * part)
            for i in range(5):
                scores = [
                    float(query[sample, i, channels] @ key[sample, j, channels])
                    / math.sqrt(part)
                    + float(by_place[head, i, j])
                    for j in range(i, 5)
                ]
                if uniform is not None and uniform[head]:
                    scores = [0.0] * len(scores)
                weights = torch.tensor(scores, dtype=torch.float64).exp()
                expected = torch.zeros(5, dtype=torch.float64)
                expected[i:] = weights / weights.sum()
                torch.testing.assert_close(found[sample, head, i], expected)


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("channels", [1, 4, 20])
def test_lu_matrix_is_the_dense_matrix_whatever_the_columns(batch, channels):
    """What lies in the other triangles is not part of the matrix."""
    matrix = randomise(LUMatrix(torch.randperm(6)), 0.2).double()
    lower = matrix.lower.tril(-1) + torch.eye(6)
    upper = matrix.upper.triu(1) + torch.diag(matrix.sign * matrix.log_scale.exp())
    weight = (lower @ upper)[matrix.order]
    torch.testing.assert_close(matrix.weight(), weight)
    x = torch.randn(batch, 6, channels, dtype=torch.float64)
    torch.testing.assert_close(matrix.mix(x), weight @ x)
    torch.testing.assert_close(matrix.solve(weight @ x), x)
    torch.testing.assert_close(matrix.solve(x), torch.linalg.solve(weight, x))


def test_triangles_of_a_matrix_are_kept_in_one_and_come_back():
    matrix = randomise(LUMatrix(torch.randperm(6)), 0.2)
    weights = {f"mixing.{name}": one for name, one in matrix.state_dict().items()}
    joined = join_triangles({**weights, "other.lower": torch.ones(2)})
    kept = ("order", "sign", "log_scale", "triangles")
    assert set(joined) == {*(f"mixing.{name}" for name in kept), "other.lower"}
    back = {
        name.removeprefix("mixing."): one
        for name, one in part_triangles(joined).items()
        if name.startswith("mixing")
    }
    ours = LUMatrix(torch.arange(6))
    ours.load_state_dict(back)
    x = torch.randn(2, 6, 3)
    for found, wanted in (
        (ours.weight(), matrix.weight()),
        (ours.solve(x), matrix.solve(x)),
    ):
        torch.testing.assert_close(found, wanted, rtol=0, atol=0)


@pytest.mark.parametrize("name", LAYERS)
def test_layers_run_under_autocast(name):
    layer, x = LAYERS[name]().float(), joint().float()
    with torch.no_grad():
        expected, log_det = layer(x)
        with torch.autocast("cpu", torch.bfloat16):
            found, found_log_det = layer(x)
    torch.testing.assert_close(found.float(), expected, atol=0.1, rtol=0.1)
    torch.testing.assert_close(found_log_det.float(), log_det, atol=0.2, rtol=0.1)


def test_the_flow_keeps_its_digits_under_autocast():
    torch.manual_seed(0)
    flow = MangoFlow(MangoConfig(blocks=1))
    x = torch.randn(1, 128, 64)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        z, _ = flow(x)
        back = flow.inverse(z)
    torch.testing.assert_close(back, x, atol=1e-4, rtol=0)
