"""Sequences, attention, other models' arrays and pickled features, with faults."""

import io
import json
import pickle
from functools import cache, partial

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors.numpy import save

from fusionviz.analysis.shared.attention.stack import default_query, stack_of_file
from fusionviz.data.arrays.example import example_arrays
from fusionviz.data.arrays.example import example_file as arrays_example
from fusionviz.data.arrays.files import read_arrays
from fusionviz.data.attention.files import example_file as attention_example
from fusionviz.data.attention.files import read_attention
from fusionviz.data.files.pickled import read_pickle
from fusionviz.data.folders import data_folder
from fusionviz.data.sequences.files import read_sequences
from fusionviz.data.utterances.example import example_file, example_tables
from tests.fuzz.kinds import Kind, Reading
from tests.fuzz.mutations import (
    ANY,
    Random,
    cell,
    change_header,
    changed,
    claim,
    npy_header,
    pick,
    repack,
)

ROWS = np.arange(1, 61, dtype=np.float32).reshape(20, 3)
SQUARE = np.full((2, 2, 5, 5), 0.2, np.float32)
TABLE = b"word,f\nso,1\n"


def npz(**contents) -> bytes:
    """Return arrays as NumPy saves them."""
    buffer = io.BytesIO()
    np.savez(buffer, **contents)
    return buffer.getvalue()


def npy(array) -> bytes:
    """Return an array as NumPy saves it."""
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def safetensors(contents: dict[str, np.ndarray]) -> bytes:
    """Return arrays as a safetensors file, text as JSON lists in its metadata."""
    words = {k: x for k, x in contents.items() if x.dtype.kind == "U"}
    numbers = {
        k: np.ascontiguousarray(x) for k, x in contents.items() if k not in words
    }
    return save(numbers, {k: json.dumps(x.tolist()) for k, x in words.items()})


SEQUENCES = (
    ("a.npz", example_file()),
    ("a.zip", example_tables()),
    ("a.npz", npz(audio=ROWS[None], audio_mask=ROWS[None, :, 0])),
    ("a.npz", npz(audio=ROWS[:, None], video=ROWS[:7, None])),
    ("a.npz", npz(audio=ROWS.T, audio_times=ROWS[:, :2], y=[1.0])),
    ("audio.csv", b"time,a,b\n" + b"0,1,2\n1,3,?\n" * 9),
    ("audio.csv", b"a;b\n1,5;2\n3;4,5\n"),
    ("audio.tsv", b"# start\tend\ta\n0\t1\t5\n1\t2\t6\n"),
    ("audio.txt", b"1.5 2 3\n4 5 6\n7 8 9\n"),
    ("v.csv", b"frame, face_id, f\n1, 0, 5\n1, 1, 6\n2, 0, 7\n"),
)
"""Files of sequences by name."""

ATTENTION = (
    attention_example(),
    npz(attn=SQUARE, tokens=list("abcde"), grid=[1, 5]),
    npz(attention=SQUARE, tokens=list("abcde"), modality=[0, 0, 1, 1, 1], grid=[1, 3]),
    npz(foo=SQUARE.astype(np.float16)),
    npy(SQUARE[0]),
)
"""Files of attention."""


@cache
def sequence_files() -> tuple[tuple[str, bytes], ...]:
    """Return files without faults; those of the data folder too where it is there."""
    found = []
    for path in sorted((data_folder() / "reports").glob("s*")):
        name = "a.npz" if path.suffix == ".npz" else f"audio{path.suffix}"
        found.append((name, path.read_bytes()))
    return (*SEQUENCES, *found)


def check_sequences(files: dict[str, bytes]) -> None:
    """Read sequences and look at what comes back.

    Raises:
        InputError: They are refused.
        AssertionError: They were read, and are not as sequences are.
    """
    sample = read_sequences(files)
    assert sample.modalities
    for name, x in sample.modalities.items():
        assert name
        assert x.dtype in (np.float32, np.int64)
        assert np.isfinite(x).all()
        assert np.abs(x.astype(np.float64)).max(initial=0) < 2**63
    for times in sample.times.values():
        assert not np.isinf(times).any()
    for text in (*sample.words, *sample.notes, *sample.names):
        assert text.encode("utf-8").decode().isprintable()


def check_attention(data: bytes) -> None:
    """Read attention and look at what comes back.

    Raises:
        InputError: It is refused.
        AssertionError: It was read, and is not as attention is.
    """
    file = read_attention(data)
    assert file.attention.ndim == 4
    assert file.attention.dtype == np.float32
    assert not np.isinf(file.attention).any()
    stack = stack_of_file(file, "fuzz")
    for axis in (stack.queries, stack.keys):
        assert len(axis.labels) in (0, axis.count)
        assert len(axis.index) == axis.count
        for token in (0, axis.count - 1):
            axis.names[token].encode("utf-8")
    assert 0 <= default_query(stack) < stack.queries.count


def _with_company(name: str, data: bytes) -> dict[str, bytes]:
    """Return a file, and beside a table of one modality that of another."""
    is_table = not name.endswith((".npz", ".zip"))
    return {name: data, **({"text.csv": TABLE} if is_table else {})}


def _mutated_sequences(random: Random) -> Reading:
    name, data = pick(sequence_files(), random)
    own = repack if data.startswith(b"PK") else cell
    bad = changed(data, random, (*ANY, claim, *(own,) * 8))
    return partial(check_sequences, _with_company(name, bad))


def _mutated_attention(random: Random) -> Reading:
    data = pick(ATTENTION, random)
    own = repack if data.startswith(b"PK") else npy_header
    return partial(check_attention, changed(data, random, (*ANY, claim, *(own,) * 8)))


_NUMBERS = st.sampled_from(["f2", "f4", ">f8", "i4", "u8", "u1", "?", "U3", "S3", "c8"])


def _dictionaries(names: list[str], axes: int) -> st.SearchStrategy[bytes]:
    shapes = arrays.array_shapes(min_dims=0, max_dims=axes, min_side=0, max_side=4)
    contents = arrays.arrays(_NUMBERS, shapes)
    chosen = st.dictionaries(st.sampled_from(names), contents, min_size=1, max_size=6)
    return chosen.map(lambda found: npz(**found))


_ARCHIVES = _dictionaries(
    [
        *("text", "text_ids", "text_times", "words", "transcript", "y", "sample"),
        *("audio", "audio_times", "audio_alignment", "audio_start", "audio_end"),
        *("audio_mfcc", "video_test", "video_train", "x", "eeg"),
    ],
    4,
)
_CELLS = st.sampled_from([*";,\t\n\r\"'", "1", "-2.5", "1e999", "nan", "word", "start"])
_TABLES = st.lists(_CELLS | st.text(max_size=3), max_size=40).map(
    lambda cells: "".join(cells).encode("utf-8", "surrogatepass")
)
_BEGINNINGS = st.sampled_from([b"PK\3\4", b"\x93NUMPY\1\0", b""])
_BYTES = st.tuples(_BEGINNINGS, st.binary(max_size=300)).map(b"".join)
_NAMED = st.tuples(st.just("a.npz"), _ARCHIVES | _BYTES) | st.tuples(
    st.text(max_size=9).map(lambda stem: f"{stem}.csv"), _TABLES
)
_ATTENTION = _dictionaries(
    ["attention", "x", "tokens", "modality", "grid", "key_tokens"], 5
)

SEQUENCE_FILES = Kind(
    name="sequences",
    share=20,
    mutated=_mutated_sequences,
    generated=_NAMED.map(lambda one: partial(check_sequences, _with_company(*one))),
)
ATTENTION_FILES = Kind(
    name="attention",
    share=10,
    mutated=_mutated_attention,
    generated=(_ATTENTION | _BYTES).map(lambda data: partial(check_attention, data)),
)


ARRAYS = (arrays_example(), safetensors(example_arrays()))
"""Files of another model's arrays."""


def _mutated_arrays(random: Random) -> Reading:
    data = pick(ARRAYS, random)
    own = repack if data.startswith(b"PK") else change_header
    return partial(read_arrays, changed(data, random, (*ANY, claim, *(own,) * 8)))


_ARRAYS = _dictionaries(
    [
        *("attention", "plan", "tokens_rgb", "tokens_text", "labels_rgb", "latents"),
        *("prediction", "classes", "rgb", "depth", "tokens_", "x"),
    ],
    4,
)
ARRAY_FILES = Kind(
    name="arrays",
    share=10,
    mutated=_mutated_arrays,
    generated=(_ARRAYS | _BYTES).map(lambda data: partial(read_arrays, data)),
)


def _pickles() -> tuple[bytes, ...]:
    features = {
        "train": {"text": ROWS, "id": ["a$_$1", "b"], "labels": ROWS[:, :1]},
        "names": np.array(["x", "longer"], object),
        "n": np.float32(2),
    }
    return tuple(pickle.dumps(features, protocol) for protocol in range(6))


def _mutated_pickle(random: Random) -> Reading:
    bad = changed(pick(_pickles(), random), random, (*ANY, claim))
    return partial(read_pickle, bad, "features.pkl")


_PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
)
_ANYTHING = st.recursive(
    _PLAIN | arrays.arrays(_NUMBERS, arrays.array_shapes(max_dims=3, max_side=4)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=4)
        | st.sets(st.integers(), max_size=3)
        | st.complex_numbers()
    ),
    max_leaves=8,
)

PICKLES = Kind(
    name="pickles",
    share=5,
    mutated=_mutated_pickle,
    generated=st.builds(
        lambda value, protocol: partial(
            read_pickle, pickle.dumps(value, protocol), "features.pkl"
        ),
        _ANYTHING,
        st.integers(0, 5),
    ),
)
