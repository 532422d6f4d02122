"""From films to what the model reads: a poster of one size, and the rows of words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.data.records import PosterSample
from fusionviz.data.words import Word, load_word_vectors
from fusionviz.data.words.vectors import UNKNOWN
from fusionviz.models.films.config import FilmMangoConfig
from fusionviz.models.modalities import fit_smoothly


@dataclass(frozen=True, kw_only=True, eq=False)
class FilmBatch:
    """Films as the model reads them.

    Attributes:
        poster: In -1..1, (batch, 3, height, width); zeros where it is missing.
        words: Row of each word of the plot in the vectors, in its order, -1 where there
            is none or no more, (batch, N).
        present: By modality, which films have it, (batch,).
        features: What the pretrained encoder makes of the posters, (batch, N, feature),
            where that is known already.
    """

    poster: Float[Tensor, "batch 3 height width"]
    words: Int[Tensor, "batch token"]
    present: Mapping[str, Bool[Tensor, " batch"]]
    features: Float[Tensor, "batch token feature"] | None = None

    def __len__(self) -> int:
        return len(self.words)

    def __getitem__(self, rows: slice) -> "FilmBatch":
        return FilmBatch(
            poster=self.poster[rows],
            words=self.words[rows],
            present={name: there[rows] for name, there in self.present.items()},
            features=None if self.features is None else self.features[rows],
        )

    def to(
        self, device: torch.device | str, dtype: torch.dtype | None = None
    ) -> "FilmBatch":
        """Return the batch on a device, its posters in `dtype` if given."""
        features = self.features
        return FilmBatch(
            poster=self.poster.to(device=device, dtype=dtype),
            words=self.words.to(device),
            present={name: there.to(device) for name, there in self.present.items()},
            features=None
            if features is None
            else features.to(device=device, dtype=dtype),
        )

    def with_features(
        self, features: Float[Tensor, "batch token feature"]
    ) -> "FilmBatch":
        """Return the batch with features that are known already."""
        return replace(self, features=features)


def film_batch(films: Sequence[PosterSample], config: FilmMangoConfig) -> FilmBatch:
    """Return films as one batch.

    Args:
        films: At least one.
        config: Of the model.

    Raises:
        ValueError: There is no film.
    """
    if not films:
        raise ValueError("a batch needs at least one film, got none")
    plots = [words_read(film.plot or "", config.tokens) for film in films]
    vectors = load_word_vectors()
    rows = np.full((len(films), config.tokens), UNKNOWN)
    for row, words in zip(rows, plots, strict=True):
        row[: len(words)] = vectors.rows(words)
    posters = np.stack([_poster(film, config.image_size) for film in films])
    present = {
        "poster": torch.tensor([film.rgb is not None for film in films]),
        "plot": torch.tensor([bool(words) for words in plots]),
    }
    return FilmBatch(
        poster=torch.from_numpy(posters), words=torch.from_numpy(rows), present=present
    )


def words_read(plot: str, most: int) -> list[Word]:
    """Return the words of a plot that have a vector, in their order.

    Args:
        plot: Any text.
        most: How many are read: of a longer plot, those that are rarest in English.
    """
    vectors = load_word_vectors()
    words = vectors.split(plot)
    rows = vectors.rows(words)
    known = np.flatnonzero(rows != UNKNOWN)
    # Rows go from the commonest word to the rarest. Of those alike the first is read.
    rarest = known[np.argsort(-rows[known], kind="stable")][:most]
    return [words[index] for index in np.sort(rarest)]


def _poster(film: PosterSample, size: tuple[int, int]) -> NDArray[np.float32]:
    if film.rgb is None:
        return np.zeros((3, *size), np.float32)
    fitted = fit_smoothly(film.rgb, size).astype(np.float32)
    return (fitted / 127.5 - 1).transpose(2, 0, 1)
