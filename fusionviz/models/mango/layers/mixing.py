"""A learned invertible mixing of the channels of every token."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import linear

from fusionviz.models.mango.layers.invertible import HeadIntervention, InvertibleLayer
from fusionviz.models.mango.layers.lu import LUMatrix
from fusionviz.models.mango.layers.partition import Half, Tokens

REGULARISATION = 0.05
"""Variance added to every channel before covariances are inverted."""


class ChannelMixing(InvertibleLayer):
    """A learned invertible mixing of the channels of every token (Glow's 1x1 conv).

    y = x Wᵀ for every token; log|det| = tokens * log|det W|. It starts as a random
    orthogonal matrix (Kingma & Dhariwal 2018, section 3.2).

    W adds and subtracts whole channels, and there is one before every attention: in
    float32 this is where most of a flow's rounding comes from. So product and inverse
    are computed in float64, which costs next to nothing for so few channels.

    Args:
        width: Channels of a token.
        generator: Randomness of the orthogonal start.
    """

    def __init__(self, width: int, generator: torch.Generator | None = None) -> None:
        super().__init__()
        noise = torch.randn(width, width, generator=generator, dtype=torch.float64)
        self.matrix = LUMatrix(torch.linalg.qr(noise)[0])

    @torch.no_grad()
    def initialise(
        self,
        x: Tokens,
        values: Half,
        read: Half,
        roll: int = 0,
    ) -> None:
        """Make the channels uncorrelated, the best told by what is read there first.

        Maximum autocorrelation factors (Switzer & Green 1984): W C0 Wᵀ = I and
        W C1 Wᵀ diagonal and falling, with C0 the covariance of channels over tokens
        and C1 the symmetric part of the covariance of `values` and `read`.

        Args:
            x: All tokens, of zero mean.
            values: Tokens that the attention after this will change.
            read: What it reads for each of them.
            roll: By how many channels to turn the order round.
        """
        width = x.shape[-1]
        flat, told, told_by = (
            part.flatten(0, 1).double() for part in (x, values, read)
        )
        covariance = flat.mT @ flat / len(flat)
        covariance += REGULARISATION * torch.eye(width, device=x.device)
        lagged = told.mT @ told_by / len(told)
        factor = torch.linalg.cholesky(covariance)
        whitening = torch.linalg.inv(factor)
        _, vectors = torch.linalg.eigh(whitening @ (lagged + lagged.mT) @ whitening.mT)
        self.matrix.set((vectors.flip(1).mT @ whitening).roll(roll, dims=0))

    def forward(
        self, x: Tokens, intervention: HeadIntervention | None = None
    ) -> tuple[Tokens, Float[Tensor, " batch"]]:
        """Return the mixed tokens and the log-determinant of each sample."""
        log_det = self.matrix.log_det * x.shape[1]
        mixed = linear(x.double(), self.matrix.weight(torch.float64))
        return mixed.to(x.dtype), log_det.expand(len(x))

    def inverse(
        self, y: Tokens, intervention: HeadIntervention | None = None
    ) -> Tokens:
        """Return the tokens before mixing, by two triangular solves."""
        return self.matrix.solve(y.double().mT).mT.to(y.dtype)
