"""Opinions as text: files in their layouts, and what joins CMU-MOSI's training."""

import numpy as np
import pytest

from fusionviz.data.sets.mosi import load_mosi, load_mosi_file
from fusionviz.data.sets.opinions import load_opinions, parse_tree
from fusionviz.data.sets.registry import load_set
from fusionviz.data.sets.units import units_of
from fusionviz.data.words import load_word_vectors
from fusionviz.errors import InputError
from tests.helpers.files.mosi_folder import make_mosi_folder
from tests.helpers.files.opinion_folder import MOSEI, make_opinion_folder


@pytest.fixture
def folder(tmp_path, monkeypatch):
    make_mosi_folder(tmp_path)
    root = make_opinion_folder(tmp_path)
    monkeypatch.setenv("FUSIONVIZ_DATA", str(tmp_path))
    return root


def told(samples):
    return [
        (" ".join(one.words), round(float(one.target), 3), int(one.label), one.group)
        for one in samples
    ]


@pytest.mark.usefixtures("folder")
def test_each_split_has_its_sentences_and_their_targets():
    train = load_set("opinions", "train")
    assert told(train) == [
        ("well this is great", 2.333, 1, "a1"),
        ("it is n't", -1.0, 0, "a1"),
        ("so", 0.0, 1, "a1"),
        ("seen before", 1.0, 1, "v00"),
        ("it 's really good", 2.5, 1, "sst train 1"),
    ]
    assert told(load_opinions("validation")) == [
        ("fine", 0.667, 1, "c3"),
        ("no bad", -2.5, 0, "sst validation 1"),
    ]
    assert told(load_opinions("test", parts=["sst"])) == [
        ("nice", 1.25, 1, "sst test 1")
    ]
    assert [one[0] for one in told(load_opinions("train", neutral=False))][2] == (
        "seen before"
    )
    short = told(load_opinions("train", longest=3))
    assert [one[0] for one in short] == ["it is n't", "so", "seen before"]
    vectors = load_word_vectors()
    first = train[0].modalities["text"]
    assert np.array_equal(first[3], vectors.vectors[vectors.words.index("great")])
    assert len(set(units_of(train))) == 3


@pytest.mark.usefixtures("folder")
def test_phrases_of_a_sentence_are_its_parts_and_always_the_same():
    some = told(load_opinions("train", parts=("sst",), phrases=2))
    assert some == told(load_opinions("train", parts=("sst",), phrases=2))
    all_ = told(load_opinions("train", parts=("sst",), phrases=9))
    assert {one[:2] for one in all_} == {
        *(("it 's really good", 2.5), ("'s really good", 2.5)),
        *(("really good", 1.25), ("really", 1.25), ("good", 1.25)),
    }
    assert len(some) == 3
    assert set(some) <= set(all_)


def test_trees_that_are_none_are_refused(folder):
    assert parse_tree("(2 (2 (2 ca) (2 n't)) (2 -LRB-))") == (
        "can't (",
        [(0, 2, 2), (2, 5, 2), (0, 5, 2), (6, 7, 2), (0, 7, 2)],
    )
    for line in ("(2 (2 so)", "(7 so)", "so", "(2 )", "(2 so))"):
        (folder / "sst" / "train.txt").write_text(f"(3 fine)\n{line}\n")
        with pytest.raises(InputError, match="line 2, is no tree"):
            load_opinions("train", parts=("sst",))


def test_what_is_missing_or_wrong_is_said(folder):
    with pytest.raises(InputError, match="parts are of"):
        load_set("opinions", "train", parts=["imdb"])
    (folder / "mosei.csv").write_text("video_id,text\na,b\n")
    with pytest.raises(InputError, match="lacks one of"):
        load_opinions("train", parts=("mosei",))
    (folder / "mosei.csv").write_text(MOSEI.replace("-1.0", "low"))
    with pytest.raises(InputError, match=r"mosei.csv, line 3: .*'low'"):
        load_opinions("train", parts=("mosei",))
    with pytest.raises(InputError, match="FUSIONVIZ_DATA"):
        load_opinions("train", folder=folder / "none")


@pytest.mark.usefixtures("folder")
def test_utterances_are_words_and_voice_without_what_knows_the_labels():
    plain = load_mosi("test", level="utterance")
    spoken = load_mosi("test", level="utterance", text="glove-50")
    assert [one.id for one in spoken] == [one.id for one in plain]
    vectors = load_word_vectors()
    for one, before in zip(spoken, plain, strict=True):
        assert set(one.modalities) == {"text", "audio"}
        assert one.words == before.words
        expected = vectors.look_up(vectors.split(" ".join(before.words)))
        assert np.array_equal(one.modalities["text"], expected)
        assert np.array_equal(one.modalities["audio"], before.modalities["audio"])
        assert np.array_equal(one.target, before.target, equal_nan=True)
        assert (one.label, one.group) == (before.label, before.group)


@pytest.mark.usefixtures("folder")
def test_other_opinions_join_training_alone_and_no_video_of_the_file():
    options = {"level": "utterance", "text": "glove-50"}
    alone = load_mosi("train", **options)
    joined = load_mosi("train", **options, beside={"repeat": 2, "parts": ["mosei"]})
    assert len(joined) == 2 * len(alone) + 3
    groups = [one.group for one in joined]
    assert groups[: len(alone)] == [one.group for one in alone]
    assert set(groups[2 * len(alone) :]) == {"a1"}  # v00 is a video of the file
    only = load_mosi("train", **options, beside={"repeat": 0})
    assert {one.group for one in only} == {"a1", "sst train 1"}
    for split in ("validation", "test"):
        with_, without = (
            load_mosi(split, **options, beside=beside)
            for beside in (None, {"parts": ["mosei"]})
        )
        assert [one.id for one in with_] == [one.id for one in without]
    with pytest.raises(InputError, match="beside goes with"):
        load_set("mosi", "train", level="utterance", beside={"repeat": 2})
    with pytest.raises(InputError, match="reads the words of utterances"):
        load_set("mosi", "train", text="glove-50")


def test_another_file_is_read_by_the_same_encoder(folder):
    file = folder.parent / "cmu_mosi" / "utterances.npz"
    read = load_mosi_file(file, level="utterance", text="glove-50")
    assert {one.modalities["text"].shape[1] for one in read} == {50}
    assert len(read) == len(load_mosi_file(file, level="utterance"))
