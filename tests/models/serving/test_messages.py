"""Messages: what is written is read again, and nothing else is."""

import contextlib
import dataclasses
import json
import pickle
import struct

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fusionviz.data.grid import Grid
from fusionviz.data.rooms import render_room
from fusionviz.errors import InputError
from fusionviz.models.inputs import ImageBatch, to_batch
from fusionviz.models.mango.layers.invertible import HeadIntervention
from fusionviz.models.serving.messages import (
    DTYPES,
    KEY,
    read_message,
    write_message,
)
from tests.helpers.shapes import unchecked

SHAPES = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5)
ARRAYS = st.sampled_from(sorted(DTYPES)).flatmap(
    lambda name: arrays.arrays(DTYPES[name], SHAPES)
)
SIMPLE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**62), 2**62),
    st.floats(),
    st.text(max_size=8),
)
VALUES = st.recursive(
    st.one_of(SIMPLE, ARRAYS, ARRAYS.map(torch.from_numpy)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=4),
        st.builds(HeadIntervention, gate=inner, uniform=inner),
        st.builds(Grid, st.integers(0, 9), st.integers(0, 9)),
    ),
    max_leaves=12,
)


def same(one, other):
    """Whether two values are of the same kinds and hold the same bits."""
    if type(one) is not type(other):
        return False
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and same(one.numpy(), other.numpy())
    if isinstance(one, np.ndarray):
        is_alike = one.dtype == other.dtype and one.shape == other.shape
        return is_alike and one.tobytes() == other.tobytes()
    if dataclasses.is_dataclass(one):
        return same(vars(one), vars(other))
    if isinstance(one, dict):
        pairs = zip(one.items(), other.items(), strict=True)
        return len(one) == len(other) and all(
            a == b and same(x, y) for (a, x), (b, y) in pairs
        )
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or (one != one and other != other)


@pytest.fixture(scope="module")
def records_of_anything():
    """Let records hold what they are not made for."""
    with unchecked():
        yield


@pytest.mark.usefixtures("records_of_anything")
@given(VALUES)
def test_what_is_written_is_read_again(value):
    assert same(read_message(write_message(value)), value)


def test_a_batch_of_pictures_comes_back_and_may_be_written_to():
    batch = to_batch([render_room(3, (16, 16))], 16)
    found = read_message(write_message({"batch": batch}))["batch"]
    assert isinstance(found, ImageBatch)
    for name in batch.names:
        assert torch.equal(found[name], batch[name])
        found[name].add_(1)


def test_tensors_need_not_be_in_order():
    turned = torch.arange(24.0).view(2, 3, 4).permute(2, 0, 1)
    assert torch.equal(read_message(write_message(turned)), turned)
    wanted = torch.ones(2, requires_grad=True)
    assert torch.equal(read_message(write_message(wanted)), wanted.detach())


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {"x": {1, 2}},
        np.array(["a"]),
        np.array([None]),
        torch.zeros(2, dtype=torch.complex64),
        {(1, 2): 3},
        len,
    ],
)
def test_what_is_of_no_known_kind_is_not_written(value):
    with pytest.raises(TypeError):
        write_message(value)


def message(structure, tensors=None, content=b""):
    """Bytes of a message whose structure and header may be anything."""
    header = {**(tensors or {}), "__metadata__": {KEY: json.dumps(structure)}}
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content


def tensor(dtype, shape, end):
    return {"0": {"dtype": dtype, "shape": shape, "data_offsets": [0, end]}}


WHOLE = write_message({"x": torch.arange(6.0)})

BAD = {
    "nothing": b"",
    "a pickle": pickle.dumps({"x": 1}),
    "cut short": WHOLE[:-1],
    "cut in its header": WHOLE[:40],
    "one byte more": WHOLE + b"\0",
    "a header of 2**60 bytes": struct.pack("<Q", 2**60) + WHOLE[8:],
    "a header that is no JSON": struct.pack("<Q", 4) + b"{{{{",
    "no structure": struct.pack("<Q", 2) + b"{}",
    "another class": message({"record": "Path", "fields": {"args": []}}),
    "a class of Python": message({"record": "os.system", "fields": {"0": "ls"}}),
    "other fields": message({"record": "Grid", "fields": {"rows": 1}}),
    "more fields": message({"record": "Grid", "fields": {}, "more": 1}),
    "a kind that is none": message({"object": "x"}),
    "two kinds": message({"list": [], "tuple": []}),
    "a bare list": message([1, 2]),
    "a tensor that is not there": message({"tensor": "7"}),
    "one tensor in two places": message(
        {"list": [{"tensor": "0"}, {"tensor": "0"}]}, tensor("F32", [1], 4), b"\0" * 4
    ),
    "a huge tensor": message({"tensor": "0"}, tensor("F32", [2**40, 2**20], 4), b"\0"),
    "a huge empty tensor": message({"tensor": "0"}, tensor("F32", [2**60, 0], 0)),
    "too many axes": message({"tensor": "0"}, tensor("U8", [1] * 40, 1), b"\0"),
    "a side below zero": message({"tensor": "0"}, tensor("U8", [-1], 1), b"\0"),
    "another type": message({"tensor": "0"}, tensor("C64", [1], 8), b"\0" * 8),
    "no such type": message({"tensor": "0"}, tensor("OBJ", [1], 8), b"\0" * 8),
    "a key twice": message({"table": [["a", 1], ["a", 2]]}),
    "a key that is a list": message({"table": [[["a"], 1]]}),
    "nested too deep": message(
        json.loads("[" * 400 + "]" * 400)  # and as text, below
    ),
    "text nested too deep": struct.pack("<Q", 200_000) + b"[" * 200_000,
    "a number of 9,000 digits": struct.pack("<Q", 9000) + b"9" * 9000,
}


@pytest.mark.parametrize("name", BAD)
def test_other_bytes_are_refused_in_one_sentence(name):
    with pytest.raises(InputError, match="no message of fusionviz") as refused:
        read_message(BAD[name])
    assert "\n" not in str(refused.value)


@settings(max_examples=300)
@given(st.data())
def test_changed_bytes_are_read_or_refused(data):
    whole = bytearray(write_message({"a": [1, torch.ones(3)], "g": Grid(2, 3)}))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(InputError):
        read_message(bytes(whole))
