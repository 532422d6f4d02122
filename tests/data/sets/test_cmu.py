"""CMU-MOSI in a file made here, and the real one where it is."""

import numpy as np
import pytest

from fusionviz.data.folders import data_folder
from fusionviz.data.sequences.samples import SequenceSample, pad
from fusionviz.data.sets.cmu import (
    load_mosi_videos,
    load_mosi_words,
    mosi_vocabulary,
    repeated_splits,
)
from fusionviz.errors import InputError

NAN = np.nan


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Two videos; the rows are not in the order in which they are spoken."""
    rows = {
        "uid": ["b_1", "a_10", "a_2"],
        "video": ["b", "a", "a"],
        "segment": np.array([1, 10, 2], np.int16),
        "transcript": ["GOOD", "SO BAD", "IT"],
        "label_bin": np.array([1, 0, 0], np.int8),
        "label_reg": np.array([2, -1, NAN], np.float32),
        "split_std": ["test", "train", "train"],
        "split_poria": ["train", "train", "train"],
        "vocab": ["bad", "good", "it", "so"],
        "word_offsets": np.array([0, 1, 3, 4], np.int32),
        "word_id": np.array([1, 3, 0, 2], np.int16),
        "word_start": np.array([0, 5, 6, NAN], np.float32),
        "word_end": np.array([1, 6, 7.5, NAN], np.float32),
    }
    for name, width in (
        ("text_cnn100", 100),
        ("audio_os73", 73),
        ("video_c3d100", 100),
    ):
        values = np.arange(3, dtype=np.float32)[:, None] + np.zeros(width, np.float32)
        rows[name] = values
    (tmp_path / "cmu_mosi").mkdir()
    np.savez(tmp_path / "cmu_mosi/utterances.npz", **rows)
    monkeypatch.setenv("FUSIONVIZ_DATA", str(tmp_path))


def test_a_video_is_its_utterances_in_the_order_of_speaking(table):
    first, second = load_mosi_videos()
    assert (first.id, second.id) == ("a", "b")
    assert first.words == ("IT", "SO BAD")
    assert first.modalities["audio"].shape == (2, 73)
    assert first.modalities["text"][:, 0].tolist() == [2, 1]
    np.testing.assert_array_equal(first.target, np.float32([NAN, -1]))
    assert first.label.tolist() == [0, 0]
    np.testing.assert_array_equal(first.times["text"], [[NAN, NAN], [5, 7.5]])
    assert first.alignment["video"].tolist() == [0, 1]


def test_an_utterance_is_its_words_with_their_times(table):
    _, said, _ = load_mosi_words()
    assert said.id == "a_10"
    assert said.group == "a"
    assert said.words == ("so", "bad")
    assert [mosi_vocabulary()[word] for word in said.modalities["text"]] == [
        "so",
        "bad",
    ]
    assert said.times["text"].tolist() == [[5, 6], [6, 7.5]]
    assert said.times["audio"].tolist() == [[5, 7.5]]
    assert said.modalities["video"].shape == (1, 100)
    assert (said.target, said.label) == (-1, 0)


def test_splits_are_those_of_the_file(table):
    assert [s.id for s in load_mosi_videos("train")] == ["a"]
    assert [s.id for s in load_mosi_words("test")] == ["b_1"]
    assert load_mosi_videos("validation") == ()
    with pytest.raises(InputError, match="train, validation, test and all, got 'dev'"):
        load_mosi_videos("dev")


def test_an_absent_file_says_what_to_set(tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_DATA", str(tmp_path))
    with pytest.raises(InputError, match="set FUSIONVIZ_DATA"):
        load_mosi_words()


def grouped(groups):
    steps = np.zeros((1, 1), np.float32)
    return [SequenceSample(modalities={"text": steps}, group=g) for g in groups]


def test_repeated_splits_divide_no_group():
    samples = grouped("aabbbcddefghij")
    splits = list(repeated_splits(samples, repeats=20, held_share=0.3, seed=1))
    assert splits == list(repeated_splits(samples, repeats=20, held_share=0.3, seed=1))
    assert len(set(splits)) > 10
    for train, held in splits:
        assert sorted(train + held) == list(range(len(samples)))
        kept, out = ({samples[i].group for i in part} for part in (train, held))
        assert not kept & out
        assert len(out) == 3


def test_both_parts_of_a_split_have_a_group():
    for share in (0.01, 0.99):
        ((train, held),) = repeated_splits(grouped("ab"), repeats=1, held_share=share)
        assert len(train) == len(held) == 1
    with pytest.raises(ValueError, match="got 1 and"):
        next(repeated_splits(grouped("aa"), repeats=1))


def test_the_real_file_agrees_with_its_description():
    if not (data_folder() / "cmu_mosi").is_dir():
        pytest.skip("CMU-MOSI is not here (FUSIONVIZ_DATA names its folder)")
    videos, words = load_mosi_videos(), load_mosi_words()
    assert len(videos) == 62
    assert len(words) == sum(len(v.words) for v in videos) == 1447
    targets = np.concatenate([v.target for v in videos])
    assert np.isnan(targets).sum() == 4
    known = ~np.isnan(targets)
    labels = np.concatenate([v.label for v in videos])
    np.testing.assert_array_equal(labels[known], targets[known] >= 0)
    assert [len(load_mosi_videos(s)) for s in ("train", "validation", "test")] == [
        *(29, 9, 24)
    ]
    groups = [{v.id for v in load_mosi_videos(s)} for s in ("train", "test")]
    assert not set.intersection(*groups)
    starts = [v.times["text"][:, 0] for v in videos]
    assert all((np.diff(s[np.isfinite(s)]) > 0).all() for s in starts)
    assert pad(videos).values["audio"].shape == (62, 55, 73)
    assert len(mosi_vocabulary()) == 3107
