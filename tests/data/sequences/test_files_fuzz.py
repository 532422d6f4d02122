"""Damaged files give a sound sample or an InputError, and nothing else."""

from contextlib import suppress

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fusionviz.data.utterances.example import example_file, example_tables
from fusionviz.errors import InputError
from tests.fuzz.sequences import check_sequences, npz

ROWS = np.arange(1, 13, dtype=np.float32).reshape(4, 3)
FILES = (
    example_file(),
    example_tables(),
    npz(text=ROWS, words=list("abcd"), audio=ROWS, audio_alignment=[0, 1, 2, 3]),
    npz(text=ROWS[None].repeat(2, 0), y=[1.0, 2.0], audio_times=ROWS[:, :2]),
)
TABLES = (
    b"word;start;end;f1;f2\nso;0,5;1;1,5;2\nfar;1;2;2,5;3\n",
    b"time,f1,true\n0,1,0\n1,2,1\n2,3,-1\n",
    b"1\t2\n3\t4\n",
)


def _check(files):
    with suppress(InputError):
        check_sequences(files)


def _damage(draw, files):
    data = bytearray(draw(st.sampled_from(files)))
    for _ in range(draw(st.integers(1, 6))):
        reach = draw(st.sampled_from([64, 400, len(data)]))
        at = draw(st.integers(0, max(0, min(reach, len(data)) - 1)))
        new = draw(st.binary(max_size=4) | st.sampled_from([b"\xff" * 4, bytes(4)]))
        data[at : at + draw(st.integers(0, 8))] = new
    return bytes(data[: draw(st.sampled_from([None, 20, len(data) // 2]))])


damaged_files = st.composite(_damage)(FILES)
damaged_tables = st.composite(_damage)(TABLES)


@settings(max_examples=200)
@given(damaged_files)
def test_damaged_archives(data):
    _check({"mine.npz": data})


@settings(max_examples=200)
@given(damaged_tables)
@example(b'"')
@example(b"a,b\n1,\xb2\n")
def test_damaged_tables(data):
    _check({"audio.csv": data, "text.csv": TABLES[0]})


cells = st.sampled_from([*";,\t\n\r\"'", "1", "-2.5", "1e999", "nan", "word", "start"])


@settings(max_examples=200)
@given(st.lists(cells | st.text(max_size=3), max_size=40), st.text(max_size=9))
def test_any_table(pieces, name):
    _check({f"{name}.csv": "".join(pieces).encode("utf-8", "surrogatepass")})


@settings(max_examples=100)
@given(st.sampled_from([b"PK\3\4", b"\x93NUMPY\1\0", b""]), st.binary(max_size=300))
def test_any_bytes(magic, rest):
    _check({"mine.npz": magic + rest})
    _check({"mine.csv": magic + rest})


any_array = arrays.arrays(
    st.sampled_from(["f2", "f4", ">f8", "i4", "u8", "u1", "?", "U3", "S3", "c8"]),
    arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)
any_name = st.sampled_from(
    [
        *("text", "text_ids", "text_times", "words", "transcript", "y", "sample"),
        *("audio", "audio_times", "audio_alignment", "audio_start", "audio_end"),
        *("audio_mfcc", "video_test", "video_train", "x", "eeg"),
    ]
)


@settings(max_examples=400)
@given(st.dictionaries(any_name, any_array, min_size=1, max_size=6))
def test_any_arrays(contents):
    _check({"mine.npz": npz(**contents)})


@settings(max_examples=100)
@given(
    arrays.arrays(
        np.float64,
        st.tuples(st.integers(1, 6), st.integers(1, 3)),
        elements=st.floats(),
    ),
    arrays.arrays(np.float64, st.integers(1, 6), elements=st.floats()),
)
def test_any_numbers(audio, times):
    _check({"mine.npz": npz(text=ROWS, audio=audio, audio_times=times, y=times)})
