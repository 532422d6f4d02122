"""Pickles: arrays come as NumPy's own loader reads them, and nothing else is run."""

import contextlib
import os
import pickle
import pickletools
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusionviz.data.files.pickled import read_pickle
from fusionviz.errors import InputError

ARRAYS = {
    "floats": np.linspace(-1, 1, 24, dtype=np.float32).reshape(2, 3, 4),
    "turned": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "cut": np.arange(20)[::3],
    "big endian": np.arange(4, dtype=">i4"),
    "text": np.array(["a", "bcd", "ü"]),
    "bytes": np.array([b"x", b"yz"]),
    "truth": np.array([[True], [False]]),
    "one": np.array(3.5),
    "none": np.zeros((0, 5), np.float32),
}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_come_as_they_were_saved(protocol):
    read = read_pickle(pickle.dumps(ARRAYS, protocol), "a.pkl")
    assert list(read) == list(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(read[name], array)
        assert read[name].dtype == array.dtype.newbyteorder("=")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_plain_values_and_numbers_of_numpys_come_too(protocol):
    value = {"ids": ["a$_$1", "b"], 3: (1, 2.5, None, True), "n": np.float32(0.25)}
    value["raw"] = b"\x00\xff"
    value["names"] = np.array(["x", "longer"], object)
    read = read_pickle(pickle.dumps(value, protocol), "a.pkl")
    assert read["ids"] == ["a$_$1", "b"]
    assert read[3] == [1, 2.5, None, True]
    assert read["n"] == 0.25
    assert read["raw"] == b"\x00\xff"
    assert read["names"] == ["x", "longer"]


def of_python_2(array):
    """An array as Python 2 pickled it: names of old, and bytes as text."""
    raw = array.tobytes().decode("latin1")
    shape = "".join(f"I{side}\n" for side in array.shape)
    return (
        b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"
        + f"(I1\n({shape}tcnumpy\ndtype\n(S'f4'\nI0\nI1\ntR".encode()
        + b"(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\n"
        + f"S{raw!r}\n".encode("ascii", "backslashreplace")
        + b"tb."
    )


def test_arrays_of_python_2_are_read():
    array = np.array([[1.5, -2.0, 3.25]], "<f4")
    data = of_python_2(array)
    np.testing.assert_array_equal(pickle.loads(data, encoding="latin1"), array)  # noqa: S301
    np.testing.assert_array_equal(read_pickle(data, "a.pkl"), array)


class Runs:
    """Runs a command when it is loaded as pickles usually are."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.system, (f"touch {self.mark}",)


ATTACKS = {
    "a call of the system": b"cos\nsystem\n(S'touch MARK'\ntR.",
    "eval": b'cbuiltins\neval\n(S\'open("MARK", "w")\'\ntR.',
    "an instance": b"(S'touch MARK'\nios\nsystem\n.",
    "a lookup below numpy": b"cnumpy\nloadtxt\n(S'MARK'\ntR.",
    "a memory-mapped file": b"cnumpy\nmemmap\n(S'MARK'\nS'u1'\nS'w+'\nI0\nI9\ntR.",
    "a name with dots": b"\x80\x04\x8c\x05numpy\x8c\x09os.system\x93\x8c\x01x\x85R.",
    "another's name in the file": b"Pfile\n.",
    "an extension's number": b"\x82\x01.",
    "a new state for NumPy's name": b"cnumpy\ndtype\n}S'of'\nS'x'\nsb.",
    "a new object of a class": b"\x80\x02cnumpy\nndarray\n(I9\nt\x81.",
    "an array as large as memory": b"cnumpy\nndarray\n((I99999999999\ntS'f8'\ntR.",
    "a far place in memory": b"\x80\x02Nr\xff\xff\xff\x7f.",
    "text of a length that is not there": b"\x80\x04\x8d" + struct.pack("<Q", 2**40),
    "a list in itself": b"]q\x00h\x00a.",
    "bytes by their number": b"cbuiltins\nbytes\n(I99999999999\ntR.",
    "an array whose bytes are a number": (
        b"cnumpy\n_reconstruct\n(tR(I1\n(I9\ntcnumpy\ndtype\n(S'u1'\ntRI00\n"
        b"I99999999999\ntb."
    ),
    "codecs that unpack": b"c_codecs\nencode\n(S'x'\nS'zip'\ntR.",
}


@pytest.mark.parametrize("data", ATTACKS.values(), ids=ATTACKS)
def test_nothing_is_run(data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"bad\.pkl"):
        read_pickle(data, "bad.pkl")
    assert not list(tmp_path.iterdir())
    read = read_pickle(pickle.dumps(ARRAYS["floats"]), "a.pkl")
    np.testing.assert_array_equal(read, ARRAYS["floats"])  # nothing is left of it


def test_a_new_state_for_a_name_is_refused_as_such():
    with pytest.raises(InputError, match="what NumPy is"):
        read_pickle(ATTACKS["a new state for NumPy's name"], "bad.pkl")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_object_that_would_run_a_command_is_refused(protocol, tmp_path):
    mark = tmp_path / "ran"
    data = pickle.dumps({"x": [Runs(mark)]}, protocol)
    with pytest.raises(InputError, match="system"):
        read_pickle(data, "a.pkl")
    assert not mark.exists()


def test_what_is_referred_to_often_is_made_once():
    laughs: list = [np.zeros(100_000)]
    for _ in range(25):
        laughs = [laughs] * 10
    read = read_pickle(pickle.dumps(laughs, 4), "a.pkl")
    assert read[0] is read[9]


def test_an_array_that_says_another_shape_is_refused():
    data = pickle.dumps(np.arange(6, dtype=np.uint8), 2)
    place = data.index(b"K\x06\x85")
    changed = data[:place] + b"K\x07" + data[place + 2 :]
    assert any(code.name == "BUILD" for code, *_ in pickletools.genops(changed))
    with pytest.raises(InputError, match="7"):
        read_pickle(changed, "a.pkl")


WHOLE = pickle.dumps(ARRAYS | {"ids": ["a", "b"]}, 4)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_changed_bytes_are_read_or_refused(data):
    changed = bytearray(WHOLE)
    for place in data.draw(st.lists(st.integers(0, len(WHOLE) - 1), max_size=6)):
        changed[place] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(WHOLE)))
    with contextlib.suppress(InputError):
        read_pickle(bytes(changed[:end]), "a.pkl")
