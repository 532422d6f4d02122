"""Train the flow of films, its predictor of genres and its guesses."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Bool
from torch import Tensor

from fusionviz.data.records import PosterSample
from fusionviz.models.films import FilmBatch
from fusionviz.models.mango.code_length import TOKEN_NOISE
from fusionviz.models.mango.joint import log_prior, to_bits_per_dim
from fusionviz.training.metrics.intervals import Measurement, maximum
from fusionviz.training.part import SampleNoise
from fusionviz.training.tasks.shared.films import (
    FilmTask,
    Genres,
    LabelledFilms,
    Probabilities,
    best_threshold,
    genre_measurements,
    truth,
)
from fusionviz.training.tasks.shared.mango_joint import DensityLoss


class FilmGenresTask(FilmTask):
    """Negative log-likelihood, genres from the latents, and the guesses.

    loss = likelihood * NLL a dimension + genres * cross-entropy + guess * its error

    At the end of a stage the threshold is set to that with the highest micro F1 on the
    validation split.

    Args:
        genres: Weight of the cross-entropy.
        likelihood: Weight of the NLL, nats a dimension.
        guess: Weight of the squared error of the guessed tokens.
        noise: Standard deviation of the noise on the tokens, which have unit scale.
        missing: Share of films of which one modality is guessed.
        films: What every task on films takes (see `FilmTask`).
    """

    settles: ClassVar[bool] = True

    def __init__(
        self,
        *,
        genres: float = 1.0,
        likelihood: float = 1.0,
        guess: float = 1.0,
        noise: float = TOKEN_NOISE,
        missing: float = 0.3,
        **films: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(**films)
        self.genres = genres
        self.density = DensityLoss(
            likelihood=likelihood, guess=guess, noise=noise, missing=missing
        )

    def initialise(self, model: Any, batch: LabelledFilms) -> None:  # noqa: ANN401
        """Set the tokens' unit scale and the flow's start from the first films.

        What a checkpoint or an earlier stage on the flow has set is kept.
        """
        if not model.is_normalised:
            model.normalise(batch.films)
        x = model.encode(batch.films)
        model.flow.initialise(x + self.density.noise * torch.randn_like(x))

    def loss(
        self,
        model: Any,  # noqa: ANN401
        batch: LabelledFilms,
        generator: torch.Generator,
    ) -> dict[str, Tensor]:
        """Return the terms and their weighted sum."""
        with torch.no_grad():
            encoded = model.encode(batch.films).float()
        z, terms = self.density.loss(
            model, encoded, generator, whole=_are_whole(batch.films)
        )
        terms["genres"] = self.genre_loss(model.name_genres(z), batch.genres)
        terms["loss"] = terms["loss"] + self.genres * terms["genres"]
        return terms

    def settle(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[PosterSample],
        device: torch.device,
    ) -> None:
        """Set the threshold above which a film is taken to be of a genre."""
        model.threshold.fill_(best_threshold(*self._read(model, samples, device)[:2]))

    def evaluate(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[PosterSample],
        device: torch.device,
    ) -> dict[str, Measurement]:
        """Return the scores of genres, bits a dimension, and the inverse's error.

        While a stage is trained there is no threshold yet: then it is taken which suits
        the films best.
        """
        probability, genres, density = self._read(model, samples, device)
        threshold = float(model.threshold) or best_threshold(probability, genres)
        values = {name: np.concatenate(parts) for name, parts in density.items()}
        return {
            **genre_measurements(probability, genres, threshold),
            "bits_per_dim": Measurement(values=values["bits_per_dim"]),
            "bits_per_dim_noisy": Measurement(values=values["bits_per_dim_noisy"]),
            "inverse_error": maximum(values["inverse_error"]),
        }

    def _read(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[PosterSample],
        device: torch.device,
    ) -> tuple[Probabilities, Genres, dict[str, list[np.ndarray]]]:
        """Return probabilities, what is true, and what the flow says of each film."""
        said, true = [], []
        found: dict[str, list[np.ndarray]] = {}
        drawn = SampleNoise(samples)
        for _, batch in self.batches(model, samples, device):
            x = model.encode(batch.films)
            z, log_det = model.flow(x)
            said.append(model.name_genres(z).sigmoid().cpu().numpy())
            true.append(truth(batch))
            noise = torch.randn(x.shape, generator=drawn.generator_at(x.cpu())).to(x)
            noisy = model.bits_per_dim(x + self.density.noise * noise)
            off = (model.flow.inverse(z) - x).abs().amax(dim=(1, 2))
            for name, values in (
                ("bits_per_dim", to_bits_per_dim(log_prior(z) + log_det, x)),
                ("bits_per_dim_noisy", noisy),
                ("inverse_error", off),
            ):
                found.setdefault(name, []).append(values.cpu().numpy())
        return np.concatenate(said), np.concatenate(true), found


def _are_whole(films: FilmBatch) -> Bool[Tensor, " batch"]:
    """Return which films have both modalities."""
    return torch.stack(list(films.present.values())).all(dim=0)
