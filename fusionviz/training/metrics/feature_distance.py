"""How far two sets of pictures are apart, by the features that a network gives them.

One row of features a picture, and two distances between what rows are drawn from.

The kernel distance (Bińkowski et al. 2018, section 4) is the unbiased estimate of

    MMD²(X, Y) = E k(x, x') + E k(y, y') - 2 E k(x, y),   k(x, y) = (<x, y> / n + 1)³

of n features: 0 on average where the two are alike, so that it may be below. With the
features of Inception-v3 it is known as KID.

The Fréchet distance (Heusel et al. 2017, eq. 6) is that of two Gaussians with the means
and covariances of the rows:

    |μ_x - μ_y|² + tr(C_x + C_y - 2 (C_x C_y)^½)

Its estimate is too large, by more the fewer the rows: it compares at equal numbers
alone. With the features of Inception-v3 it is known as FID.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from fusionviz.models.cards import Estimate

Rows = Float[NDArray[np.floating], "picture feature"]

DEGREE = 3
NORMAL_95 = 1.959964
"""Standard errors between an estimate and the ends of its 95 % interval."""


def kernel_distance(
    x: Rows, y: Rows, *, units: Sequence[str] | None = None
) -> Estimate:
    """Return the kernel distance of as many rows as rows, with a 95 % interval.

    The interval is 1.96 standard errors each way, by the jackknife that leaves one unit
    out (Shao & Tu 1995, section 2.3): the i-th row of x and the i-th of y go together.
    Drawing rows again with replacement would not do, since equal rows count as near.

    Args:
        x: Features of the one set.
        y: Of the other, as many rows and features.
        units: What the i-th rows belong to, one word a row; each is alone if not given.

    Raises:
        ValueError: The shapes differ, or there are fewer than three rows or units.
    """
    _check_rows(x, y)
    groups = _groups(len(x), units)
    if len(groups) < 3:
        raise ValueError(
            f"an interval needs three units of pictures, got {len(groups)}"
        )
    kernels = _Kernels.of(x, y)
    value = kernels.distance()
    without = np.array([kernels.distance(group) for group in groups])
    spread = np.square(without - without.mean()).sum()
    error = float(np.sqrt(spread * (len(groups) - 1) / len(groups)))
    return Estimate(
        value=value,
        low=value - NORMAL_95 * error,
        high=value + NORMAL_95 * error,
        n=len(groups),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Kernels:
    """The kernel between all rows: of x and x, y and y, and x and y."""

    xx: Float[NDArray[np.float64], "row row"]
    yy: Float[NDArray[np.float64], "row row"]
    xy: Float[NDArray[np.float64], "row row"]

    @classmethod
    def of(cls, x: Rows, y: Rows) -> "_Kernels":
        x, y = x.astype(np.float64), y.astype(np.float64)
        xx, yy = _kernel(x, x), _kernel(y, y)
        for one in (xx, yy):
            np.fill_diagonal(one, 0)  # unbiased: no row's pair with itself
        return cls(xx=xx, yy=yy, xy=_kernel(x, y))

    def distance(self, without: Sequence[int] | NDArray[np.int64] = ()) -> float:
        """Return the unbiased MMD² of all rows but some."""
        left_out = np.asarray(without, dtype=np.int64)
        count = len(self.xx) - len(left_out)
        within = _sum_without(self.xx, left_out) + _sum_without(self.yy, left_out)
        between = _sum_without(self.xy, left_out)
        return float(within / (count * (count - 1)) - 2 * between / count**2)


def _sum_without(
    matrix: Float[NDArray[np.float64], "row other"], left_out: NDArray[np.int64]
) -> float:
    """Return the sum of a square matrix without some rows and the same columns."""
    gone = matrix[left_out].sum() + matrix[:, left_out].sum()
    return matrix.sum() - gone + matrix[np.ix_(left_out, left_out)].sum()


def _kernel(x: Rows, y: Rows) -> Float[NDArray[np.float64], "row other"]:
    return (x @ y.T / x.shape[1] + 1) ** DEGREE


def _groups(count: int, units: Sequence[str] | None) -> list[NDArray[np.int64]]:
    """Return which rows belong together."""
    if units is None:
        return list(np.arange(count)[:, None])
    if len(units) != count:
        raise ValueError(f"each of {count} rows needs a unit, got {len(units)}")
    members: dict[str, list[int]] = {}
    for row, unit in enumerate(units):
        members.setdefault(unit, []).append(row)
    return [np.array(rows) for rows in members.values()]


def frechet_distance(x: Rows, y: Rows) -> float:
    """Return the Fréchet distance of the Gaussians of two sets of rows.

    The trace of the root of C_x C_y is the sum of the singular values of A Bᵀ, where A
    and B are the rows less their means, over the root of how many there are less one:
    exact also where there are fewer rows than features.

    Args:
        x: Features of the one set, (picture, feature).
        y: Of the other; it may have another number of rows.

    Raises:
        ValueError: There are different features, or fewer than two rows.
    """
    if x.shape[1] != y.shape[1] or min(len(x), len(y)) < 2:
        raise ValueError(
            "a Fréchet distance needs two rows a side of the same features, got "
            f"{x.shape} and {y.shape}"
        )
    (mean_x, a), (mean_y, b) = _centred(x), _centred(y)
    shared = np.linalg.svd(a @ b.T, compute_uv=False).sum()
    distance = np.square(mean_x - mean_y).sum()
    return float(distance + np.square(a).sum() + np.square(b).sum() - 2 * shared)


def _centred(rows: Rows) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean, and rows A of which the covariance is AᵀA."""
    rows = rows.astype(np.float64)
    mean = rows.mean(axis=0)
    return mean, (rows - mean) / np.sqrt(len(rows) - 1)


def _check_rows(x: Rows, y: Rows) -> None:
    if x.shape != y.shape or len(x) < 3:
        raise ValueError(
            "a kernel distance needs as many rows a side, three or more, got "
            f"{x.shape} and {y.shape}"
        )
