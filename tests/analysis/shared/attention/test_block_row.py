"""A row of hidden attention beside the block's Jacobian, against the block itself."""

import numpy as np
import pytest
import torch
from torch.func import jacrev

from fusionviz.analysis.shared.attention.alignmamba import hidden_stack
from fusionviz.analysis.shared.attention.block_row import measure_block_row
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from fusionviz.models.alignmamba import AlignMamba, AlignMambaConfig
from tests.helpers.tiny_models import tiny_sentiment


@pytest.fixture(scope="module")
def subject():
    torch.manual_seed(0)
    config = tiny_sentiment().config
    settings = {**vars(config), "bidirectional": True, "layers": 2}
    model = AlignMamba(AlignMambaConfig(**settings)).eval().requires_grad_(False)
    return AlignMambaSubject(model, render_utterance(12), "sentiment")


def sizes(block, hidden, token):
    block.backend = "reference"
    whole = jacrev(lambda x: block(x[None])[0, token])(hidden)
    return whole.norm(dim=(0, 2)).numpy()


@pytest.mark.parametrize("head", [0, 1])
def test_the_whole_is_the_blocks_own_jacobian_in_its_direction(subject, head):
    layer = subject.model.backbone.layers[1]
    hidden = layer.norm(torch.from_numpy(subject.trace.hidden[1]))[0]
    last = len(hidden) - 1
    row = measure_block_row(subject, layer=1, head=head, query=5)
    if head:
        expected = sizes(layer.backward_block, hidden.flip(0), last - 5)[::-1]
        expected[:5] = np.nan
    else:
        expected = sizes(layer.block, hidden, 5)
        expected[6:] = np.nan
    np.testing.assert_allclose(row.whole, expected, rtol=1e-3, atol=1e-6)
    stack = hidden_stack(subject).weights[1, head, 5]
    np.testing.assert_array_equal(row.scan, np.abs(stack.astype(np.float64)))
    read = ~np.isnan(row.whole)
    expected = np.corrcoef(row.scan[read], row.whole[read])[0, 1]
    assert row.agreement(row.scan) == pytest.approx(expected)
    assert row.agreement(row.whole) == pytest.approx(1)
    others = read & (np.arange(len(read)) != 5)
    assert (row.gate[others] == 0).all()
    assert row.gate[5] > 0


def test_the_scans_row_is_of_the_channel_that_is_asked(subject):
    row = measure_block_row(subject, layer=0, head=0, query=4, channel=3, skip=True)
    stack = hidden_stack(subject, 3, True).weights[0, 0, 4]
    np.testing.assert_array_equal(row.scan, np.abs(stack.astype(np.float64)))


def test_agreement_of_too_little_is_unknown(subject):
    row = measure_block_row(subject, layer=0, head=0, query=1)
    assert np.isnan(row.agreement(row.scan))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"layer": 2}, "layers are 0 to 1"),
        ({"head": 2}, "directions are 0 to 1"),
        ({"query": 999}, "rows are 0 to"),
        ({"channel": 99}, "channels are 0 to"),
    ],
)
def test_what_is_not_there_is_refused(subject, asked, message):
    with pytest.raises(InputError, match=message):
        measure_block_row(subject, **{"layer": 0, "head": 0, "query": 0} | asked)
