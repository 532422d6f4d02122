"""A film as a model reads it: against the model asked by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from fusionviz.analysis.shared.subjects.film import BOTH, PLOT, POSTER, FilmSubject
from fusionviz.data.records import PosterSample
from fusionviz.errors import InputError
from tests.helpers.films import film, tiny_film_mango

GENRES = ("Drama", "War", "Music")


@pytest.fixture(scope="module")
def model():
    return tiny_film_mango()


@pytest.fixture(scope="module")
def subject(model):
    return FilmSubject(model, film(0, "king dog"), GENRES)


def log_odds(model, x):
    return model.name_genres(model.flow(x)[0])[0].numpy()


def test_probabilities_are_those_of_the_film_and_of_its_halves(model, subject):
    whole = film(0, "king dog")
    films = {
        BOTH: whole,
        POSTER: replace(whole, plot=None),
        PLOT: replace(whole, rgb=None),
    }
    assert list(subject.probabilities) == list(films)
    for name, one in films.items():
        wanted = 1 / (1 + np.exp(-log_odds(model, model.encode(one))))
        np.testing.assert_allclose(subject.probabilities[name], wanted, rtol=1e-4)


def test_a_half_is_read_alone_where_the_other_is_missing(model):
    subject = FilmSubject(model, replace(film(0), rgb=None), GENRES)
    assert subject.missing == "poster"
    assert list(subject.probabilities) == [PLOT]
    assert FilmSubject(model, replace(film(0), plot="Qzxw"), GENRES).missing == "plot"
    with pytest.raises(InputError, match="no word"):
        FilmSubject(model, PosterSample(rgb=None, plot="Qzxw"), GENRES)


def test_a_part_adds_what_is_lost_without_it(model, subject):
    x = subject.x
    whole = log_odds(model, x)
    without_dog = x.clone()
    alone = model.encode(replace(film(0), plot="king"))
    without_dog[:, 5] = alone[:, 5]  # the place of the second word, empty
    added = whole - log_odds(model, without_dog)
    np.testing.assert_allclose(subject.parts.words[:, 1], added, atol=1e-5)
    without_patch = x.clone()
    without_patch[:, 2] = 0
    added = whole - log_odds(model, without_patch)
    np.testing.assert_allclose(subject.parts.patches[:, 1, 0], added, atol=1e-5)
    assert subject.parts.words.shape == (3, 2)


def test_without_a_poster_words_change_the_guess_too(model):
    alone = replace(film(0, "king dog"), rgb=None)
    parts = FilmSubject(model, alone, GENRES).parts
    assert np.isnan(parts.patches).all()
    whole = log_odds(model, model.encode(alone))
    without = log_odds(model, model.encode(replace(alone, plot="king")))
    np.testing.assert_allclose(parts.words[:, 1], whole - without, atol=1e-5)


def test_attention_is_the_models(model, subject):
    layer = next(i for i, p in enumerate(model.flow.places) if p.kind == "mmca")
    found = subject.attention(layer)
    x = subject.x
    for before in model.flow.chain[:layer]:
        x, _ = before(x)
    first, _ = model.flow.chain[layer].partition.split(x)
    wanted = model.flow.chain[layer].attend(first)[0].numpy()
    np.testing.assert_allclose(found.weights, wanted, atol=1e-5)
    assert found.key_tokens.tolist() == [0, 1, 2, 3]
    assert found.value_tokens.tolist() == [4, 5, 6, 7]
    with pytest.raises(InputError, match="attention layers"):
        subject.attention(layer - 1)


def test_asking_changes_no_token(model, subject):
    before = subject.x.clone()
    _ = subject.parts, subject.probabilities, subject.trace
    assert torch.equal(subject.x, before)
