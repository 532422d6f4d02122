"""RGB and depth files with faults, of every kind that is read."""

from functools import cache, partial
from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fusionviz.data.folders import data_folder
from fusionviz.data.rgbd_files import DEPTH_UNITS, read_pair
from tests.fuzz.kinds import Kind, Reading
from tests.fuzz.mutations import ANY, Random, changed, claim, npy_header, pick, repack
from tests.helpers.files.rgbd_bytes import (
    exr_bytes,
    hdf5_bytes,
    image_bytes,
    mat_bytes,
    npy_bytes,
    npz_bytes,
    pfm_bytes,
    photo,
    png_bytes,
    room_mm,
    tiff_bytes,
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
    tiff_bytes(PHOTO, METRES.astype(np.float16), packed=True),
    tiff_bytes(METRES.astype(np.float64), order=">", predictor=3),
    mat_bytes(depth=METRES, K=np.eye(3), name="room"),
    mat_bytes(packed=False, z=MM),
    hdf5_bytes(**{"scene/depth": METRES, "scene/K": np.eye(3)}),
    hdf5_bytes(matlab=True, depth=MM),
    png_bytes(np.dstack([MM, np.full_like(MM, 65535)]), 16, 4),
    png_bytes(np.dstack([PHOTO.astype(np.uint16), MM]), 16, 6),
    npy_bytes(np.dstack([PHOTO / 255, METRES])),
    exr_bytes({"Depth.Z": METRES, "Normal.X": METRES, "Normal.Y": METRES}),
    exr_bytes({"R": METRES, "G": METRES, "B": METRES}, {"Z": METRES}),
)
"""A file of each kind that is read."""

MAGIC = (
    b"P5",
    b"Pf\n",
    b"BM",
    b"II*\0",
    b"\x93NUMPY\1\0",
    b"PK\3\4",
    b"v/1\1",
    b"RIFF",
    b"MM\0*",
    b"MATLAB 5.0 MAT-file".ljust(126) + b"IM",
    b"\x89HDF\r\n\x1a\n",
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff\xe0",
)
"""How files of each kind begin."""

UNITS = ("auto", *DEPTH_UNITS)
_SUFFIXES = {".png", ".jpg", ".npy", ".npz", ".exr", ".tiff", ".pfm", ".pgm", ".ppm"}


@cache
def files() -> tuple[bytes, ...]:
    """Return files without faults, those of the data folder too where it is there."""
    paths: list[Path] = []
    for name in ("reports", "uploads"):
        paths += [p for p in (data_folder() / name).rglob("*") if p.suffix in _SUFFIXES]
    return (*FILES, *(path.read_bytes() for path in sorted(paths)))


def check_pair(rgb: bytes | None, depth: bytes | None, unit: str) -> None:
    """Read a pair and look at what comes back.

    Raises:
        InputError: It is refused.
        AssertionError: It was read, and is not as samples are.
    """
    sample = read_pair(rgb, depth, depth_unit=unit)
    if depth is not None:
        assert sample.depth_m is not None
        measured = sample.depth_m[~np.isnan(sample.depth_m)]
        assert measured.size
        assert np.isfinite(measured).all()
        assert (measured > 0).all()
        assert sample.depth_m.dtype == np.float32
    if rgb is not None:
        assert sample.rgb is not None
        assert sample.rgb.dtype == np.uint8
        assert sample.rgb.ndim == 3


def _mutated(random: Random) -> Reading:
    data = pick(files(), random)
    kinds = (*ANY, claim, claim, claim)
    kinds += (repack,) * 6 * data.startswith(b"PK")
    kinds += (npy_header,) * 6 * data.startswith(b"\x93NUMPY")
    bad = changed(data, random, kinds)
    other = pick(files(), random) if random.random() < 0.2 else None
    slots = (bad, other) if random.random() < 0.4 else (other, bad)
    return partial(check_pair, *slots, pick(UNITS, random))


_NUMBERS = st.sampled_from(
    ["u1", "<u2", ">u2", "i4", "u8", "f2", "f4", ">f8", "i8", "?", "c8", "U2", "f4,f4"]
)
_ARRAYS = arrays.arrays(_NUMBERS, arrays.array_shapes(max_dims=5, max_side=9))
_PICTURES = arrays.arrays(
    st.sampled_from(["u1", "u2", "f4"]),
    st.tuples(st.integers(1, 12), st.integers(1, 12)),
)


def _as_files(array: np.ndarray) -> st.SearchStrategy[bytes]:
    """Return files that hold an array, of all kinds that take its numbers."""
    made = [npy_bytes(array), npz_bytes(depth=array)]
    if array.ndim == 2 and array.dtype in (np.uint8, np.uint16):
        made += [image_bytes(array, "PNG"), image_bytes(array, "TIFF")]
        made += [mat_bytes(z=array), hdf5_bytes(depth=array)]
    if array.ndim == 2 and array.dtype == np.float32:
        made += [pfm_bytes(array), exr_bytes({"Z": array}), tiff_bytes(array)]
    return st.sampled_from(made)


_BYTES = st.tuples(st.sampled_from([b"", *MAGIC]), st.binary(max_size=400)).map(
    b"".join
)
_FILES = st.one_of(
    (_ARRAYS | _PICTURES).flatmap(_as_files), _PICTURES.flatmap(_as_files), _BYTES
)
_SLOT = st.none() | _FILES | st.sampled_from(FILES)

PAIRS = Kind(
    name="pairs",
    share=40,
    mutated=_mutated,
    generated=st.builds(
        partial, st.just(check_pair), _SLOT, _SLOT, st.sampled_from(UNITS)
    ),
)
