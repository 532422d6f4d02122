"""Whether a sample's latents look like draws from the prior, N(0, 1).

If the model had drawn the sample itself, its 2 N d latents would be independent draws
from N(0, 1). Kolmogorov's distance D = sup |F_n - F| says how far their distribution is
from that, and gives a band for all quantiles at once: of n such draws, 95 in 100 sets
lie within D of the normal distribution everywhere, where D is Kolmogorov's critical
value with Stephens' correction for small n (Stephens 1970).
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import kolmogi, ndtr, ndtri

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.grid import Grid

CONFIDENCE = 0.95
"""Of the band around the normal quantiles."""

SHOWN_QUANTILES = 201
"""At most so many of the sorted latents stand in a Q-Q plot."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Quantiles:
    """Some of the sorted latents beside the normal's quantiles, and a band.

    Attributes:
        normal: Quantiles of N(0, 1), (point,), rising.
        latent: The latents of the same rank, (point,).
        low: Lower end of the band, (point,); minus infinity where it has none.
        high: Upper end.
    """

    normal: NDArray[np.float64]
    latent: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @property
    def outside(self) -> float:
        """Share of the points that lie outside the band."""
        return float(((self.latent < self.low) | (self.latent > self.high)).mean())


@dataclass(frozen=True, kw_only=True, eq=False)
class Normality:
    """Latents, to be held against N(0, 1).

    Attributes:
        z: Latents, (2, row, column, channel): RGB's places, then depth's.
        pictures: What the model read.
        missing: The modality whose tokens are the model's guess, or None.
    """

    z: NDArray[np.float64]
    pictures: Pictures
    missing: str | None

    @property
    def grid(self) -> Grid:
        """Rows and columns of one modality's tokens."""
        return Grid(*self.z.shape[1:3])

    @cached_property
    def mean_square(self) -> float:
        """Mean of z² over all latents; 1 is expected."""
        return float((self.z**2).mean())

    @cached_property
    def token_mean_square(self) -> NDArray[np.float64]:
        """Mean of z² over each token's channels, (2, row, column)."""
        return (self.z**2).mean(axis=-1)

    @cached_property
    def distance(self) -> float:
        """Kolmogorov's distance of all latents from N(0, 1), 0..1."""
        return kolmogorov_distance(self.z.ravel())

    @cached_property
    def distances(self) -> tuple[float, float]:
        """Kolmogorov's distance of RGB's latents, and of depth's."""
        first, second = (kolmogorov_distance(half.ravel()) for half in self.z)
        return first, second

    @property
    def critical_distance(self) -> float:
        """What the distance of all latents exceeds in 5 of 100 draws from N(0, 1)."""
        return critical_distance(self.z.size)

    def quantiles(self, modality: int) -> Quantiles:
        """Return the Q-Q plot of one modality's places: 0 is RGB's, 1 depth's."""
        return quantiles_of(self.z[modality].ravel())


def measure_normality(subject: MangoSubject) -> Normality:
    """Return a subject's latents, to be held against N(0, 1)."""
    z = subject.z[0].double().cpu().numpy()
    return Normality(
        z=z.reshape(2, *subject.grid, -1),
        pictures=subject.pictures,
        missing=subject.missing,
    )


def kolmogorov_distance(values: NDArray[np.float64]) -> float:
    """Return sup |F_n - F| of values (n,) from N(0, 1)."""
    expected = ndtr(np.sort(values))
    steps = np.arange(len(values) + 1) / len(values)
    return float(max((steps[1:] - expected).max(), (expected - steps[:-1]).max()))


def critical_distance(count: int) -> float:
    """Return the distance that `count` draws from N(0, 1) exceed in 5 of 100 cases."""
    root = math.sqrt(count)
    return float(kolmogi(1 - CONFIDENCE)) / (root + 0.12 + 0.11 / root)


def quantiles_of(values: NDArray[np.float64]) -> Quantiles:
    """Return the Q-Q plot of values (n,) against N(0, 1), evenly spread over it."""
    count = len(values)
    farthest = -float(ndtri(0.5 / count))
    wanted = ndtr(np.linspace(-farthest, farthest, SHOWN_QUANTILES)) * count
    ranks = np.unique(np.clip(np.floor(wanted), 0, count - 1).astype(int))
    share = (ranks + 0.5) / count
    # The empirical distribution jumps from rank / n to (rank + 1) / n at this value.
    reach = critical_distance(count)
    with np.errstate(divide="ignore"):
        low = ndtri(np.clip((ranks + 1) / count - reach, 0, 1))
        high = ndtri(np.clip(ranks / count + reach, 0, 1))
    return Quantiles(
        normal=ndtri(share), latent=np.sort(values)[ranks], low=low, high=high
    )
