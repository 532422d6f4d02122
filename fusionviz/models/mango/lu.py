"""An invertible matrix held as its LU factors."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import linear

REGULARISATION = 0.05
"""Variance added to every channel before covariances are inverted."""


class LUMatrix(nn.Module):
    """A square matrix W = P L (U + diag(s)), learned, with a cheap inverse.

    P is a fixed permutation, L unit lower triangular, U strictly upper triangular and
    s a diagonal whose signs are fixed and whose logarithms are learned, so that W never
    loses its rank (Kingma & Dhariwal 2018, eq. 10). Its product and its inverse act on
    the rows of (batch, size, channel).

    Args:
        start: W before training: a regular matrix, or the columns of the ones of a
            permutation matrix.
    """

    order: Tensor
    sign: Tensor

    def __init__(
        self, start: Float[Tensor, "size size"] | Int[Tensor, " size"]
    ) -> None:
        super().__init__()
        size = len(start)
        if start.dim() == 1:
            start = torch.eye(size, dtype=torch.float64)[start]
        self.register_buffer("order", torch.arange(size))
        self.register_buffer("sign", torch.ones(size))
        self.log_scale = nn.Parameter(torch.zeros(size))
        self.lower = nn.Parameter(torch.zeros(size, size))
        self.upper = nn.Parameter(torch.zeros(size, size))
        self.set(start)

    @torch.no_grad()
    def set(self, weight: Float[Tensor, "size size"]) -> None:
        """Make W this regular matrix."""
        permutation, lower, upper = torch.linalg.lu(weight.double())
        diagonal = upper.diagonal()
        self.order.copy_(permutation.argmax(dim=1))
        self.sign.copy_(diagonal.sign())
        self.log_scale.copy_(diagonal.abs().log())
        self.lower.copy_(lower.tril(-1))
        self.upper.copy_(upper.triu(1))

    def factors(self) -> tuple[Tensor, Tensor]:
        """Return L (unit lower triangular) and U + diag(s)."""
        ones = torch.ones_like(self.sign)
        return (
            torch.diagonal_scatter(self.lower.tril(-1), ones),
            torch.diagonal_scatter(self.upper.triu(1), self._diagonal()),
        )

    def weight(self) -> Float[Tensor, "size size"]:
        """Return W."""
        lower, upper = self.factors()
        return (lower @ upper).index_select(0, self.order)

    def mix(
        self, x: Float[Tensor, "batch size channel"]
    ) -> Float[Tensor, "batch size channel"]:
        """Return W x, multiplied in the order that takes the fewest operations."""
        mixed = torch.linalg.multi_dot([*self.factors(), _to_columns(x)])
        return _to_batch(mixed.index_select(0, self.order), len(x))

    def solve(
        self, y: Float[Tensor, "batch size channel"]
    ) -> Float[Tensor, "batch size channel"]:
        """Return W⁻¹ y by two triangular solves."""
        ordered = _to_columns(y.index_select(1, torch.argsort(self.order)))
        # A solve reads its own triangle only: what lies beyond need not be cleared.
        half = torch.linalg.solve_triangular(
            self.lower, ordered, upper=False, unitriangular=True
        )
        upper = torch.diagonal_scatter(self.upper, self._diagonal())
        return _to_batch(torch.linalg.solve_triangular(upper, half, upper=True), len(y))

    def _diagonal(self) -> Float[Tensor, " size"]:
        return self.sign * self.log_scale.exp()

    @property
    def log_det(self) -> Float[Tensor, ""]:
        """Log |det W|, the sum of the log scales."""
        return self.log_scale.sum()


def _to_columns(
    x: Float[Tensor, "batch size channel"],
) -> Float[Tensor, "size column"]:
    """Return all channels of all samples side by side, each column in one piece.

    One solve with many columns, laid out as LAPACK reads them, takes a fraction of the
    time of one solve a sample.
    """
    return x.mT.flatten(0, 1).mT


def _to_batch(
    columns: Float[Tensor, "size column"], batch: int
) -> Float[Tensor, "batch size channel"]:
    """Return columns as samples again: `_to_columns` undone."""
    return columns.mT.unflatten(0, (batch, -1)).mT


class ChannelMixing(nn.Module):
    """A learned invertible mixing of the channels of every token (Glow's 1x1 conv).

    y = x Wᵀ for every token; log|det| = tokens * log|det W|. It starts as a random
    orthogonal matrix (Kingma & Dhariwal 2018, section 3.2).

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
        x: Float[Tensor, "batch joint channel"],
        values: Float[Tensor, "batch token channel"],
        read: Float[Tensor, "batch token channel"],
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
        self, x: Float[Tensor, "batch joint channel"]
    ) -> tuple[Float[Tensor, "batch joint channel"], Float[Tensor, " batch"]]:
        """Return the mixed tokens and the log-determinant of each sample."""
        log_det = self.matrix.log_det * x.shape[1]
        return linear(x, self.matrix.weight()), log_det.expand(len(x))

    def inverse(
        self, y: Float[Tensor, "batch joint channel"]
    ) -> Float[Tensor, "batch joint channel"]:
        """Return the tokens before mixing, by two triangular solves."""
        return self.matrix.solve(y.mT).mT
