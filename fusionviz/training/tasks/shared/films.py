"""What tasks on films share: labelled batches, the loss of genres, and their scores."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from fusionviz.data.records import PosterSample
from fusionviz.errors import InputError
from fusionviz.models.encoders import load_encoder
from fusionviz.models.encoders.pictures import to_picture
from fusionviz.models.films import FilmBatch, FilmMangoConfig, film_batch
from fusionviz.models.films.tokens import place_features
from fusionviz.training.feature_cache import keep_features
from fusionviz.training.metrics.intervals import Measurement
from fusionviz.training.metrics.scores import (
    macro_f1,
    micro_f1,
    samples_f1,
    weighted_f1,
)
from fusionviz.training.task import Task

THRESHOLDS = np.linspace(0.1, 0.9, 81)

Probabilities = NDArray[np.float32]
Genres = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class LabelledFilms:
    """Films and the genres that they are of, 0 or 1; NaN where that is unknown."""

    films: FilmBatch
    genres: Float[Tensor, "batch genre"]

    def to(self, device: torch.device) -> "LabelledFilms":
        """Return the batch on a device."""
        return LabelledFilms(films=self.films.to(device), genres=self.genres.to(device))

    def __getitem__(self, index: slice) -> "LabelledFilms":
        return LabelledFilms(films=self.films[index], genres=self.genres[index])

    def __len__(self) -> int:
        return len(self.genres)


class FilmTask(Task):
    """A task on films and their genres.

    Args:
        mirrored: Share of the training posters that are mirrored.
        dropped: Share of a plot's words that are not read in training.
        smoothing: Share of the truth that is spread over yes and no.
    """

    def __init__(
        self, *, mirrored: float = 0.5, dropped: float = 0.2, smoothing: float = 0.0
    ) -> None:
        for name, share in (("mirrored", mirrored), ("dropped", dropped)):
            if not 0 <= share <= 1:
                raise ValueError(f"{name} is a share from 0 to 1, got {share}")
        if not 0 <= smoothing < 1:
            raise ValueError(f"smoothing is from 0 to below 1, got {smoothing}")
        self.mirrored, self.dropped, self.smoothing = mirrored, dropped, smoothing

    def prepare(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[PosterSample],
        augment: np.random.Generator | None = None,
    ) -> LabelledFilms:
        """Return the films as a batch, with the features of their posters.

        Raises:
            InputError: They are of other genres than the model tells apart.
        """
        config = model.config
        if augment is not None:
            samples = [self._vary(film, augment) for film in samples]
        films = film_batch(samples, config)
        return LabelledFilms(
            films=films.with_features(poster_features(films, config)),
            genres=torch.stack([_genres(film, config.classes) for film in samples]),
        )

    def genre_loss(
        self,
        logits: Float[Tensor, "batch genre"],
        genres: Float[Tensor, "batch genre"],
    ) -> Tensor:
        """Return the mean cross-entropy of the decisions whose truth is known."""
        known = ~genres.isnan()
        soft = genres[known] * (1 - self.smoothing) + self.smoothing / 2
        total = binary_cross_entropy_with_logits(logits[known], soft, reduction="sum")
        return total / known.sum().clamp_min(1)

    def _vary(self, film: PosterSample, augment: np.random.Generator) -> PosterSample:
        """Return a film as it might have been: mirrored, told with fewer words."""
        if film.rgb is not None and augment.random() < self.mirrored:
            film = replace(film, rgb=np.ascontiguousarray(film.rgb[:, ::-1]))
        if film.plot is not None and self.dropped:
            words = film.plot.split()
            kept = augment.random(len(words)) >= self.dropped
            some = " ".join(
                word for word, stays in zip(words, kept, strict=True) if stays
            )
            film = replace(film, plot=some or film.plot)
        return film


def poster_features(
    films: FilmBatch, config: FilmMangoConfig
) -> Float[Tensor, "batch token feature"]:
    """Return what the encoder makes of posters, from the cache where it is there."""
    height, width = config.image_size
    folder = Path(config.encoder) / f"{height}x{width}" / "places"

    def make(some: Tensor) -> Tensor:
        return place_features(load_encoder(config.encoder)(to_picture(some, "rgb")))

    return keep_features(films.poster, folder, make)


def genre_measurements(
    probability: Probabilities, genres: Genres, threshold: float
) -> dict[str, Measurement]:
    """Return the four F1 of genres.

    Args:
        probability: Of each genre, (film, genre).
        genres: Which are true.
        threshold: Above which a film is taken to be of a genre.
    """
    pairs = np.stack([probability > threshold, genres], axis=1)
    statistics = {
        "micro_f1": micro_f1,
        "macro_f1": macro_f1,
        "weighted_f1": weighted_f1,
        "samples_f1": samples_f1,
    }
    return {
        name: Measurement(values=pairs, statistic=statistic)
        for name, statistic in statistics.items()
    }


def best_threshold(probability: Probabilities, genres: Genres) -> float:
    """Return the threshold of the highest micro F1, the middle one of the best."""
    found = [
        micro_f1(np.stack([probability > one, genres], axis=1)) for one in THRESHOLDS
    ]
    best = THRESHOLDS[np.array(found) == max(found)]
    return float(best[len(best) // 2])


def truth(batch: LabelledFilms) -> Bool[np.ndarray, "film genre"]:
    """Return the genres of films as they are known.

    Raises:
        InputError: Those of a film are not.
    """
    if batch.genres.isnan().any():
        raise InputError("films that are measured on need their genres, one has none")
    return batch.genres.cpu().numpy() > 0.5


def _genres(film: PosterSample, classes: int) -> Float[Tensor, " genre"]:
    if film.genres is None:
        return torch.full((classes,), torch.nan)
    if len(film.genres) != classes:
        name, count = film.id or "a film", len(film.genres)
        raise InputError(
            f"the model tells {classes} genres apart, and {name} is of a set of {count}"
        )
    return torch.from_numpy(film.genres.astype(np.float32))
