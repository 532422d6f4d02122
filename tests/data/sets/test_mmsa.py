"""The MMSA toolkit's pickles, written here as the toolkit's format has them."""

import pickle

import numpy as np
import pytest

from fusionviz.data.sets.mmsa import load_mmsa
from fusionviz.errors import InputError

VIDEOS = {"train": ("a", "b"), "valid": ("c",), "test": ("d",)}
STEPS = 6


def one_split(videos, *, seed, aligned):
    random = np.random.default_rng(seed)
    ids = [f"{video}$_${clip}" for video in videos for clip in range(2)]
    count = len(ids)
    text_steps = random.integers(2, STEPS, count)
    split = {
        "raw_text": np.array([f"said {one}" for one in ids]),
        "id": np.array(ids),
        "text": random.normal(size=(count, STEPS, 8)).astype(np.float32),
        "vision": random.normal(size=(count, STEPS + 3, 5)),
        "audio": random.normal(size=(count, STEPS + 5, 4)).astype(np.float32),
        "annotations": np.array(["Positive"] * count),
        "regression_labels": np.linspace(-3, 3, count, dtype=np.float32),
    }
    mask = np.arange(STEPS) < text_steps[:, None]
    split["text"][~mask] = 0
    split["text_bert"] = np.stack([mask * 7, mask, mask * 0], 1).astype(np.int64)
    if aligned:
        split["audio"] = split["audio"][:, :STEPS] * mask[..., None]
        split["vision"] = split["vision"][:, :STEPS] * mask[..., None]
    else:
        split["audio_lengths"] = [3] * count
        split["vision_lengths"] = [4] * count
    return split, text_steps


@pytest.fixture(params=["aligned_50.pkl", "unaligned_50.pkl"])
def file(request, tmp_path):
    aligned = request.param.startswith("aligned")
    splits = {
        name: one_split(videos, seed=seed, aligned=aligned)
        for seed, (name, videos) in enumerate(VIDEOS.items())
    }
    path = tmp_path / request.param
    path.write_bytes(pickle.dumps({name: split for name, (split, _) in splits.items()}))
    return path, splits, aligned


def test_utterances_come_without_their_padding(file):
    path, splits, aligned = file
    split, text_steps = splits["train"]
    samples = load_mmsa("train", file=path)
    assert len(samples) == 4
    for row, sample in enumerate(samples):
        count = text_steps[row]
        np.testing.assert_array_equal(
            sample.modalities["text"], split["text"][row, :count]
        )
        wanted = (
            {"audio": count, "video": count} if aligned else {"audio": 3, "video": 4}
        )
        for name, steps in wanted.items():
            theirs = {"audio": "audio", "video": "vision"}[name]
            np.testing.assert_array_equal(
                sample.modalities[name], split[theirs][row, :steps].astype(np.float32)
            )
        assert sample.target == split["regression_labels"][row]
        assert sample.label == int(split["regression_labels"][row] >= 0)
    assert [one.group for one in samples] == ["a", "a", "b", "b"]
    assert samples[3].id == "b[1]"
    assert [one.id for one in samples[1:3]] == ["a[1]", "b[0]"]
    assert {one.group for one in load_mmsa("test", file=path)} == {"d"}


def test_the_older_files_are_read(tmp_path):
    def split(video, seed):
        random = np.random.default_rng(seed)
        audio = random.normal(size=(2, STEPS, 4))
        audio[0, 2, 1] = -np.inf
        audio[:, :2] = 0  # padded at the front
        return {
            "text": random.normal(size=(2, STEPS, 300)).astype(np.float32),
            "audio": audio,
            "vision": np.zeros((2, STEPS, 5)),
            "labels": np.array([[[1.5]], [[-0.25]]]),
            "id": np.array([[[video], ["1.0"], ["2.0"]], [[video], ["2.0"], ["4.0"]]]),
        }

    path = tmp_path / "mosi_data.pkl"
    parts = ("train", "x"), ("valid", "y"), ("test", "z")
    path.write_bytes(pickle.dumps({n: split(v, 3) for n, v in parts}))
    first, second = load_mmsa("train", file=path)
    assert (first.group, first.id) == ("x", "x[1.0-2.0]")
    assert (first.target, second.target) == (1.5, -0.25)
    assert first.modalities["audio"].shape == (STEPS - 2, 4)
    assert first.modalities["audio"][0, 1] == 0
    assert "audio" in first.notes[0]
    assert second.notes == ()
    assert first.modalities["video"].shape == (1, 5)


def changed(file, change):
    path, splits, _ = file
    content = {name: dict(split) for name, (split, _) in splits.items()}
    change(content)
    path.write_bytes(pickle.dumps(content))
    return path


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda content: content.pop("valid"), "valid"),
        (lambda content: content["train"].pop("id"), "id"),
        (lambda content: content["train"].pop("regression_labels"), "labels"),
        (lambda content: content["test"].update(id=content["train"]["id"][:2]), "a"),
        (lambda content: content["test"].update(audio=np.zeros((2, 4))), "audio"),
    ],
    ids=["no split", "no ids", "no labels", "a video in two splits", "a flat array"],
)
def test_what_is_wrong_is_said(file, change, word):
    path = changed(file, change)
    with pytest.raises(InputError, match=word):
        load_mmsa("train", file=path)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match="not there"):
        load_mmsa("train", file=tmp_path / "aligned_50.pkl")
