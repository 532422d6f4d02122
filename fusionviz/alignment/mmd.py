"""Maximum mean discrepancy: how far apart two clouds of tokens are.

With the Gaussian kernel k(x, y) = exp(-|x - y|² / 2σ²) (Gretton et al. 2012, eq. 5):

    MMD²(X, Y) = mean k(x, x') + mean k(y, y') - 2 mean k(x, y)

The V-statistic takes the means over all pairs, a token with itself included (the loss
of Li et al. 2025). It is the square of a distance, so never negative: where rounding
makes it so, it is 0. It is biased upwards. The U-statistic leaves out each token's pair
with itself: it is unbiased, and as often below 0 as above where the two are alike.

Beside the Gaussian kernel there are three that it is compared with:

    mixture    the mean of Gaussian kernels of σ/4, σ/2, σ, 2σ and 4σ (Long et al. 2015)
    rational   1 / (1 + |x - y|² / 2σ²), which falls slowly (Bińkowski et al. 2018)
    linear     <x, y>: MMD² is the squared distance of the means, and σ plays no part

The witness shows where the two differ: w(z) = mean_x k(z, x) - mean_y k(z, y).
"""

from typing import Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor

Kernel = Literal["gaussian", "mixture", "rational", "linear"]

MIXTURE = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Bandwidths of the mixture, of σ."""


def gaussian_kernel(
    x: Float[Tensor, "*batch source channel"],
    y: Float[Tensor, "*batch target channel"],
    *,
    bandwidth: float | Float[Tensor, "..."],
) -> Float[Tensor, "*curve source target"]:
    """Return exp(-|x - y|² / 2σ²) between each pair of tokens, in [0, 1].

    Args:
        x: Tokens, shape (batch, source, channel); the batch axis may be absent.
        y: Tokens of the same width, shape (batch, target, channel).
        bandwidth: σ > 0, in the unit of the tokens; one for all, or one an item.

    Raises:
        ValueError: If shapes do not fit or a bandwidth is not above 0.
    """
    return _in_bandwidths(x, y, bandwidth).neg_().exp_()


def _in_bandwidths(x: Tensor, y: Tensor, bandwidth: float | Tensor) -> Tensor:
    """Return |x - y|² / 2σ² between all pairs of tokens."""
    _check_tokens(x, y)
    sigma = torch.as_tensor(bandwidth, dtype=x.dtype, device=x.device)
    if not (sigma > 0).all():
        raise ValueError(f"bandwidth must be above 0, got {bandwidth}")
    precision = 1 / (2 * sigma.square())
    return precision[..., None, None] * _square_distance(x, y)


def mmd2(
    x: Float[Tensor, "*batch source channel"],
    y: Float[Tensor, "*batch target channel"],
    *,
    bandwidth: float | Float[Tensor, "..."],
    biased: bool = True,
    kernel: Kernel = "gaussian",
    x_mask: Bool[Tensor, "*batch source"] | None = None,
    y_mask: Bool[Tensor, "*batch target"] | None = None,
) -> Float[Tensor, "*curve"]:
    """Return the squared maximum mean discrepancy of two sets of tokens.

    Gretton et al. 2012, eq. 5 (biased, as in Li et al. 2025) and eq. 3 (unbiased).
    Differentiable, also where tokens coincide.

    >>> x = torch.tensor([[0.0], [1.0]])
    >>> mmd2(x, x, bandwidth=1.0).item()
    0.0
    >>> round(mmd2(x, x + 100.0, bandwidth=1.0).item(), 4)  # 1 + exp(-1/2)
    1.6065

    Args:
        x: Tokens, shape (batch, source, channel); the batch axis may be absent.
        y: Tokens of the same width, shape (batch, target, channel).
        bandwidth: σ of the kernel, in the unit of the tokens; one for all, one an
            item, or any shape that broadcasts with the batch (so a column of
            bandwidths gives a curve).
        biased: Count each token's pair with itself.
        kernel: Which kernel.
        x_mask: True where a token of x is there; None: all are.
        y_mask: The same for y.

    Returns:
        Shape (batch,), from 0 where biased, which equal sets have; the unbiased form
        may be negative. At most 2, without a unit; of the linear kernel the unit of
        tokens squared, without a bound. An item that has no tokens on one side has
        nothing to compare and gives 0.

    Raises:
        ValueError: If shapes do not fit, a bandwidth is not above 0, or the unbiased
            form meets a side of one token.
    """
    _check_tokens(x, y)
    x_there, y_there = _read_mask(x, x_mask), _read_mask(y, y_mask)
    both = (x_there.any(dim=-1) & y_there.any(dim=-1)).unsqueeze(-1)
    x_there, y_there = x_there & both, y_there & both
    if not biased and ((x_there.sum(-1) == 1) | (y_there.sum(-1) == 1)).any():
        raise ValueError("the unbiased MMD needs at least two tokens a side, got one")
    # Padding may hold anything, NaN too.
    x = torch.where(x_there.unsqueeze(-1), x, 0.0)
    y = torch.where(y_there.unsqueeze(-1), y, 0.0)
    terms = (
        _mean_kernel(x, x, x_there, x_there, bandwidth, kernel, with_itself=biased),
        _mean_kernel(y, y, y_there, y_there, bandwidth, kernel, with_itself=biased),
        _mean_kernel(x, y, x_there, y_there, bandwidth, kernel, with_itself=True),
    )
    value = terms[0] + terms[1] - 2 * terms[2]
    return value.clamp(min=0) if biased else value


def witness(
    points: Float[Tensor, "*batch point channel"],
    x: Float[Tensor, "*batch source channel"],
    y: Float[Tensor, "*batch target channel"],
    *,
    bandwidth: float | Float[Tensor, "..."],
) -> Float[Tensor, "*curve point"]:
    """Return the witness function: positive where x is denser, negative where y is.

    w(z) = mean_x k(z, x) - mean_y k(z, y) (Gretton et al. 2012), up to the
    factor 1 / MMD. Its mean over x minus its mean over y is the biased MMD².

    Args:
        points: Where to evaluate it, shape (batch, point, channel).
        x: Tokens, shape (batch, source, channel).
        y: Tokens, shape (batch, target, channel).
        bandwidth: σ of the Gaussian kernel, in the unit of the tokens.

    Raises:
        ValueError: If shapes do not fit or a bandwidth is not above 0.
    """
    near_x = gaussian_kernel(points, x, bandwidth=bandwidth).mean(dim=-1)
    return near_x - gaussian_kernel(points, y, bandwidth=bandwidth).mean(dim=-1)


@torch.no_grad()
def median_bandwidth(
    x: Float[Tensor, "*batch source channel"],
    y: Float[Tensor, "*batch target channel"],
    *,
    x_mask: Bool[Tensor, "*batch source"] | None = None,
    y_mask: Bool[Tensor, "*batch target"] | None = None,
    most: int | None = None,
) -> Float[Tensor, "*batch"]:
    """Return the median distance between two different tokens of x and y pooled.

    The median heuristic (Gretton et al. 2012): σ = median |z_i - z_j| over
    i < j (the lower one of an even number), where z runs through both sets. Pairs of
    identical tokens do not count; if there are no others, σ is 1. No gradient.

    >>> x, y = torch.tensor([[0.0], [1.0]]), torch.tensor([[4.0]])
    >>> median_bandwidth(x, y).item()  # of the distances 1, 3 and 4
    3.0

    Args:
        x: Tokens, shape (batch, source, channel); the batch axis may be absent.
        y: Tokens of the same width, shape (batch, target, channel).
        x_mask: True where a token of x is there; None: all are.
        y_mask: The same for y.
        most: Of how many tokens a side at most, evenly spaced among those that are
            there; None: all. The time grows with the square.

    Returns:
        σ > 0 in the unit of the tokens, shape (batch,).

    Raises:
        ValueError: If shapes do not fit.
    """
    _check_tokens(x, y)
    sides = [(x, _read_mask(x, x_mask)), (y, _read_mask(y, y_mask))]
    if most is not None:
        sides = [_spread(*side, most) for side in sides]
    there = torch.cat([mask for _, mask in sides], dim=-1)
    pooled = torch.cat([tokens for tokens, _ in sides], dim=-2)
    pooled = torch.where(there.unsqueeze(-1), pooled, 0.0)
    # Differences, not a matrix product: identical tokens are exactly 0 apart.
    distance = torch.cdist(
        pooled, pooled, compute_mode="donot_use_mm_for_euclid_dist"
    ).triu(diagonal=1)
    counted = there.unsqueeze(-1) & there.unsqueeze(-2) & (distance > 0)
    median = distance.masked_fill(~counted, torch.nan).flatten(-2).nanmedian(-1).values
    return torch.where(median.isnan(), 1.0, median)


def _spread(x: Tensor, there: Tensor, most: int) -> tuple[Tensor, Tensor]:
    """Return at most so many of the tokens that are there, and which are some."""
    size = min(most, x.shape[-2])
    count = there.sum(dim=-1, keepdim=True)
    # Where tokens are, in order, and behind them where none are.
    places = (~there).byte().argsort(dim=-1, stable=True)
    rank = torch.arange(size, device=x.device)
    index = places.gather(-1, rank * count.clamp(min=size) // size)
    columns = index.unsqueeze(-1).expand(*index.shape, x.shape[-1])
    return x.gather(-2, columns), rank < count


def _mean_kernel(
    x: Tensor,
    y: Tensor,
    x_there: Tensor,
    y_there: Tensor,
    bandwidth: float | Tensor,
    kernel: Kernel,
    *,
    with_itself: bool,
) -> Tensor:
    """Return the mean of the kernel over the pairs that are there.

    A product of the matrix with two vectors of zeros and ones: it reads the matrix
    once, where a mask of pairs would write and read several of its size.
    """
    values = _kernel_values(x, y, bandwidth, kernel)
    rows, columns = x_there.to(values), y_there.to(values)
    total = ((values @ columns.unsqueeze(-1)).squeeze(-1) * rows).sum(dim=-1)
    pairs = x_there.sum(dim=-1) * y_there.sum(dim=-1)
    if not with_itself:
        total = total - (values.diagonal(dim1=-2, dim2=-1) * rows).sum(dim=-1)
        pairs = pairs - x_there.sum(dim=-1)
    return total / pairs.clamp(min=1)


def _kernel_values(
    x: Tensor, y: Tensor, bandwidth: float | Tensor, kernel: Kernel
) -> Tensor:
    """Return the kernel between all pairs of tokens."""
    if kernel == "linear":
        return x @ y.mT
    if kernel == "mixture":
        parts = [gaussian_kernel(x, y, bandwidth=bandwidth * one) for one in MIXTURE]
        return torch.stack(parts).mean(dim=0)
    if kernel == "rational":
        return 1 / (1 + _in_bandwidths(x, y, bandwidth))
    return gaussian_kernel(x, y, bandwidth=bandwidth)


def _square_distance(x: Tensor, y: Tensor) -> Tensor:
    """Return |x - y|² between all pairs of tokens.

    |x|² - 2 <x, y> + |y|² as one matrix product, of tokens with two more channels.
    """
    # Tokens far from the origin would cancel: measure from their common mean.
    centre = torch.cat([x, y], dim=-2).detach().mean(dim=-2, keepdim=True)
    x, y = x - centre, y - centre
    one_x, one_y = torch.ones_like(x[..., :1]), torch.ones_like(y[..., :1])
    left = torch.cat([x, x.square().sum(-1, keepdim=True), one_x], dim=-1)
    right = torch.cat([-2 * y, one_y, y.square().sum(-1, keepdim=True)], dim=-1)
    return (left @ right.mT).clamp_(min=0)


def _check_tokens(x: Tensor, y: Tensor) -> None:
    """Raise unless both are tokens of one width."""
    if min(x.ndim, y.ndim) < 2 or x.shape[-1] != y.shape[-1] or 0 in x.shape + y.shape:
        raise ValueError(
            "tokens need shapes (batch, token, channel) of equal width, none 0, "
            f"got {tuple(x.shape)} and {tuple(y.shape)}"
        )


def _read_mask(x: Tensor, mask: Tensor | None) -> Tensor:
    """Return which tokens are there, shape (batch, token)."""
    if mask is None:
        return torch.ones(x.shape[:-1], dtype=torch.bool, device=x.device)
    if mask.shape != x.shape[:-1] or mask.dtype != torch.bool:
        raise ValueError(
            f"a mask must be bool of shape {tuple(x.shape[:-1])}, got {mask.dtype} "
            f"{tuple(mask.shape)}"
        )
    return mask
