"""Latents of a model of one's own, held against N(0, 1)."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.latents.normality import (
    Quantiles,
    critical_distance,
    kolmogorov_distance,
    quantiles_of,
)

DEAD = 1e-3
"""A channel is dead below this share of the widest one's standard deviation."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ArrayLatents:
    """Latents, and what they are like.

    Attributes:
        z: (token, channel).
    """

    z: NDArray[np.float64]

    @cached_property
    def distance(self) -> float:
        """Kolmogorov's distance of all latents from N(0, 1), 0..1."""
        return kolmogorov_distance(self.z.ravel())

    @property
    def critical_distance(self) -> float:
        """What the distance exceeds in 5 of 100 sets of as many draws of N(0, 1)."""
        return critical_distance(self.z.size)

    @cached_property
    def quantiles(self) -> Quantiles:
        """The Q-Q plot of all latents against N(0, 1)."""
        return quantiles_of(self.z.ravel())

    @cached_property
    def mean(self) -> NDArray[np.float64]:
        """Mean of each channel over the tokens, (channel,)."""
        return self.z.mean(axis=0)

    @cached_property
    def spread(self) -> NDArray[np.float64]:
        """Standard deviation of each channel over the tokens, (channel,)."""
        return self.z.std(axis=0)

    @property
    def dead(self) -> int:
        """How many channels hardly change from token to token."""
        most = float(self.spread.max())
        return int((self.spread <= DEAD * most).sum()) if most > 0 else len(self.spread)

    @cached_property
    def dimensions(self) -> float:
        """Effective number of dimensions: (Σ λ)² / Σ λ² of the tokens' covariance.

        1 where all variance lies along one line; 0 where nothing varies.
        """
        centred = self.z - self.z.mean(axis=0)
        few = centred if len(centred) >= centred.shape[1] else centred.T
        gram = few.T @ few
        squares = float((gram**2).sum())
        return float(np.trace(gram) ** 2 / squares) if squares > 0 else 0.0


def measure_array_latents(latents: NDArray[np.floating]) -> ArrayLatents:
    """Return latents (token, channel), to be held against N(0, 1)."""
    return ArrayLatents(z=np.asarray(latents, np.float64))
