"""Situations of public bug reports, as the index beside the files wants them."""

import json

import numpy as np
import pytest

from fusionviz.data.folders import data_folder
from fusionviz.data.sequences.files import read_sequences

REPORTS = data_folder() / "reports"
INDEX = REPORTS / "index.json"

pytestmark = pytest.mark.skipif(not INDEX.is_file(), reason=f"no reports at {REPORTS}")


def files_of(number):
    """Bytes by name of the case whose first file begins so."""
    for case in json.loads(INDEX.read_text("utf-8"))["cases"]:
        names = case["file"] if isinstance(case["file"], list) else [case["file"]]
        if names[0].startswith(number):
            return {name: (REPORTS / name).read_bytes() for name in names}
    raise AssertionError(f"no case {number}")


def read(number):
    return read_sequences(files_of(number))


def told(sample) -> str:
    return " ".join(sample.notes)


def numbers(number, **how):
    """The table of the first file, as NumPy reads it."""
    data = next(iter(files_of(number).values())).decode()
    return np.genfromtxt(data.splitlines(), **{"delimiter": ",", **how})


def test_every_case_is_read():
    cases = json.loads(INDEX.read_text("utf-8"))["cases"]
    sequences = [case for case in cases if case["slot"] == "sequences"]
    assert len(sequences) == 10
    for case in sequences:
        name = case["file"][0] if isinstance(case["file"], list) else case["file"]
        sample = read(name[:4])
        assert sample.anchor == "text"
        assert len(sample.modalities["text"]) == 8
        assert len(sample.names) >= 2


def test_seconds_since_1970():
    sample = read("s01_")
    starts = sample.times["audio"][:, 0]
    assert len(np.unique(starts)) == 60
    expected = numbers("s01_", skip_header=1)[:, 0] - 1756100000.0
    np.testing.assert_allclose(starts, expected, atol=1e-6)
    assert sample.times["text"][0, 0] == 0
    assert "1756100000.000 s" in told(sample)


def test_a_column_in_milliseconds():
    sample = read("s02_")
    assert sample.modalities["audio"].shape == (60, 6)
    expected = numbers("s02_", skip_header=1)[:, 0] / 1000
    np.testing.assert_allclose(sample.times["audio"][:, 0], expected, rtol=1e-6)


def test_two_faces():
    sample = read("s03_")
    table = numbers("s03_", skip_header=1)
    assert set(sample.names) == {"text", "video", "video_1"}
    for face, name in enumerate(("video", "video_1")):
        rows = table[table[:, 1] == face]
        np.testing.assert_allclose(sample.modalities[name], rows[:, 3:], rtol=1e-6)
        np.testing.assert_allclose(sample.times[name][:, 0], rows[:, 2], rtol=1e-6)
    assert "counts rows: frame" in told(sample)
    assert "face_id tells 2 people apart" in told(sample)


@pytest.mark.parametrize("number", ["s08_", "s09_"])
def test_what_savetxt_writes(number):
    sample = read(number)
    if number == "s08_":
        expected = numbers(number, delimiter=None)
    else:
        table = numbers(number)
        expected = table[:, 2:]
        np.testing.assert_allclose(sample.times["audio"], table[:, :2], rtol=1e-6)
    assert expected.shape == (60, 6)
    np.testing.assert_allclose(sample.modalities["audio"], expected, rtol=1e-6)


def test_tabs_and_decimal_commas():
    sample = read("s10_")
    data = files_of("s10_")["s10_excel_de_tab_audio.tsv"].decode().replace(",", ".")
    expected = np.genfromtxt(data.splitlines(), delimiter="\t", skip_header=1)
    np.testing.assert_allclose(sample.modalities["audio"], expected[:, 2:], rtol=1e-6)
    np.testing.assert_allclose(sample.times["audio"], expected[:, :2], rtol=1e-6)


def test_undefined_is_missing_and_counted():
    sample = read("s13_")
    data = files_of("s13_")["s13_praat_undefined_audio.csv"].decode()
    count = data.count("--undefined--")
    assert sample.modalities["audio"].shape[1] == 2
    assert (sample.modalities["audio"][:, 0] == 0).sum() == count
    assert f"{count} values of audio" in told(sample)


def test_arrays_of_one_sample_time_first():
    sample = read("s15_")
    assert {name: x.shape for name, x in sample.modalities.items()} == {
        "text": (8, 8),
        "audio": (60, 6),
    }


def test_masks_cut_and_are_no_modalities():
    sample = read("s24_")
    assert set(sample.names) == {"text", "audio"}
    assert len(sample.modalities["text"]) == 8
    assert len(sample.modalities["audio"]) == 60
    assert "24 of 32 steps of text" in told(sample)


def test_features_by_frames():
    sample = read("s27_")
    with np.load(REPORTS / "s27_librosa_mfcc_13_by_200.npz") as arrays:
        np.testing.assert_array_equal(sample.modalities["audio"], arrays["audio"].T)
    assert "(feature, step)" in told(sample)
