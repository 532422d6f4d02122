"""An invertible matrix held as its LU factors."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import linear


class LUMatrix(nn.Module):
    """A square matrix W = P L (U + diag(s)), learned, with a cheap inverse.

    P is a fixed permutation, L unit lower triangular, U strictly upper triangular and
    s a diagonal whose signs are fixed and whose logarithms are learned, so that W never
    loses its rank. It starts as a random orthogonal matrix (Kingma & Dhariwal 2018,
    section 3.2). Its product and its inverse act on the rows of (batch, size, channel).

    Args:
        size: Rows and columns.
        generator: Randomness of the orthogonal start.
    """

    order: Tensor
    sign: Tensor

    def __init__(self, size: int, generator: torch.Generator | None = None) -> None:
        super().__init__()
        noise = torch.randn(size, size, generator=generator, dtype=torch.float64)
        orthogonal, _ = torch.linalg.qr(noise)
        permutation, lower, upper = torch.linalg.lu(orthogonal)
        diagonal = upper.diagonal()
        float_type = torch.get_default_dtype()
        self.register_buffer("order", permutation.argmax(dim=1))
        self.register_buffer("sign", diagonal.sign().to(float_type))
        self.log_scale = nn.Parameter(diagonal.abs().log().to(float_type))
        self.lower = nn.Parameter(lower.tril(-1).to(float_type))
        self.upper = nn.Parameter(upper.triu(1).to(float_type))

    def factors(self) -> tuple[Tensor, Tensor]:
        """Return L (unit lower triangular) and U + diag(s)."""
        identity = torch.eye(
            len(self.sign), dtype=self.lower.dtype, device=self.lower.device
        )
        scale = torch.diag(self.sign * self.log_scale.exp())
        return self.lower.tril(-1) + identity, self.upper.triu(1) + scale

    def weight(self) -> Float[Tensor, "size size"]:
        """Return W."""
        lower, upper = self.factors()
        return (lower @ upper)[self.order]

    def mix(
        self, x: Float[Tensor, "batch size channel"]
    ) -> Float[Tensor, "batch size channel"]:
        """Return W x."""
        return torch.einsum("ij,bjc->bic", self.weight(), x)

    def solve(
        self, y: Float[Tensor, "batch size channel"]
    ) -> Float[Tensor, "batch size channel"]:
        """Return W⁻¹ y by two triangular solves."""
        lower, upper = self.factors()
        ordered = y[:, torch.argsort(self.order)]
        half = torch.linalg.solve_triangular(
            lower, ordered, upper=False, unitriangular=True
        )
        return torch.linalg.solve_triangular(upper, half, upper=True)

    @property
    def log_det(self) -> Float[Tensor, ""]:
        """Log |det W|, the sum of the log scales."""
        return self.log_scale.sum()


class ChannelMixing(nn.Module):
    """A learned invertible mixing of the channels of every token (Glow's 1x1 conv).

    y = x Wᵀ for every token; log|det| = tokens * log|det W|.
    """

    def __init__(self, width: int, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.matrix = LUMatrix(width, generator)

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
