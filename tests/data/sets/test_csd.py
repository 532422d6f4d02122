"""Computational sequences, written here as the CMU SDK's format has them."""

import h5py
import numpy as np
import pytest

from fusionviz.data.sets.csd import load_csd
from fusionviz.errors import InputError

VIDEOS = ("a", "b", "c")


def write(path, root, content):
    with h5py.File(path, "w") as file:
        file.create_group(f"{root}/metadata")
        for video, (intervals, features) in content.items():
            place = file.create_group(f"{root}/data/{video}")
            place["intervals"] = np.asarray(intervals, np.float64)
            place["features"] = np.asarray(features, np.float64)


@pytest.fixture
def folder(tmp_path):
    opinions = {v: ([[0, 2], [2, 5]], [[-1.5], [2.0]]) for v in VIDEOS}
    write(tmp_path / "CMU_MOSI_Opinion_Labels.csd", "Opinion Segment Labels", opinions)
    words = [[0.1, 0.6], [0.6, 1.9], [1.8, 2.4], [3, 4]]
    glove = {v: (words, np.arange(8).reshape(4, 2) + i) for i, v in enumerate(VIDEOS)}
    write(tmp_path / "CMU_MOSI_TimestampedWordVectors.csd", "glove_vectors", glove)
    ticks = np.arange(0, 5, 0.5)
    covarep = np.ones((10, 3))
    covarep[1] = [-np.inf, np.nan, 2]
    spans = np.stack([ticks, ticks + 0.5], 1)
    sounds = {"a": (spans, covarep), "c": (spans[:2], covarep[:2])}
    write(tmp_path / "CMU_MOSI_COVAREP.csd", "COVAREP", sounds)
    said = {v: (words, np.zeros((4, 1))) for v in VIDEOS}
    write(tmp_path / "CMU_MOSI_TimestampedWords.csd", "words", said)
    for name, videos in (("train", "a\nb\n"), ("validation", "c\n"), ("test", "c\n")):
        (tmp_path / f"{name}.txt").write_text(videos)
    return tmp_path


def test_utterances_are_cut_out_by_time(folder):
    samples = load_csd("train", folder=folder)
    assert [one.id for one in samples] == ["a[0]", "a[1]", "b[0]", "b[1]"]
    first, second = samples[0], samples[1]
    np.testing.assert_array_equal(first.modalities["text"], [[0, 1], [2, 3]])
    np.testing.assert_array_equal(second.modalities["text"], [[4, 5], [6, 7]])
    np.testing.assert_allclose(first.times["text"], [[0.1, 0.6], [0.6, 1.9]])
    assert first.modalities["audio"].shape == (4, 3)
    np.testing.assert_array_equal(first.modalities["audio"][1], [0, 0, 2])
    assert second.modalities["audio"].shape == (6, 3)
    assert (first.target, first.label) == (-1.5, 0)
    assert (second.target, second.label) == (2.0, 1)
    assert "audio" not in samples[2].modalities
    assert [one.group for one in samples[2:]] == ["b", "b"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda f: (f / "CMU_MOSI_Opinion_Labels.csd").unlink(), "label"),
        (lambda f: (f / "test.txt").unlink(), "test.txt"),
        (lambda f: (f / "test.txt").write_text("a"), "train.txt"),
        (lambda f: (f / "train.txt").write_text("zz"), "train"),
        (lambda f: (f / "CMU_MOSI_COVAREP.csd").write_bytes(b"no"), "COVAREP"),
        (lambda f: write(f / "CMU_MOSI_COVAREP.csd", "x", {}), "COVAREP"),
    ],
)
def test_what_is_wrong_is_said(folder, change, word):
    change(folder)
    with pytest.raises(InputError, match=word):
        load_csd("train", folder=folder)


def test_features_without_a_time_each_are_refused(folder):
    bad = {"a": ([[0, 1]], [[1], [2]])}
    write(folder / "CMU_MOSI_COVAREP.csd", "COVAREP", bad)
    with pytest.raises(InputError, match="COVAREP"):
        load_csd("train", folder=folder)[0]
