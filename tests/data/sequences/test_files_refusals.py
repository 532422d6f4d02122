"""Sequences that cannot be used get one sentence that says what to do."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from fusionviz.data.sequences.files import read_sequences
from fusionviz.errors import InputError
from tests.helpers.files.brought_sequences import npz

TEXT = np.ones((3, 2), np.float32)


def zipped(members, method=zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def npy(array) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def announced(shape, descr="<f4") -> bytes:
    """An archive whose array announces more than follows."""
    buffer = io.BytesIO()
    header = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, header)
    return zipped({"text.npy": buffer.getvalue()})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"GIF89a", "is a GIF, not NPZ or CSV"),
        (npy(TEXT), "is an NPY file, not NPZ or CSV"),
        (b"PK\x03\x04" + bytes(50), "is damaged"),
        (npz(text=TEXT)[:-30], "is damaged"),
        (zipped({"text.npy": npy(TEXT)}, zipfile.ZIP_BZIP2), "unusual way"),
        (zipped({f"a{n}.npy": b"" for n in range(1001)}), "too many arrays"),
        (zipped({"notes.md": b"hello"}), "no array of"),
        (npz(), "no array of"),
        (npz(uid=["a"], count=[1, 2]), "no array of"),
        (npz(text=np.zeros((0, 3))), "no array of"),
        (npz(text=np.array([[None]], object)), "Python objects"),
        (npz(text=np.zeros((2, 2), [("a", "f4")])), "Python objects or records"),
        (npz(text=TEXT, audio=np.ones((2, 2), complex)), "'audio' holds no real"),
        (npz(text=TEXT, audio=np.array([["a"]])), "'audio' holds no real"),
        (npz(text=TEXT, video=np.ones((2, 3, 4, 5))), r"shape \(2, 3, 4, 5\)"),
        (npz(text=TEXT, audio=np.full((2, 2), np.nan)), "only NaN or infinite"),
        (npz(text=TEXT, audio=np.full((2, 2), -np.inf)), "only NaN or infinite"),
        (npz(text_ids=[1, -1, 2], audio=TEXT), "ids below 0"),
        (npz(text_ids=np.arange(5000), audio=TEXT), "5000 ids"),
        (npz(text=np.ones((2, 5000)), audio=TEXT), "5000 features"),
        (npz(text=np.ones((3, 2, 2)), sample=3), "samples 0 to 2"),
        (npz(text=np.ones((3, 2, 2)), sample=np.nan), "samples 0 to 2"),
        (
            npz(text=np.ones((3, 2, 2)), audio=np.ones((2, 2, 2)), sample=2),
            "3 of text and 2 of audio",
        ),
        (announced((2, 3)), "cut off"),
        (announced((40_000, 4000)), "640 MB"),
        (announced((2**40, 2**40)), "at most 200"),
        (announced((2, 2), "|O"), "Python objects"),
    ],
)
def test_of_an_archive(data, said):
    with pytest.raises(InputError, match=said) as raised:
        read_sequences({"mine.npz": data})
    assert str(raised.value).endswith(".")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "There is no file"),
        ({"a.npz": npz(audio=TEXT), "audio.csv": b"1\n"}, "Two files have audio"),
        ({"a.npz": bytes(26_000_000), "b.npz": bytes(26_000_000)}, "than 50 MB"),
        ({"t.zip": zipped({"a.csv": bytes(60_000_000)})}, "more than 50 MB"),
    ],
)
def test_of_files(files, said):
    with pytest.raises(InputError, match=said):
        read_sequences(files)


def test_nothing_in_a_pickle_is_run(tmp_path):
    touched = tmp_path / "touched"

    class Trap:
        def __reduce__(self):
            return (Path.touch, (touched,))

    data = npz(text=np.array([[Trap()]], object))
    with pytest.raises(InputError, match="could run code"):
        read_sequences({"mine.npz": data})
    assert not touched.exists()


def test_an_archive_beside_a_table_is_fine():
    files = {"a.npz": npz(text=TEXT), "audio.csv": b"1\n2\n", "gaze.tsv": b"1\t2\n"}
    assert set(read_sequences(files).names) == {"text", "audio", "gaze"}


def test_a_zip_of_tables_leaves_out_what_is_none():
    members = {
        "clip/text.csv": b"1,2\n",
        "clip/audio.csv": b"1\n2\n",
        "__MACOSX/clip/._text.csv": b"\0\0",
        "clip/README.md": b"hello",
    }
    assert read_sequences({"clip.zip": zipped(members)}).names == ("text", "audio")
