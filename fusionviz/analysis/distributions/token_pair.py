"""Tokens of two modalities at one stage: what MMD², its kernel and its test start from.

The distances between all tokens are measured once, so that another bandwidth is only
another exponential of the same matrix.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.token_subject import Stage
from fusionviz.errors import InputError

Pair = tuple[str, str]

LOWEST, HIGHEST = 0.05, 20.0
"""Ends of the curve over bandwidths, in multiples of the median distance."""

MULTIPLES: NDArray[np.float64] = np.geomspace(LOWEST, HIGHEST, 61)
"""Where the curve is measured, in multiples of the median distance."""

_ROUNDING = 1e-12


@dataclass(frozen=True, kw_only=True)
class KernelMeans:
    """Mean of the kernel within and between two sets: the terms of MMD².

    Attributes:
        xx: Over all pairs of x, 0..1, a token with itself included if `biased`.
        yy: Of y likewise.
        xy: Over all pairs of one of x and one of y.
        biased: Whether tokens count with themselves.
    """

    xx: float
    yy: float
    xy: float
    biased: bool

    @property
    def mmd2(self) -> float:
        """MMD² = xx + yy - 2 xy, no unit; 0 where only rounding is left."""
        value = self.xx + self.yy - 2 * self.xy
        return 0.0 if abs(value) < _ROUNDING else value


@dataclass(frozen=True, kw_only=True, eq=False)
class TokenPair:
    """Tokens of x and y at one stage, and the distances between them.

    Attributes:
        names: Of the two modalities.
        stage: Of the pass.
        x: Tokens (token, channel), float64.
        y: Tokens of the same width.
        labels: What each token of x, then of y, is called.
        counts: How many tokens there are of each; x and y may have fewer.
        square: |z_i - z_j|² of x and y pooled, (token, token).
        median: Median distance of two pooled tokens that are apart, 1 if none are.
    """

    names: Pair
    stage: Stage
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    labels: tuple[str, ...]
    counts: tuple[int, int]
    square: NDArray[np.float64]
    median: float

    @property
    def pooled(self) -> NDArray[np.float64]:
        """Tokens of x, then of y, (token, channel)."""
        return np.concatenate([self.x, self.y])

    @property
    def sizes(self) -> tuple[int, int]:
        """How many tokens of each are compared."""
        return len(self.x), len(self.y)

    @property
    def is_one_place(self) -> bool:
        """Whether all tokens are identical."""
        return not self.square.any()

    @property
    def zeros(self) -> tuple[int, int]:
        """How many tokens of each are 0 altogether, as where no mass arrived."""
        x, y = (int((~side.any(axis=1)).sum()) for side in (self.x, self.y))
        return x, y

    def kernel(self, bandwidth: float) -> NDArray[np.float64]:
        """Return exp(-|z_i - z_j|² / 2σ²) of the pooled tokens, 0..1.

        Args:
            bandwidth: σ > 0, in the unit of the tokens.
        """
        return _gaussian(self.square, bandwidth)

    def means(self, bandwidth: float, *, biased: bool = True) -> KernelMeans:
        """Return the terms of MMD² (Gretton et al. 2012, eq. 5; eq. 3 if not biased).

        Args:
            bandwidth: σ > 0, in the unit of the tokens.
            biased: Count each token's pair with itself.

        Raises:
            InputError: The unbiased form meets a side of one token.
        """
        return self._means(self._sums(bandwidth), biased)

    def curve(self, *, biased: bool = True) -> NDArray[np.float64]:
        """Return MMD² at `MULTIPLES` of the median distance.

        Raises:
            InputError: The unbiased form meets a side of one token.
        """
        return np.array([self._means(sums, biased).mmd2 for sums in self._curve_sums])

    @cached_property
    def _curve_sums(self) -> list[tuple[float, float, float]]:
        return [self._sums(multiple * self.median) for multiple in MULTIPLES]

    def _sums(self, bandwidth: float) -> tuple[float, float, float]:
        square, m = self.square, len(self.x)
        blocks = square[:m, :m], square[m:, m:], square[:m, m:]
        xx, yy, xy = (float(_gaussian(block, bandwidth).sum()) for block in blocks)
        return xx, yy, xy

    def _means(self, sums: tuple[float, float, float], biased: bool) -> KernelMeans:
        (xx, yy, xy), (m, n) = sums, self.sizes
        if biased:
            return KernelMeans(xx=xx / m**2, yy=yy / n**2, xy=xy / (m * n), biased=True)
        if min(m, n) < 2:
            raise InputError(
                "The unbiased MMD² leaves out each token's pair with itself, and "
                f"{self.names[m >= 2]} has one token: take the biased form."
            )
        # A token's kernel with itself is 1.
        return KernelMeans(
            xx=(xx - m) / (m * (m - 1)),
            yy=(yy - n) / (n * (n - 1)),
            xy=xy / (m * n),
            biased=False,
        )


def _gaussian(square: NDArray[np.float64], bandwidth: float) -> NDArray[np.float64]:
    """Return the kernel of squared distances."""
    if not bandwidth > 0:
        raise ValueError(f"bandwidth must be above 0, got {bandwidth}")
    kernel = square * (-0.5 / bandwidth**2)
    return np.exp(kernel, out=kernel)
