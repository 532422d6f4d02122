"""CMU-MOSI as a set: splits by video, and what the text may be."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfTransformer

from fusionviz.data.folders import data_folder
from fusionviz.data.sets import mosi as module
from fusionviz.data.sets.mosi import (
    FOLDS,
    load_mosi,
    load_mosi_file,
    split_videos,
    weigh_words,
)
from fusionviz.data.sets.registry import SPLITS, class_names, load_set
from fusionviz.errors import InputError
from tests.helpers.files.mosi_folder import VIDEOS, VOCABULARY, make_mosi_folder


@pytest.fixture
def _made_up(tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_DATA", str(make_mosi_folder(tmp_path)))


def videos_of(samples):
    return {one.group for one in samples}


@pytest.mark.usefixtures("_made_up")
@pytest.mark.parametrize("level", ["video", "utterance"])
@pytest.mark.parametrize("fold", [None, 0, 4])
def test_no_video_is_in_two_splits(level, fold):
    parts = [load_set("mosi", split, level=level, fold=fold) for split in SPLITS]
    groups = [videos_of(part) for part in parts]
    assert sum(map(len, groups)) == len(set.union(*groups)) == VIDEOS
    assert all(groups)
    if level == "video":
        assert [len(part) for part in parts] == [len(group) for group in groups]


@pytest.mark.usefixtures("_made_up")
def test_every_video_is_tested_on_once_over_the_folds():
    tested = [load_mosi("test", fold=fold, seed=3) for fold in range(FOLDS)]
    names = [one.group for part in tested for one in part]
    assert len(names) == len(set(names)) == VIDEOS
    other = [videos_of(load_mosi("test", fold=0, seed=seed)) for seed in range(6)]
    assert len({tuple(sorted(names)) for names in other}) > 1


def test_folds_of_many_videos_have_the_shares_that_they_should():
    names = [f"v{number}" for number in range(62)]
    for fold in range(FOLDS):
        parts = split_videos(names * 3, fold)
        sizes = {split: len(part) for split, part in parts.items()}
        assert sizes["validation"] == 6
        assert sizes["test"] in (12, 13)
        assert sum(sizes.values()) == len(set(sum(parts.values(), ()))) == 62
    with pytest.raises(ValueError, match="fold is from 0 to 4, got 5"):
        split_videos(names, 5)


def test_official_test_videos_are_the_test_split(tmp_path, monkeypatch):
    folder = make_mosi_folder(tmp_path)
    monkeypatch.setenv("FUSIONVIZ_DATA", str(folder))
    file = folder / "cmu_mosi" / "utterances.npz"
    assert len(load_mosi_file(file)) == VIDEOS
    with np.load(file) as arrays:
        table = dict(arrays)
    table["split_poria"][np.isin(table["video"], ["v00", "v03"])] = "test"
    np.savez(file, **table)
    assert videos_of(load_mosi_file(file)) == {"v00", "v03"}
    parts = {split: videos_of(load_mosi(split)) for split in SPLITS}
    assert parts["test"] == {"v00", "v03"}
    assert sum(map(len, parts.values())) == len(set.union(*parts.values())) == VIDEOS
    with pytest.raises(InputError, match="other ids"):
        load_mosi_file(file, text="words")
    (tmp_path / "bad.npz").write_bytes(b"nothing")
    with pytest.raises(InputError, match="no file of CMU-MOSI"):
        load_mosi_file(tmp_path / "bad.npz")


@pytest.mark.usefixtures("_made_up")
def test_words_stand_in_for_the_text_features():
    features, words = load_mosi("test"), load_mosi("test", text="words")
    for one, other in zip(features, words, strict=True):
        assert one.words == other.words
        text = other.modalities["text"]
        assert text.dtype == np.float32
        np.testing.assert_array_equal(
            one.modalities["audio"], other.modalities["audio"]
        )
        np.testing.assert_allclose(np.linalg.norm(text, axis=1), 1, rtol=1e-5)
        for said, row in zip(other.words, text, strict=True):
            assert {VOCABULARY[k] for k in np.flatnonzero(row)} == set(said.split())


def test_words_are_weighed_by_how_often_and_how_rare():
    counts = np.array([[1, 0, 2], [0, 0, 1], [1, 0, 0], [0, 0, 0]])
    rare, common = np.log(4 / 2), (1 + np.log(2)) * np.log(4 / 2)
    expected = np.array([rare, 0, common]) / np.hypot(rare, common)
    found = weigh_words(counts, counts)
    np.testing.assert_allclose(found[0], expected, rtol=1e-6)
    np.testing.assert_array_equal(found[1], [0, 0, 1])
    np.testing.assert_array_equal(found[3], 0)


def test_weights_are_those_of_scikit_learn_fitted_to_what_is_trained_on():
    random = np.random.default_rng(0)
    known = random.poisson(0.4, (30, 20))
    known[:, :3] = 0  # words that training never sees
    counts = random.poisson(0.4, (50, 20))
    reference = TfidfTransformer(sublinear_tf=True, smooth_idf=False).fit(known[:, 3:])
    reference.idf_ = reference.idf_ - 1  # which scikit-learn adds to the logarithm
    expected = reference.transform(counts[:, 3:]).toarray()
    found = weigh_words(counts, known)
    np.testing.assert_allclose(found[:, 3:], expected, rtol=1e-5, atol=1e-7)
    assert (found[:, :3] == 0).all()


@pytest.mark.usefixtures("_made_up")
@pytest.mark.parametrize("fold", [None, 1])
def test_words_of_held_out_videos_change_no_weight(fold, monkeypatch):
    """What is said in test and validation videos leaves the training features."""
    before = load_mosi("train", text="words", fold=fold)
    held = videos_of(load_mosi("test", fold=fold)) | videos_of(
        load_mosi("validation", fold=fold)
    )
    whole = module.load_mosi_words

    def silenced(split="all", **options):
        for one in whole(split, **options):
            ids = one.modalities["text"]
            other = np.zeros_like(ids) if one.group in held else ids
            yield replace(one, modalities={**one.modalities, "text": other})

    monkeypatch.setattr(module, "load_mosi_words", silenced)
    after = load_mosi("train", text="words", fold=fold)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one.modalities["text"], other.modalities["text"])


@pytest.mark.usefixtures("_made_up")
def test_what_is_not_there_is_said():
    with pytest.raises(InputError, match="level is one of .* got 'word' and 'cnn'"):
        load_set("mosi", "test", level="word")
    with pytest.raises(InputError, match="cannot be loaded with .*'folds'"):
        load_set("mosi", "test", folds=3)
    assert class_names("mosi", fold=1) == ("negative", "non-negative")


def test_the_real_file():
    if not (data_folder() / "cmu_mosi").is_dir():
        pytest.skip("CMU-MOSI is not here (FUSIONVIZ_DATA names its folder)")
    parts = [load_mosi(split, text="words") for split in SPLITS]
    assert [len(part) for part in parts] == [29, 9, 24]
    utterances = [sum(len(one.words) for one in part) for part in parts]
    assert utterances == [694, 195, 558]
    assert parts[2][0].modalities["text"].shape[1] == 3107
    assert [len(load_mosi(split, level="utterance")) for split in SPLITS] == utterances
    held = np.concatenate([one.label for one in parts[2]])
    assert held.mean() == pytest.approx(0.419, abs=0.001)
