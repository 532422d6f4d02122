"""Vectors tuned on sentences: what is praised and what is not part, the rest stays."""

import numpy as np
import pytest

from fusionviz.data.words.features import OPINION, WIDTHS, read_text, vectors_of
from fusionviz.data.words.vectors import VECTORS, WordVectors, load_word_vectors
from fusionviz.training.opinion_vectors import (
    WIDTH,
    _loss,
    save_vectors,
    tune_vectors,
)

torch = pytest.importorskip("torch")

START = WordVectors(
    words=("fine", "grim", "film", "far"),
    vectors=np.random.default_rng(0).normal(size=(4, 6)).astype(np.float32),
)
SENTENCES = [
    (("fine", "film"), 2.0),
    (("yay", "film"), 2.0),
    (("grim", "film"), -2.0),
    (("meh", "film"), -2.0),
    (("once", "film"), -2.0),
] * 1 + [(("yay",), 1.0), (("meh",), -1.0)]


@pytest.fixture(scope="module")
def tuned():
    return tune_vectors(SENTENCES * 20, START, epochs=60)


def test_words_that_are_said_twice_get_a_vector_and_the_rest_stays(tuned):
    assert tuned.words == ("fine", "grim", "film", "far", "meh", "once", "yay")
    assert tuned.vectors.shape == (7, WIDTH)
    far = tuned.vectors[3]
    assert np.array_equal(far[:6], START.vectors[3])
    assert not far[6:].any()
    assert np.abs(tuned.vectors[0, :6] - START.vectors[0]).max() > 0.01
    once = tune_vectors([(("so", "fine"), 1.0)], START, epochs=1)
    assert once.words == START.words  # "so" is said once


def test_what_means_the_same_comes_closer(tuned):
    moved = tuned.vectors.copy()
    moved[:4, :6] -= START.vectors
    of = dict(zip(tuned.words, moved, strict=True))

    def likeness(a, b):
        return of[a] @ of[b] / np.linalg.norm(of[a]) / np.linalg.norm(of[b])

    assert likeness("fine", "yay") > likeness("fine", "meh")
    assert likeness("grim", "meh") > likeness("grim", "yay")


def test_the_same_seed_gives_the_same_vectors():
    one, same, other = (
        tune_vectors(SENTENCES, START, epochs=2, seed=seed).vectors
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert np.abs(one - other).max() > 0.01


def test_the_loss_is_that_of_its_formula():
    said, target = np.array([0.5, -1.0, 2.0]), np.array([1.0, 1.0, 0.0])
    expected = np.abs(said - target).mean()
    expected += np.log1p(np.exp([-0.5, 1.0])).mean()
    found = _loss(torch.from_numpy(said), torch.from_numpy(target))
    assert found.item() == pytest.approx(expected)


def test_a_file_gives_back_what_was_saved(tuned, tmp_path):
    save_vectors(tuned, tmp_path / "some.safetensors")
    again = load_word_vectors(tmp_path / "some.safetensors")
    assert again.words == tuned.words
    np.testing.assert_allclose(again.vectors, tuned.vectors, atol=2e-3, rtol=1e-3)


def test_the_shipped_ones_know_more_words_and_tell_praise_from_blame():
    vectors, glove = vectors_of(OPINION), load_word_vectors()
    assert vectors.words[: len(glove.words)] == glove.words
    assert (len(vectors.words), vectors.width) == (34237, WIDTHS[OPINION])
    assert VECTORS.with_name(f"{OPINION}.safetensors").stat().st_size < 5e6
    good, great, awful = read_text("superb wonderful awful", OPINION).features
    assert good @ great > 0 > good @ awful - good @ great
    known = read_text("unfunny watchable", OPINION).known
    assert known.all()
    assert not read_text("unfunny watchable", "glove-50").known.any()
