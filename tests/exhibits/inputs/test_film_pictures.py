"""Pictures of films: what is drawn of the numbers, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from fusionviz.analysis.shared.subjects.film import FilmSubject
from fusionviz.errors import InputError
from fusionviz.exhibits.attention.film_head import FilmHeadControls, make_film_head
from fusionviz.exhibits.inputs.film_parts import PartsControls, make_parts
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.exhibits.shared.film_genres import GenreControls, make_genres
from tests.helpers.films import film, tiny_film_mango

GENRES = ("Drama", "War", "Music")


@pytest.fixture(scope="module")
def subject():
    model = tiny_film_mango()
    model.threshold.fill_(0.5)
    return FilmSubject(model, film(0, "king <dog>"), GENRES)


def ask(make, subject, controls):
    return make(Request(subject=subject, controls=controls))


def heatmaps(exhibit):
    return [one for one in exhibit.figure.data if one.type == "heatmap"]


def test_bars_are_the_probabilities_the_most_probable_on_top(subject):
    exhibit = ask(make_genres, subject, GenreControls())
    (bars,) = exhibit.figure.data
    found = next(iter(subject.probabilities.values()))
    assert list(bars.x) == sorted(found)
    assert bars.y[-1] == GENRES[int(found.argmax())]
    assert exhibit.figure.layout.shapes[0].x0 == 0.5
    assert tuple(exhibit.figure.layout.xaxis.range) == (0, 1)
    three = ask(make_genres, subject, GenreControls(alone=True))
    assert [one.name for one in three.figure.data][::-1] == list(subject.probabilities)
    for name in three.figure.data:
        assert len(name.x) == 3


def test_parts_are_drawn_on_one_scale_with_a_middle_of_nothing(subject):
    exhibit = ask(make_parts, subject, PartsControls(genre="War"))
    poster, page, _ = heatmaps(exhibit)
    np.testing.assert_array_equal(poster.z, subject.parts.patches[1])
    assert np.asarray(page.z)[0].tolist() == subject.parts.words[1].tolist()
    assert np.isnan(np.asarray(page.z)[1]).all()
    assert (poster.zmin, poster.zmax) == (page.zmin, page.zmax)
    assert page.zmin == -page.zmax
    assert np.asarray(page.text).ravel().tolist() == ["king", "dog", "", ""]
    assert "War" in exhibit.alt
    with pytest.raises(InputError, match="Western"):
        ask(make_parts, subject, PartsControls(genre="Western"))


def test_the_genre_that_nobody_names_is_the_most_probable(subject):
    exhibit = ask(make_parts, subject, PartsControls())
    found = next(iter(subject.probabilities.values()))
    assert exhibit.numbers["genre"] == GENRES[int(found.argmax())]


def test_a_head_is_drawn_where_it_reads(subject):
    exhibit = ask(make_film_head, subject, FilmHeadControls(head=1, token=5))
    attention = subject.attention(2)
    poster, page, closed = heatmaps(exhibit)
    row = attention.weights[1, 1]
    np.testing.assert_allclose(np.asarray(page.z).ravel()[1:], row[1:])
    assert np.isnan(np.asarray(page.z).ravel()[0])
    np.testing.assert_allclose(np.asarray(poster.z).ravel()[1:], row[1:])
    assert np.asarray(closed.z).ravel()[0] == 0
    assert page.zmin == 0
    (frame,) = exhibit.figure.layout.shapes
    assert (frame.x0, frame.y0, frame.xref) == (0.5, -0.5, "x2")
    assert "“dog”" in exhibit.alt
    for wrong in ({"head": 9}, {"token": 8}, {"layer": 0}):
        with pytest.raises(InputError):
            ask(make_film_head, subject, FilmHeadControls(**wrong))
    with pytest.raises(ValueError, match="at least -1"):
        FilmHeadControls(layer=-2)


@pytest.mark.parametrize("missing", ["rgb", "plot"])
def test_a_film_without_a_half_is_drawn_too(missing):
    half = replace(film(0), **{missing: None})
    subject = FilmSubject(tiny_film_mango(), half, GENRES)
    for make, controls in (
        (make_genres, GenreControls(alone=True)),
        (make_parts, PartsControls()),
        (make_film_head, FilmHeadControls()),
    ):
        exhibit = ask(make, subject, controls)
        assert exhibit.alt.endswith(".")
        assert all(np.isfinite(v) for v in exhibit.numbers.values() if v != str(v))
