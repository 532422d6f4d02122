"""Damaged bytes give sound attention or an InputError, and nothing else."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fusionviz.errors import InputError
from tests.fuzz.sequences import ATTENTION as FILES
from tests.fuzz.sequences import check_attention, npz


def _check(data):
    with suppress(InputError):
        check_attention(data)


@st.composite
def damaged_files(draw):
    """A real file with some bytes changed, taken out, put in or cut off."""
    data = bytearray(draw(st.sampled_from(FILES)))
    for _ in range(draw(st.integers(1, 6))):
        reach = draw(st.sampled_from([64, 400, len(data)]))
        at = draw(st.integers(0, max(0, min(reach, len(data)) - 1)))
        new = draw(st.binary(max_size=4) | st.sampled_from([b"\xff" * 4, bytes(4)]))
        data[at : at + draw(st.integers(0, 8))] = new
    return bytes(data[: draw(st.sampled_from([None, 20, len(data) // 2]))])


@settings(max_examples=200)
@given(damaged_files())
def test_damaged_files(data):
    _check(data)


@settings(max_examples=100)
@given(st.sampled_from([b"PK\3\4", b"\x93NUMPY\1\0", b""]), st.binary(max_size=300))
def test_any_bytes(magic, rest):
    _check(magic + rest)


any_array = arrays.arrays(
    st.sampled_from(["f2", "f4", ">f8", "i4", "u1", "?", "U3", "S3", "c8"]),
    arrays.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=4),
)


@settings(max_examples=100)
@given(
    st.dictionaries(
        st.sampled_from(["attention", "x", "tokens", "modality", "grid", "key_tokens"]),
        any_array,
        min_size=1,
    )
)
def test_any_arrays(contents):
    _check(npz(**contents))
