"""An invertible matrix held as its LU factors."""

from collections.abc import Mapping

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


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

    def factors(self, dtype: torch.dtype | None = None) -> tuple[Tensor, Tensor]:
        """Return L (unit lower triangular) and U + diag(s), in a precision."""
        dtype = dtype or self.lower.dtype
        lower, upper = self.lower.tril(-1).to(dtype), self.upper.triu(1).to(dtype)
        return (
            torch.diagonal_scatter(lower, torch.ones_like(self.sign, dtype=dtype)),
            torch.diagonal_scatter(upper, self._diagonal(dtype)),
        )

    def weight(self, dtype: torch.dtype | None = None) -> Float[Tensor, "size size"]:
        """Return W, multiplied in a precision: in that of its factors if not given."""
        lower, upper = self.factors(dtype)
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
        """Return W⁻¹ y by two triangular solves, of a float64 y in float64."""
        dtype = torch.promote_types(y.dtype, self.lower.dtype)
        ordered = _to_columns(y.index_select(1, torch.argsort(self.order)))
        # A solve reads its own triangle only: what lies beyond need not be cleared.
        half = torch.linalg.solve_triangular(
            self.lower.to(dtype), ordered, upper=False, unitriangular=True
        )
        upper = torch.diagonal_scatter(self.upper.to(dtype), self._diagonal(dtype))
        return _to_batch(torch.linalg.solve_triangular(upper, half, upper=True), len(y))

    def _diagonal(self, dtype: torch.dtype) -> Float[Tensor, " size"]:
        return self.sign.to(dtype) * self.log_scale.to(dtype).exp()

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


def join_triangles(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return weights whose L and U stand in one matrix each, as LAPACK has them.

    Half of either is zeros, which would be most of what a learned partition of many
    tokens takes in a file.

    Args:
        weights: A model's, by name; `NAME.lower` and `NAME.upper` become
            `NAME.triangles`.
    """
    joined = dict(weights)
    for name in weights:
        matrix, _, part = name.rpartition(".")
        if part == "lower" and f"{matrix}.upper" in joined:
            lower, upper = joined.pop(name), joined.pop(f"{matrix}.upper")
            joined[f"{matrix}.triangles"] = lower.tril(-1) + upper.triu(1)
    return joined


def part_triangles(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return weights as a model has them: `join_triangles` undone."""
    parted = dict(weights)
    for name in weights:
        matrix, _, part = name.rpartition(".")
        if part == "triangles":
            both = parted.pop(name)
            parted[f"{matrix}.lower"] = both.tril(-1)
            parted[f"{matrix}.upper"] = both.triu(1)
    return parted
