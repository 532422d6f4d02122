"""How the cross-modal guess is off: the shape of what is left to find out."""

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from fusionviz.models.mango.joint import JointModel
from fusionviz.models.mango.layers.partition import Tokens


@dataclass(frozen=True, kw_only=True, eq=False)
class GuessError:
    """Covariance of what a guess is off, as a product of two Cholesky factors.

    Attributes:
        places: Lower triangular P, (token, token).
        channels: Lower triangular C, (channel, channel).
    """

    places: Float[Tensor, "token token"]
    channels: Float[Tensor, "channel channel"]

    def colour(
        self, u: Float[Tensor, "*batch token channel"]
    ) -> Float[Tensor, "*batch token channel"]:
        """Return P u Cᵀ: white noise with this covariance."""
        return self.places @ u @ self.channels.mT


def guess_error(
    model: JointModel[Any], x: Tokens, missing: str, *, floor: float = 0.05
) -> GuessError:
    """Return how a model's guess is off on samples that have both modalities.

    The covariance of all tokens is taken as that between places times that between
    channels; a tenth of the former is what independent places would have, as some
    hundred samples cannot tell every two places apart.

    Args:
        model: Its guess is measured.
        x: Joint tokens of some samples, the more the better.
        missing: Which of the model's modalities is guessed.
        floor: Added to the standard deviation of channels: the noise on the tokens
            that the flow was trained with, below which it knows nothing.
    """
    place = modality_rows(model, missing)
    with torch.inference_mode():
        off = (x - model.guess(x, missing))[:, place].double()
    samples, tokens, width = off.shape
    channels = torch.einsum("ntc,ntd->cd", off, off) / (samples * tokens)
    channels = channels + floor**2 * torch.eye(width).to(off)
    places = torch.einsum("ntc,nuc->tu", off, off) / (samples * width)
    scale = places.diagonal().mean().clamp_min(torch.finfo(off.dtype).tiny)
    places = 0.9 * places / scale + 0.1 * torch.eye(tokens).to(off)
    return GuessError(
        places=torch.linalg.cholesky(places).to(x.dtype),
        channels=torch.linalg.cholesky(channels).to(x.dtype),
    )


def modality_rows(model: JointModel[Any], modality: str) -> slice:
    """Return which of the joint tokens are a modality's."""
    tokens = model.config.tokens
    first = model.config.modalities.index(modality) * tokens
    return slice(first, first + tokens)
