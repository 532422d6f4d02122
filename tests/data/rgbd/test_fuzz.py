"""Damaged bytes give a sound sample or an InputError, and nothing else.

More of them, with time and memory: `python -m tests.fuzz --kind pairs --cases 2000`.
"""

from contextlib import suppress

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fusionviz.data.rgbd_files import DEPTH_UNITS
from fusionviz.errors import InputError
from tests.fuzz.pairs import FILES, MAGIC, check_pair
from tests.helpers.files.rgbd_bytes import npy_bytes


@st.composite
def damaged_files(draw):
    """A real file with some bytes changed, taken out, put in or cut off."""
    data = bytearray(draw(st.sampled_from(FILES)))
    for _ in range(draw(st.integers(1, 6))):
        # Headers are where damage does most.
        reach = draw(st.sampled_from([64, 400, len(data)]))
        at = draw(st.integers(0, max(0, min(reach, len(data)) - 1)))
        new = draw(st.binary(max_size=4) | st.sampled_from([b"\xff" * 4, bytes(4)]))
        data[at : at + draw(st.integers(0, 8))] = new
    return bytes(data[: draw(st.sampled_from([None, 20, len(data) // 2]))])


def _check(rgb, depth, unit):
    with suppress(InputError):
        check_pair(rgb, depth, unit)


@settings(max_examples=400)
@given(damaged_files(), st.sampled_from(DEPTH_UNITS))
def test_damaged_files(data, unit):
    _check(data, None, unit)
    _check(None, data, unit)


@settings(max_examples=150)
@given(st.sampled_from(MAGIC), st.binary(max_size=300), st.sampled_from(DEPTH_UNITS))
def test_any_bytes(magic, rest, unit):
    for data in (rest, magic + rest):
        _check(data, data, unit)


@settings(max_examples=100)
@given(st.sampled_from(FILES), st.sampled_from(FILES), st.sampled_from(DEPTH_UNITS))
def test_any_pair_of_files(rgb, depth, unit):
    _check(rgb, depth, unit)


@settings(max_examples=200)
@given(
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    dtype=st.sampled_from(["u1", "<u2", ">u2", "i4", "u8", "f2", "f4", ">f8", "i8"]),
    data=st.data(),
)
def test_any_numbers(height, width, dtype, data):
    size = height * width * np.dtype(dtype).itemsize
    body = data.draw(st.binary(min_size=size, max_size=size))
    values = np.frombuffer(body, dtype).reshape(height, width)
    _check(None, npy_bytes(values), data.draw(st.sampled_from(DEPTH_UNITS)))
