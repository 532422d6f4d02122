"""One film as a MANGO of films reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.analysis.shared.attention.mango import (
    LayerAttention,
    find_attention,
)
from fusionviz.analysis.shared.pictures import Pictures, to_colours
from fusionviz.data.grid import Grid
from fusionviz.data.records import PosterSample
from fusionviz.data.words import Word
from fusionviz.errors import InputError
from fusionviz.models.films import FilmBatch, FilmMango, words_read
from fusionviz.models.mango import MangoTrace
from fusionviz.models.mango.layers.partition import Tokens

BOTH, POSTER, PLOT = "poster and plot", "poster alone", "plot alone"
"""What the genres are read from."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FilmParts:
    """What each part of a film adds to the log-odds of each genre.

    That is the log-odds of the whole film less those without the part: a word is taken
    out of its place, a patch becomes the mean of all patches. Parts work together, so
    that what they add does not sum to the whole.

    Attributes:
        patches: (genre, row, column); NaN where there is no poster.
        words: (genre, word), of the words that are read.
    """

    patches: NDArray[np.float32]
    words: NDArray[np.float32]


class FilmSubject:
    """A model and a film, and what pictures of the two need, computed once.

    Everything is computed when it is first asked for and never changed after, so that
    sessions may share a subject.

    Args:
        model: A MANGO of films.
        film: Poster, plot or both; the tokens of a missing one are guessed.
        genres: Names of those that the model tells apart.

    Raises:
        InputError: There is no poster, and no word of the plot is known.
    """

    def __init__(
        self, model: FilmMango, film: PosterSample, genres: Sequence[str]
    ) -> None:
        self.model, self.film, self.genres = model, film, tuple(genres)
        self.words: tuple[Word, ...] = tuple(
            words_read(film.plot or "", model.config.tokens)
        )
        if film.rgb is None and not self.words:
            raise InputError(
                "no word of this plot is known and there is no poster: write it in "
                "English, or bring a poster"
            )

    @property
    def grid(self) -> Grid:
        """Rows and columns of the poster's patches, and of the words on their page."""
        return self.model.config.shape

    @property
    def missing(self) -> str | None:
        """The modality whose tokens are the model's guess, or None."""
        if self.film.rgb is None:
            return "poster"
        return None if self.words else "plot"

    @property
    def threshold(self) -> float:
        """The probability above which the film is taken to be of a genre."""
        return float(self.model.threshold)

    @cached_property
    def batch(self) -> FilmBatch:
        """The film as the model takes it."""
        with torch.inference_mode():
            batch = self.model.to_batch(self.film)
            return batch.with_features(self.model.poster_features(batch))

    @cached_property
    def poster(self) -> NDArray[np.uint8]:
        """The poster as the model reads it; grey where there is none."""
        if self.film.rgb is None:
            return np.full((*self.model.config.image_size, 3), 128, np.uint8)
        return to_colours(self.batch.poster)

    @property
    def pictures(self) -> Pictures:
        """The poster among pictures."""
        return Pictures(rgb=self.poster, depth_m=None)

    @cached_property
    def x(self) -> Tokens:
        """Joint tokens, (1, 2N, d)."""
        with torch.inference_mode():
            return self.model.encode(self.batch)

    @cached_property
    def trace(self) -> MangoTrace:
        """The pass through the flow, with every layer's attention."""
        return self.model.trace(self.x)

    @cached_property
    def probabilities(self) -> Mapping[str, NDArray[np.float32]]:
        """The probability of each genre, by what it is read from; (genre,) each."""
        present = self.batch.present
        whole = {BOTH: present}
        if self.missing is None:
            no = torch.zeros_like(present["plot"])
            whole[POSTER] = {**present, "plot": no}
            whole[PLOT] = {**present, "poster": no}
        else:
            whole = {PLOT if self.missing == "poster" else POSTER: present}
        with torch.inference_mode():
            unit = self.model.unit_tokens(self.batch)
            return {
                name: self._logits(self.model.fill(unit, there)).sigmoid()[0].numpy()
                for name, there in whole.items()
            }

    @cached_property
    def parts(self) -> FilmParts:
        """What each patch and each word adds to the log-odds of each genre."""
        count, tokens = len(self.words), self.model.config.tokens
        has_poster = self.film.rgb is not None
        with torch.inference_mode():
            unit = self.model.unit_tokens(self.batch)
            silent = replace(self.batch, words=torch.full_like(self.batch.words, -1))
            without = unit.repeat(1 + tokens + count, 1, 1)
            for patch in range(tokens):
                without[1 + patch, patch] = 0
            empty = self.model.unit_tokens(silent)[0]
            for place in range(count):
                without[1 + tokens + place, tokens + place] = empty[tokens + place]
            present = {
                name: there.expand(len(without))
                for name, there in self.batch.present.items()
            }
            logits = self._logits(self.model.fill(without, present)).numpy()
        added = (logits[:1] - logits[1:]).T
        patches = added[:, :tokens].reshape(-1, *self.grid)
        if not has_poster:
            patches = np.full_like(patches, np.nan)
        return FilmParts(patches=patches, words=added[:, tokens:])

    def attention(self, layer: int) -> LayerAttention:
        """Return the attention of one layer; `rgb` is the poster, `depth` the words.

        Raises:
            InputError: It is no attention layer.
        """
        return find_attention(
            self.model,
            self.trace,
            layer,
            pictures=self.pictures,
            missing=self.missing,
        )

    def _logits(self, x: Tokens) -> torch.Tensor:
        return self.model.name_genres(self.model.flow(x)[0]).float().cpu()
