"""MANGO over films: poster and plot to genres.

Read in this order: config, inputs, tokens, model.
"""

from fusionviz.models.films.config import FilmMangoConfig
from fusionviz.models.films.inputs import FilmBatch, film_batch, words_read
from fusionviz.models.films.model import FilmMango

__all__ = ["FilmBatch", "FilmMango", "FilmMangoConfig", "film_batch", "words_read"]
