"""Rollout against autograd's Jacobian of the flow with its attention held fixed."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from fusionviz.analysis.attention.rollout import Rollout, joint_matrix, measure_rollout
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.grid import Grid
from fusionviz.data.rooms import render_room
from fusionviz.errors import InputError
from fusionviz.models.mango import (
    InterModalityPartition,
    InvertibleCrossAttention,
    LearnedPartition,
    Mango,
    ModalityPartition,
)
from tests.helpers.properties import randomise
from tests.helpers.tiny_models import TINIEST_MANGO

TOKENS, WIDTH, HEADS = 4, 4, 2
PARTITIONS = {
    "mmca": ModalityPartition(TOKENS),
    "mmca flipped": ModalityPartition(TOKENS, flipped=True),
    "imca": InterModalityPartition(TOKENS, 2),
    "lica": LearnedPartition(TOKENS),
}


def freeze(layer, x, monkeypatch):
    """Hold a layer's attention at what it is for these tokens."""
    weights = layer.attend(layer.partition.split(x)[0]).detach()
    monkeypatch.setattr(layer, "attend", lambda first, changes=None: weights)
    return weights


def jacobian(function, x):
    """Return d out / d in of one sample, (joint, channel, joint, channel)."""
    return torch.autograd.functional.jacobian(lambda one: function(one)[0][0], x)[
        :, :, 0
    ]


@pytest.mark.parametrize("form", ["gated", "residual", "softmax"])
@pytest.mark.parametrize("kind", PARTITIONS)
def test_a_layers_matrix_is_its_jacobian(kind, form, monkeypatch):
    layer = InvertibleCrossAttention(PARTITIONS[kind], WIDTH, HEADS, form)
    layer = randomise(layer, scale=0.2).double().requires_grad_(False)
    x = torch.randn(1, 2 * TOKENS, WIDTH, dtype=torch.float64)
    heads = layer.matrix(freeze(layer, x, monkeypatch))[0]
    by_channel = jacobian(layer, x).diagonal(dim1=1, dim2=3)  # (joint, joint, channel)
    every = torch.eye(2 * TOKENS, dtype=torch.float64)[None]
    there = torch.cat(layer.partition.split(every), dim=1)[0]
    both = (there, torch.linalg.inv(there))
    signed = joint_matrix(heads, *both, "signed")
    torch.testing.assert_close(signed, by_channel.mean(dim=2), atol=1e-9, rtol=0)
    expected = by_channel.abs().mean(dim=2)
    expected /= expected.sum(dim=1, keepdim=True)
    for is_mixed in {True, kind == "lica"}:
        absolute = joint_matrix(heads, *both, "absolute", is_mixed=is_mixed)
        torch.testing.assert_close(absolute, expected, atol=1e-9, rtol=0)


@pytest.fixture(scope="module")
def plain() -> MangoSubject:
    """A subject of a flow of attention alone: one head, nothing between layers."""
    config = replace(TINIEST_MANGO, blocks=2, heads=1, mixing="none")
    model = Mango(config).eval().requires_grad_(False)
    generator = torch.Generator().manual_seed(0)
    for layer in model.flow.layers:
        if isinstance(layer, InvertibleCrossAttention):
            layer.gate_weight.copy_(torch.randn(1, generator=generator) / 10)
            for weight in layer.partition.parameters():
                weight.add_(0.1 * torch.randn(weight.shape, generator=generator))
    return MangoSubject(model, render_room(3, (16, 16)))


def test_the_composed_layers_are_the_jacobian_of_the_flow(plain, monkeypatch):
    flow, after = plain.model.flow, measure_rollout(plain, "signed").after
    x, places = plain.x.clone(), [place.block for place in flow.places]
    for layer in flow.layers:
        if isinstance(layer, InvertibleCrossAttention):
            freeze(layer, x, monkeypatch)
        x = layer(x)[0]
    first = jacobian(lambda x: _steps(flow, x, places.count(1)), plain.x.clone())
    both = jacobian(flow, plain.x.clone())
    for got, expected in zip(after, (first, both), strict=True):
        np.testing.assert_allclose(got, expected[:, 0, :, 0], atol=1e-5)
    assert np.abs(after[1] - np.eye(8)).max() > 0.05


def _steps(flow, x, count):
    for layer in flow.layers[:count]:
        x = layer(x)[0]
    return x, None


def test_a_nudged_token_moves_others_by_its_column(plain, monkeypatch):
    x, flow, token, step = plain.x.clone(), plain.model.flow, 6, 0.5
    passed = x
    for layer in flow.layers:
        if isinstance(layer, InvertibleCrossAttention):
            freeze(layer, passed, monkeypatch)
        passed = layer(passed)[0]
    nudged = x.clone()
    nudged[0, token, 2] += step
    moved = ((flow(nudged)[0] - passed)[0, :, 2] / step).numpy()
    rollout = measure_rollout(plain, "signed")
    np.testing.assert_allclose(rollout.after[-1][:, token], moved, atol=1e-5)
    sums = np.abs(rollout.after[-1]).sum(axis=1)
    goes = rollout.shares(token, "to")[-1].ravel()
    np.testing.assert_allclose(goes, moved / sums, atol=1e-5)


@pytest.mark.parametrize("signs", ["signed", "absolute"])
def test_what_a_token_is_made_of_adds_up(mango, room, signs):
    rollout = measure_rollout(MangoSubject(mango, room), signs)
    for token in (0, 7, 31):
        made_of = rollout.shares(token, "from")
        assert made_of.shape == (1, 2, 4, 4)
        np.testing.assert_allclose(np.abs(made_of).sum(axis=(1, 2, 3)), 1, atol=1e-6)
        for other in (2, 20):
            goes = rollout.shares(other, "to").reshape(1, -1)
            assert goes[0, token] == made_of.reshape(1, -1)[0, other]
    if signs == "absolute":
        assert rollout.after.min() >= 0
        np.testing.assert_allclose(rollout.after.sum(axis=2), 1, atol=1e-5)


def by_hand(within: np.ndarray, decided: np.ndarray, pictures=None) -> Rollout:
    return Rollout(
        signs="signed",
        after=within,
        within=within,
        decided=decided,
        grid=Grid(1, 1),
        pictures=pictures,
        missing=None,
    )


def test_modalities_feed_each_other_by_what_is_off_the_diagonal():
    # Two tokens: depth is read into RGB by -0.3, RGB into depth by 0.1.
    matrix = np.array([[[1.0, -0.3], [0.1, 0.6]]], np.float32)
    rollout = by_hand(matrix, np.array([[[0.0, 3.0], [1.0, 0.0]]]))
    np.testing.assert_allclose(
        rollout.modality_flow("read"), [[[0, 0.25], [0.75, 0]]], atol=1e-6
    )
    np.testing.assert_allclose(
        rollout.modality_flow("decide"), [[[0, 0.75], [0.25, 0]]]
    )
    assert rollout.moved == pytest.approx([0.4 / 2.0])


def test_nothing_flows_where_nothing_moves():
    rollout = by_hand(np.eye(2, dtype=np.float32)[None], np.zeros((1, 2, 2)))
    assert not rollout.modality_flow("read").any()
    assert not rollout.modality_flow("decide").any()
    assert rollout.moved == pytest.approx([0])


@pytest.mark.parametrize("signs", ["signed", "absolute"])
def test_mmca_reads_its_own_modality_as_the_other_decides(room, signs):
    config = replace(TINIEST_MANGO, partitions=("mmca",))
    subject = MangoSubject(Mango(config).eval().requires_grad_(False), room)
    rollout = measure_rollout(subject, signs)
    read, decide = rollout.modality_flow("read")[0], rollout.modality_flow("decide")[0]
    assert read[0, 1] == read[1, 0] == 0
    assert read.sum() == pytest.approx(1)
    assert decide[0, 0] == decide[1, 1] == 0
    assert decide.sum() == pytest.approx(1)


def test_who_decides_is_counted_by_the_tokens_of_each_half(room):
    """IMCA's positions are tokens: each weight is counted by hand."""
    config = replace(TINIEST_MANGO, partitions=("imca",), heads=1)
    subject = MangoSubject(Mango(config).eval().requires_grad_(False), room)
    expected = np.zeros((2, 2))
    for layer in subject.trace.attention_layers:
        for i, j in np.argwhere(np.triu(np.ones((4, 4)), 1)):
            source, target = layer.key_tokens[j] // 4, layer.value_tokens[i] // 4
            weight = abs(layer.gate[0] * layer.attention[0, 0, i, j])
            expected[source, target] += weight
    got = measure_rollout(subject, "signed").decided[0]
    np.testing.assert_allclose(got, expected, atol=1e-6)


def test_a_model_without_attention_is_refused(room):
    model = Mango(replace(TINIEST_MANGO, partitions=())).eval().requires_grad_(False)
    with pytest.raises(InputError, match="no attention"):
        measure_rollout(MangoSubject(model, room))
