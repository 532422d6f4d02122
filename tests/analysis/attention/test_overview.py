"""All heads: against the report on heads, and orders written out."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from fusionviz.analysis.attention.heads import measure_heads
from fusionviz.analysis.attention.one_head import (
    find_head,
    find_token,
)
from fusionviz.analysis.attention.overview import measure_overview
from fusionviz.analysis.attention.partitions import measure_partitions
from fusionviz.analysis.shared.attention.mango import attention_layers
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.grid import Grid
from fusionviz.errors import InputError
from fusionviz.models.mango import Mango
from fusionviz.models.mango.layers.partition import PAIRINGS


@pytest.fixture(scope="module")
def subject(mango, room):
    return MangoSubject(mango, room)


@pytest.fixture(scope="module")
def overview(subject):
    """Heads whose gates differ; those of a tiny model all start alike."""
    found = measure_overview(subject)
    gate = np.random.default_rng(0).uniform(-0.05, 0.05, len(found))
    gate[3] = gate[7]
    return replace(found, gate=gate)


def test_every_head_is_measured_as_in_the_report_on_heads(mango, room, subject):
    found = measure_overview(subject)
    place = 0
    for layer in measure_heads(mango, [room]).layers:
        for head in range(layer.heads):
            assert found.place(layer.index, head) == place
            assert found.layer_at(place).layer.name == layer.name
            assert found.gate[place] == pytest.approx(layer.gate[head])
            assert found.entropy[place] == pytest.approx(layer.entropy[head])
            if layer.distance is None:
                assert math.isnan(found.distance[place])
            else:
                assert found.distance[place] == pytest.approx(layer.distance[head])
            place += 1
    assert len(found) == place == 16


def test_the_matrix_of_a_place_is_that_heads(subject, mango, room):
    traced = mango.trace(room).attention_layers
    found = measure_overview(subject)
    for place in range(len(found)):
        layer, head = divmod(place, 2)
        np.testing.assert_allclose(
            found.matrix(place), traced[layer].attention[0, head], atol=1e-6
        )


@pytest.mark.parametrize("sort", ["flow", "strength", "gate", "entropy", "distance"])
def test_heads_are_sorted_and_ties_keep_the_order_of_the_flow(overview, sort):
    def key(place):
        gate, entropy = abs(overview.gate[place]), overview.entropy[place]
        distance = overview.distance[place]
        return {
            "flow": 0,
            "strength": -gate * (1 - entropy),
            "gate": -gate,
            "entropy": entropy,
            "distance": math.inf if math.isnan(distance) else -distance,
        }[sort]

    expected = sorted(range(len(overview)), key=lambda place: (key(place), place))
    assert overview.select(sort=sort).tolist() == expected


def test_heads_are_filtered_by_kind_block_and_gate(overview):
    kinds = [overview.layer_at(place).layer.kind for place in range(len(overview))]
    open_ = [
        place for place in range(len(overview)) if abs(overview.gate[place]) >= 0.02
    ]
    found = overview.select(kinds=("imca", "lica"), block=1, open_only=True)
    assert found.tolist() == [p for p in open_ if kinds[p] != "mmca"]
    assert 0 < len(found) < 12
    assert not len(overview.select(block=2))


def test_the_strongest_is_open_wide_and_reads_little(overview):
    strengths = [
        abs(g) * (1 - h) for g, h in zip(overview.gate, overview.entropy, strict=True)
    ]
    assert overview.strongest == strengths.index(max(strengths))


def test_without_gates_the_strongest_reads_least_and_all_are_open(overview):
    plain = replace(overview, gate=None)
    assert plain.strongest == int(np.argmin(plain.entropy))
    assert len(plain.select(open_only=True)) == len(plain)


def test_a_head_is_found_by_name_or_by_strength(subject):
    found = measure_overview(subject)
    attention, head = find_head(subject)
    assert found.place(attention.layer.index, head) == found.strongest
    index = found.layers[4].layer.index
    attention, head = find_head(subject, layer=index)
    assert attention.layer.index == index
    of_layer = found.strength[8:10]
    assert head == int(of_layer.argmax())
    attention, head = find_head(subject, layer=index, head=1)
    assert (attention.layer.index, head) == (index, 1)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"layer": 0}, "attention layers are"),
        ({"layer": 0, "head": 0}, "attention layers are"),
        ({"layer": 2, "head": 2}, "heads are 0 to 1, got 2"),
        ({"head": 2}, "heads are 0 to 1, got 2"),
    ],
)
def test_a_head_that_there_is_not_is_refused(subject, asked, said):
    with pytest.raises(InputError, match=said):
        find_head(subject, **asked)


def test_a_token_is_found_or_refused():
    torch.manual_seed(0)
    subject = type("Subject", (), {"grid": Grid(4, 4)})()
    assert find_token(subject) == 6
    assert find_token(subject, 31) == 31
    with pytest.raises(InputError, match="tokens are 0 to 31, got 32"):
        find_token(subject, 32)


def test_a_model_without_attention_says_so(mango, room):
    subject = MangoSubject(Mango(replace(mango.config, partitions=())).eval(), room)
    with pytest.raises(InputError, match="no attention layer"):
        measure_overview(subject)
    with pytest.raises(InputError, match="attention layers are none"):
        subject.attention(0)


def test_partitions_are_whole_pictures_or_columns_or_rows(mango):
    layers = attention_layers(mango)
    found = measure_partitions(mango, layer=layers[3].index)
    assert found.layers == layers
    rgb_to_depth, depth_to_rgb = found.second[:2]
    assert (rgb_to_depth[0] == 0).all()
    assert (rgb_to_depth[1] == 1).all()
    np.testing.assert_array_equal(depth_to_rgb, 1 - rgb_to_depth)
    for pairing, share in zip(PAIRINGS, found.second[2:6], strict=True):
        for changed, map_ in zip(pairing[2:], share, strict=True):
            columns = np.arange(4) % 2 == (changed == "odd")
            np.testing.assert_array_equal(map_, np.tile(columns, (4, 1)))
    odd_rows = np.repeat(np.arange(4) % 2 == 1, 4).reshape(4, 4)
    for map_ in found.second[6]:  # before training LICA takes every other row
        np.testing.assert_allclose(map_, odd_rows)
