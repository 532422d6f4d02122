"""Train the tokens of posters and plots to say genres, before there is a flow."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fusionviz.data.records import PosterSample
from fusionviz.training.metrics.intervals import Measurement
from fusionviz.training.tasks.shared.films import (
    FilmTask,
    LabelledFilms,
    best_threshold,
    genre_measurements,
    truth,
)


class FilmTokensTask(FilmTask):
    """Genres from the tokens themselves: of both modalities, and of each alone.

    loss = cross-entropy of both + alone * (that of the poster + that of the plot)

    The predictor takes tokens for latents here; a task on the flow teaches it anew.

    Args:
        alone: Weight of what each modality says by itself.
        noise: Standard deviation of the noise on the tokens, in their own scale.
        films: What every task on films takes (see `FilmTask`).
    """

    def __init__(
        self,
        *,
        alone: float = 0.5,
        noise: float = 0.1,
        **films: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(**films)
        self.alone, self.noise = alone, noise

    def loss(
        self,
        model: Any,  # noqa: ANN401
        batch: LabelledFilms,
        generator: torch.Generator,
    ) -> dict[str, Tensor]:
        """Return the terms and their weighted sum."""
        x = model.raw_tokens(batch.films)
        noise = torch.randn(x.shape, generator=generator, device=x.device)
        poster, plot = model.head.each(x + self.noise * noise)
        bias = model.head.bias
        terms = {"genres": self.genre_loss(poster + plot + bias, batch.genres)}
        for name, one in (("poster", poster), ("plot", plot)):
            there = batch.films.present[name][:, None]
            genres = batch.genres.where(there, torch.nan)
            terms[name] = self.genre_loss(one + bias, genres)
        alone = terms["poster"] + terms["plot"]
        return {"loss": terms["genres"] + self.alone * alone, **terms}

    def evaluate(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[PosterSample],
        device: torch.device,
    ) -> dict[str, Measurement]:
        """Return the scores of genres, at the threshold that suits these films best."""
        said, true = [], []
        for _, batch in self.batches(model, samples, device):
            x = model.raw_tokens(batch.films)
            said.append(model.name_genres(x).sigmoid().cpu().numpy())
            true.append(truth(batch))
        probability, genres = np.concatenate(said), np.concatenate(true)
        best = best_threshold(probability, genres)
        return genre_measurements(probability, genres, best)
