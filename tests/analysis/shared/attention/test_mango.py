"""Attention maps in the image's own places."""

import copy

import numpy as np
import pytest
import torch

from fusionviz.analysis.shared.attention.mango import (
    attention_layers,
    measure_attention,
)


def test_every_attention_layer_is_named_in_order(mango):
    layers = attention_layers(mango)
    assert [layer.kind for layer in layers] == ["mmca"] * 2 + ["imca"] * 4 + [
        "lica"
    ] * 2
    assert all("block 1" in layer.name for layer in layers)
    assert [layer.index for layer in layers] == sorted(layer.index for layer in layers)


def test_weights_are_those_that_the_layer_applies(mango, room):
    """Y2 = X2 + g S X2 with the record's S and g, against the layer's own output."""
    place = attention_layers(mango)[0]
    record = measure_attention(mango, room, layer=place.index)
    with torch.inference_mode():
        x = mango.encode(room)
        for index, layer in enumerate(mango.flow.layers):
            before, (x, _) = x, layer(x)
            if index == place.index:
                break
    values = (
        before[0, record.value_tokens].numpy().reshape(record.tokens, record.heads, -1)
    )
    read = np.einsum("hij,jhc->ihc", record.weights, values)
    expected = values + record.gate[None, :, None] * read
    after = x[0, record.value_tokens].numpy().reshape(expected.shape)
    np.testing.assert_allclose(after, expected, atol=1e-5)


@pytest.mark.parametrize("kind", ["mmca", "imca"])
def test_a_row_covers_both_pictures_and_hides_what_is_masked(mango, room, kind):
    place = next(layer for layer in attention_layers(mango) if layer.kind == kind)
    record = measure_attention(mango, room, layer=place.index)
    query = 5
    maps = record.over_pictures(1, query)
    assert maps.shape == (2, *record.grid)
    joint = maps.reshape(-1)
    for token in range(record.tokens):
        for places in (record.key_tokens, record.value_tokens):
            shown = joint[places[token]]
            if token < query:
                assert np.isnan(shown)
            else:
                assert shown == record.weights[1, query, token]


@pytest.mark.parametrize("kind", ["mmca", "imca"])
@pytest.mark.parametrize("modality", ["rgb", "depth"])
def test_a_clicked_patch_belongs_to_the_row_that_it_asks(mango, room, kind, modality):
    place = next(layer for layer in attention_layers(mango) if layer.kind == kind)
    record = measure_attention(mango, room, layer=place.index)
    for row in range(4):
        for column in range(4):
            query = record.row_at(modality, row, column)
            joint = 4 * row + column + 16 * (modality == "depth")
            assert joint in (record.key_tokens[query], record.value_tokens[query])


@pytest.fixture(scope="module")
def lica(mango, room):
    """A LICA layer whose W has learned to mix."""
    mixed = copy.deepcopy(mango)
    index = next(x.index for x in attention_layers(mixed) if x.kind == "lica")
    matrix = mixed.flow.layers[index].partition.matrix
    torch.manual_seed(0)
    with torch.no_grad():
        for factor in (matrix.lower, matrix.upper):
            factor.add_(0.05 * torch.randn_like(factor))
    return mixed, measure_attention(mixed, room, layer=index)


def test_weights_of_mixtures_are_spread_over_the_tokens_that_they_hold(lica):
    mixed, record = lica
    partition = mixed.flow.layers[record.layer.index].partition
    size = partition.matrix.weight().abs().double().numpy()
    head, query = 1, 3
    expected = np.zeros(2 * record.tokens)
    for j in range(record.tokens):
        row = size[record.tokens + j]  # position j of X2
        expected += record.weights[head, query, j] * row / row.sum()
    maps = record.over_pictures(head, query)
    np.testing.assert_allclose(maps.ravel(), expected, rtol=1e-4)
    assert maps.sum() == pytest.approx(1, abs=1e-5)


def test_the_halves_of_mixtures_are_what_their_positions_are_nearest_to(lica):
    mixed, record = lica
    partition = mixed.flow.layers[record.layer.index].partition
    nearest = partition.nearest_permutation().tolist()
    assert [*record.key_tokens, *record.value_tokens] == nearest
    for position, token in enumerate(nearest):
        assert record.row_of(token) == position % record.tokens


def test_a_token_that_there_is_not_is_refused(mango, room):
    record = measure_attention(mango, room, layer=attention_layers(mango)[0].index)
    with pytest.raises(ValueError, match="tokens are 0 to 31, got 32"):
        record.row_of(32)


def test_entropy_counts_the_tokens_read(mango, room):
    record = measure_attention(mango, room, layer=attention_layers(mango)[0].index)
    last = record.tokens - 1
    assert record.entropy_bits(0, last) == pytest.approx(0, abs=1e-6)
    row = record.weights[0, 0].astype(float)
    expected = -sum(p * np.log2(p) for p in row if p > 0)
    assert record.entropy_bits(0, 0) == pytest.approx(expected)
    assert record.entropy_bits(0, 0) <= np.log2(record.tokens) + 1e-6


def test_a_missing_modality_is_named(mango, rgb_only):
    record = measure_attention(mango, rgb_only, layer=attention_layers(mango)[0].index)
    assert record.missing == "depth"
    assert record.pictures.depth_m is None


def test_a_layer_without_attention_is_refused(mango, room):
    with pytest.raises(ValueError, match="attention layers are"):
        measure_attention(mango, room, layer=0)
