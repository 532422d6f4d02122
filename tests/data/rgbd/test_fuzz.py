"""Damaged bytes give a sound sample or an InputError, and nothing else.

Run as a script, with a number, it changes so many files, the shared ones too where they
are present, and prints what became of them, the longest time and the most memory:
`python -m tests.data.rgbd.test_fuzz 2000`.
"""

import collections
import multiprocessing
import random
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fusionviz.data.folders import data_folder
from fusionviz.data.rgbd_files import DEPTH_UNITS, read_pair
from fusionviz.errors import InputError
from tests.helpers.rgbd_bytes import (
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


SECONDS, BYTES = 5.0, 1_000_000_000
A_CHILD = 50


def _shared_files() -> list[bytes]:
    folders = [data_folder() / name for name in ("reports", "uploads")]
    suffixes = {".png", ".jpg", ".npy", ".npz", ".exr", ".tiff", ".pfm", ".pgm", ".ppm"}
    paths = [p for folder in folders for p in folder.rglob("p*") if p.is_file()]
    paths += [p for p in folders[1].rglob("*depth*") if p.is_file()]
    return [p.read_bytes() for p in sorted(paths) if Path(p).suffix in suffixes]


def _changed(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        reach = min(rng.choice([64, 400, len(changed)]), len(changed))
        at = rng.randrange(max(1, reach))
        new = rng.choice([rng.randbytes(rng.randint(0, 4)), b"\xff" * 4, bytes(4)])
        changed[at : at + rng.randint(0, 8)] = new
    return bytes(changed[: rng.choice([None, None, None, 20, len(changed) // 2])])


def _peak_bytes() -> int:
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def _read_changed(seeds, files, results) -> None:
    """Read changed files and tell what became of each; the child of a run."""
    warnings.simplefilter("ignore")
    for seed in seeds:
        rng = random.Random(seed)
        data = _changed(rng.choice(files), rng)
        slots = rng.choice([(data, None), (None, data), (rng.choice(files), data)])
        before, start = _peak_bytes(), time.perf_counter()
        try:
            _check(*slots, rng.choice(("auto", *DEPTH_UNITS)))
            end = "read or refused"
        except Exception as error:  # noqa: BLE001 - which is what is looked for
            end = repr(error)
        seconds = time.perf_counter() - start
        results.put((seed, end, seconds, _peak_bytes() - before))


def fuzz(count: int) -> str:
    """Return what became of so many changed files."""
    files = [*FILES, *_shared_files()]
    context = multiprocessing.get_context("fork")
    ends, told = collections.Counter(), []
    for first in range(0, count, A_CHILD):
        results = context.Queue()
        seeds = range(first, min(first + A_CHILD, count))
        child = context.Process(target=_read_changed, args=(seeds, files, results))
        child.start()
        for _ in seeds:
            told.append(results.get(timeout=10 * SECONDS))
            ends[told[-1][1]] += 1
        child.join()
    slowest, largest = (max(told, key=lambda one: one[place]) for place in (2, 3))
    return (
        f"{len(files)} files, {count} changed: {dict(ends)}\n"
        f"longest {slowest[2]:.2f} s (seed {slowest[0]}), limit {SECONDS} s\n"
        f"most memory {largest[3] / 1e6:.0f} MB (seed {largest[0]}), "
        f"limit {BYTES / 1e6:.0f} MB\n"
    )


def test_a_short_run_of_the_script():
    told = fuzz(100)
    assert "100 changed: {'read or refused': 100}" in told


if __name__ == "__main__":
    sys.stdout.write(fuzz(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
