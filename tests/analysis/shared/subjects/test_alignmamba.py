"""AlignMamba's attention as arrays, against its own functions."""

import numpy as np
import pytest
import torch

from fusionviz.analysis.shared.attention.alignmamba import hidden_stack, transport_stack
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.errors import InputError
from fusionviz.models.alignmamba import AlignMamba, hidden_attention
from tests.helpers.alignmamba_models import rgbd_config
from tests.helpers.tiny_models import tiny_alignmamba


@pytest.fixture(scope="module")
def room():
    return render_room(3, (48, 48))


@pytest.fixture(scope="module")
def subject(room):
    return AlignMambaSubject(tiny_alignmamba(), room)


@pytest.fixture(scope="module")
def both_ways(room):
    torch.manual_seed(0)
    model = AlignMamba(rgbd_config(bidirectional=True)).eval().requires_grad_(False)
    return AlignMambaSubject(model, room)


def by_hand(subject, index, *, backward=False, skip=False):
    """All channels' matrices of one layer, from the block's own trace."""
    layer = subject.model.backbone.layers[index]
    normed = layer.norm(torch.from_numpy(subject.trace.hidden[index]))
    block = layer.backward_block if backward else layer.block
    trace = block.trace(normed.flip(1) if backward else normed)
    D = trace.D if skip else None
    weights = hidden_attention(trace.delta, trace.A, trace.B, trace.C, D)[0]
    return (weights.flip(-1, -2) if backward else weights).numpy()


def test_hidden_attention_is_the_sum_over_channels(subject):
    stack = hidden_stack(subject)
    assert stack.weights.shape == (1, 1, 32, 32)
    expected = by_hand(subject, 0).sum(axis=0)
    lower = np.tril_indices(32)
    np.testing.assert_allclose(
        stack.weights[0, 0][lower], expected[lower], rtol=1e-4, atol=1e-6
    )
    assert np.isnan(stack.weights[0, 0][np.triu_indices(32, 1)]).all()


def test_one_channel_and_the_skip_weights(subject):
    channels = by_hand(subject, 0, skip=True)
    stack = hidden_stack(subject, 5, True)
    lower = np.tril_indices(32)
    np.testing.assert_allclose(
        stack.weights[0, 0][lower], channels[5][lower], rtol=1e-4, atol=1e-6
    )
    plain = hidden_stack(subject, 5, False)
    added = np.diag(stack.weights[0, 0]) - np.diag(plain.weights[0, 0])
    block = subject.model.backbone.layers[0].block
    np.testing.assert_allclose(added, float(block.D[5]), rtol=1e-4)
    with pytest.raises(InputError, match="channels are 0 to 31"):
        hidden_stack(subject, 32)


def test_a_layer_that_reads_both_ways_has_two_directions(both_ways):
    stack = hidden_stack(both_ways)
    assert stack.heads == ("forward", "backward")
    upper = np.triu_indices(32)
    for index in range(2):
        expected = by_hand(both_ways, index, backward=True).sum(axis=0)
        np.testing.assert_allclose(
            stack.weights[index, 1][upper], expected[upper], rtol=1e-4, atol=1e-6
        )
        assert np.isnan(stack.weights[index, 1][np.tril_indices(32, -1)]).all()


def test_positions_are_interleaved_and_on_the_grid(subject):
    keys = hidden_stack(subject).keys
    assert keys.modality[:4] == ("depth", "rgb", "depth", "rgb")
    assert keys.grid == (4, 4)
    assert keys.names[2 * 5 + 1] == "rgb row 2, column 2"


def test_transport_rows_are_the_plan_and_the_cost(subject):
    stack = transport_stack(subject)
    assert stack.layers == ("depth → rgb",)
    assert stack.heads == ("plan", "cost")
    alignment = subject.trace.alignments["depth"]
    np.testing.assert_allclose(stack.weights[0, 0], 16 * alignment.coupling[0])
    np.testing.assert_allclose(stack.weights[0, 0].sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(stack.weights[0, 1], alignment.cost[0])
    assert stack.queries.modalities == ("depth",)
    assert stack.keys.modalities == ("rgb",)


def test_a_missing_modality_is_read_from_learned_tokens_and_not_sent(room):
    sample = RGBDSample(rgb=room.rgb, depth_m=None)
    subject = AlignMambaSubject(tiny_alignmamba(), sample)
    stack = hidden_stack(subject)
    assert stack.missing == "depth"
    assert np.isfinite(stack.weights[0, 0][np.tril_indices(32)]).all()
    with pytest.raises(InputError, match="depth is missing"):
        transport_stack(subject)
