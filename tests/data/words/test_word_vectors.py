"""Words of a text and their vectors: where they stand, and what they mean."""

import hashlib
import json

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from fusionviz.data.folders import data_folder
from fusionviz.data.words import load_word_vectors, split_words
from fusionviz.data.words.vectors import VECTORS, WordVectors
from fusionviz.errors import CheckpointError

ORIGINAL = data_folder() / "pretrained" / "glove6b_50d_top30k.npz"


@pytest.fixture(scope="module")
def vectors():
    return load_word_vectors()


def texts(words):
    return [word.text for word in words]


def test_words_are_parted_as_the_vectors_know_them(vectors):
    assert texts(
        vectors.split("The well-known U.S. spy can't stop; he's in love.")
    ) == [
        *("the", "well-known", "u.s.", "spy", "can", "n't", "stop", "he", "'s"),
        *("in", "love"),
    ]
    assert texts(vectors.split("They won\N{RIGHT SINGLE QUOTATION MARK}t")) == [
        *("they", "will", "n't"),
    ]
    assert texts(split_words("half-zombie's café, 1977")) == [
        *("half", "zombie", "'s", "cafe", "1977"),
    ]
    assert vectors.split(" ... -- !? _") == []


@given(st.text(max_size=60))
def test_every_word_is_at_its_place_and_none_overlap(text):
    end = 0
    for word in split_words(text, {"well-known", "u.s."}):
        assert end <= word.start < word.end <= len(text)
        end = word.end
        if text[word.start : word.end].isascii() and word.text not in ("can", "will"):
            assert text[word.start : word.end].replace("`", "'").lower() in (
                word.text,
                "sha",
            )


def test_an_unknown_word_has_no_row_and_a_vector_of_zeros(vectors):
    words = vectors.split("king qqqq the")
    assert vectors.rows(words).tolist() == [vectors.words.index("king"), -1, 0]
    found = vectors.look_up(words)
    assert found.dtype == np.float32
    assert np.array_equal(found[1], np.zeros(50))
    assert np.array_equal(found[2], vectors.vectors[0])
    assert vectors.look_up([]).shape == (0, 50)


def test_a_king_without_man_and_with_woman_is_a_queen(vectors):
    unit = vectors.vectors / np.linalg.norm(vectors.vectors, axis=1, keepdims=True)
    king, man, woman = vectors.look_up(vectors.split("king man woman"))
    nearest = np.argsort(unit @ (king - man + woman))[::-1][:4]
    assert "queen" in {vectors.words[row] for row in nearest}


def test_the_file_is_what_its_card_and_notice_say(vectors):
    about = json.loads(VECTORS.with_suffix(".json").read_text("utf-8"))
    assert about["sha256"] == hashlib.sha256(VECTORS.read_bytes()).hexdigest()
    assert (about["words"], about["width"]) == vectors.vectors.shape
    assert about["licence"] == "PDDL-1.0"
    assert "Public Domain Dedication" in (VECTORS.parent / "NOTICE").read_text("utf-8")
    assert VECTORS.stat().st_size < 5e6
    assert len(set(vectors.words)) == 30000
    assert np.isfinite(vectors.vectors).all()
    with pytest.raises(ValueError, match="read-only"):
        vectors.vectors[0, 0] = 1.0


@pytest.mark.skipif(not ORIGINAL.is_file(), reason=f"no {ORIGINAL}")
def test_the_file_has_the_original_numbers(vectors):
    original = np.load(ORIGINAL)
    assert tuple(original["words"].tolist()) == vectors.words
    assert np.array_equal(original["vectors"].astype(np.float32), vectors.vectors)


def test_vectors_that_are_missing_or_damaged_are_said(tmp_path):
    path = tmp_path / "none.safetensors"
    with pytest.raises(CheckpointError, match="glove-50 cannot be read"):
        load_word_vectors(path)
    path.write_bytes(b"no tensors")
    with pytest.raises(CheckpointError, match="glove-50 cannot be read"):
        load_word_vectors(path)
    path.write_bytes(safetensors.numpy.save({"words": np.zeros(3, np.uint8)}))
    with pytest.raises(CheckpointError, match="vectors"):
        load_word_vectors(path)
    with pytest.raises(ValueError, match="2 words and 1 vectors"):
        WordVectors(words=("a", "b"), vectors=np.zeros((1, 4), np.float32))
