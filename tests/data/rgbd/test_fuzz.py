"""Damaged bytes give a sound sample or an InputError, and nothing else."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fusionviz.data.rgbd_files import DEPTH_UNITS, read_pair
from fusionviz.errors import InputError
from tests.helpers.rgbd_bytes import (
    image_bytes,
    npy_bytes,
    npz_bytes,
    pfm_bytes,
    photo,
    room_mm,
)

MM, PHOTO = room_mm(), photo()
METRES = (MM / 1000).astype(np.float32)
FILES = (
    *(image_bytes(PHOTO, f) for f in ("PNG", "JPEG", "WEBP", "BMP", "PPM", "TIFF")),
    image_bytes(PHOTO, "PNG", "P"),
    image_bytes(PHOTO, "JPEG", "CMYK"),
    image_bytes(PHOTO, "TIFF", compression="tiff_lzw"),
    image_bytes(MM, "PNG"),
    image_bytes(METRES, "TIFF", compression="tiff_deflate"),
    b"P5 32 24 65535\n" + MM.astype(">u2").tobytes(),
    b"P2 32 24 65535\n" + " ".join(map(str, MM.ravel())).encode(),
    npy_bytes(METRES),
    npz_bytes(depth=METRES, other=MM),
    pfm_bytes(METRES),
)
MAGIC = (
    b"P5",
    b"Pf\n",
    b"BM",
    b"II*\0",
    b"\x93NUMPY\1\0",
    b"PK\3\4",
    b"v/1\1",
    b"RIFF",
)


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
    try:
        sample = read_pair(rgb, depth, depth_unit=unit)
    except InputError:
        return
    if depth is not None:
        measured = sample.depth_m[~np.isnan(sample.depth_m)]
        assert measured.size
        assert np.isfinite(measured).all()
        assert (measured > 0).all()
        assert sample.depth_m.dtype == np.float32
    if rgb is not None:
        assert sample.rgb.dtype == np.uint8
        assert sample.rgb.ndim == 3


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
