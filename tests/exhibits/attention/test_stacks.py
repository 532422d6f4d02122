"""AlignMamba's attention and brought arrays as exhibits."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from fusionviz.analysis.shared.attention.alignmamba import hidden_stack, transport_stack
from fusionviz.analysis.shared.attention.block_row import measure_block_row
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.data.rooms import render_room
from fusionviz.errors import InputError
from fusionviz.exhibits.attention.stacks import make_brought, make_transport
from fusionviz.exhibits.shared.block_row import make_block_row
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.exhibits.shared.stacks import HiddenControls, StackControls, make_hidden


def ask(make, subject, **settings):
    kind = HiddenControls if make is make_hidden else StackControls
    return make(Request(subject=subject, controls=kind(**settings)))


def test_hidden_attention_is_that_of_its_channel(mamba_subject):
    exhibit = ask(make_hidden, mamba_subject, channel=3, skip=True, query=9)
    expected = hidden_stack(mamba_subject, 3, True).weights[0, 0]
    np.testing.assert_array_equal(exhibit.arrays["matrix"], expected)
    np.testing.assert_array_equal(exhibit.arrays["row"], expected[9])
    row_sum = exhibit.numbers["row_sum"]
    assert row_sum == pytest.approx(np.nansum(expected[9]), rel=1e-5)


def test_a_row_of_hidden_attention_is_beside_the_blocks(utterance_subject):
    asked = HiddenControls(query=7, channel=2)
    exhibit = make_block_row(Request(subject=utterance_subject, controls=asked))
    row = measure_block_row(utterance_subject, layer=0, head=0, query=7, channel=2)
    for name in ("scan", "values", "selection", "gate", "whole"):
        np.testing.assert_array_equal(exhibit.arrays[name], getattr(row, name))
        np.testing.assert_array_equal(exhibit.table[name], getattr(row, name))
    agreement = row.agreement(row.scan)
    assert exhibit.numbers["correlation_scan_whole"] == agreement
    assert f"**{agreement:.2f}**" in exhibit.caption
    assert "Hidden attention is the scan's" in exhibit.caption
    hidden = make_hidden(Request(subject=utterance_subject, controls=asked))
    assert "scan's alone" in hidden.caption
    np.testing.assert_allclose(np.abs(hidden.arrays["row"]), row.scan)


def test_a_block_that_is_not_there_is_refused(mamba_subject):
    asked = Request(subject=mamba_subject, controls=HiddenControls(head=9))
    with pytest.raises(InputError, match="directions are 0 to"):
        make_block_row(asked)


def test_transport_is_the_plan_or_the_cost(mamba_subject):
    stack = transport_stack(mamba_subject)
    for head in (0, 1):
        exhibit = ask(make_transport, mamba_subject, head=head)
        np.testing.assert_array_equal(exhibit.arrays["matrix"], stack.weights[0, head])
    with pytest.raises(InputError, match="no mean of plan and cost"):
        ask(make_transport, mamba_subject, head=-1)


def test_a_brought_file_is_shown_as_it_is(stack):
    exhibit = ask(make_brought, stack, layer=1, head=1, query=1)
    np.testing.assert_array_equal(exhibit.arrays["matrix"], stack.weights[1, 1])
    assert list(exhibit.table["name"])[:2] == ["a", "lamp"]
    shares = [v for k, v in exhibit.numbers.items() if k.startswith("share_text")]
    assert sum(shares) == pytest.approx(1)
    assert "`lamp`" in exhibit.caption
    mean = ask(make_brought, stack, head=-1).arrays["matrix"]
    np.testing.assert_allclose(mean, stack.weights[0].mean(axis=0), rtol=1e-6)


@pytest.mark.parametrize("settings", [{"layer": 2}, {"head": 2}, {"query": 20}])
def test_what_the_arrays_have_not_is_refused(stack, settings):
    with pytest.raises(InputError, match="are 0 to"):
        ask(make_brought, stack, **settings)


def test_controls_are_checked():
    for settings in ({"layer": -1}, {"head": -2}, {"query": -2}, {"order": "x"}):
        with pytest.raises(InputError):
            StackControls.from_json(settings)


def test_sessions_see_their_own_sample(mamba_subject):
    rooms = [render_room(seed, (32, 32)) for seed in range(3)]

    def matrix(room):
        subject = AlignMambaSubject(mamba_subject.model, room)
        return ask(make_hidden, subject).arrays["matrix"]

    alone = [matrix(room) for room in rooms]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(matrix, rooms * 2))
    for expected, got in zip(alone * 2, together, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-6)
    assert not np.allclose(alone[0], alone[1], equal_nan=True)
