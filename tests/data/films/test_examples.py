"""Films of the project's own: a poster and a plot each, always the same."""

import numpy as np
import pytest

from fusionviz.data.films import EXAMPLES, example_film
from fusionviz.data.words import load_word_vectors
from fusionviz.errors import InputError


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_has_a_poster_and_a_plot(name):
    film = example_film(name)
    assert film.rgb.shape == (432, 288, 3)
    assert film.rgb.dtype == np.uint8
    assert film.rgb.std() > 20
    assert np.array_equal(film.rgb, example_film(name).rgb)
    vectors = load_word_vectors()
    words = vectors.split(film.plot)
    assert 30 < len(words) < 60
    assert (vectors.rows(words) >= 0).mean() > 0.9
    assert film.genres is None


def test_another_name_is_refused():
    with pytest.raises(InputError, match=r"lamp.*none"):
        example_film("none")
