"""Means of the kernel within and between modalities, and the witness of MMD²."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.distributions.token_pairs import KEPT, KernelMeans, TokenPair

MOST_CELLS = 256
"""Cells a side of the matrix that is drawn."""

GRID = 56
"""Points a side at which the witness is evaluated on the plane."""

ROOM = 1.08
"""How much wider the plane is drawn than the tokens reach."""


@dataclass(frozen=True, kw_only=True, eq=False)
class KernelBlocks:
    """The kernel matrix of x and y pooled, in blocks xx, xy and yy.

    Attributes:
        pair: The tokens.
        bandwidth: σ in the unit of the tokens.
        cells: Kernel, 0..1, (cell, cell); a cell is the mean over `step` tokens a
            side, the last of a modality over fewer.
        step: Tokens a cell has a side.
        edge: How many cells the first modality has.
        means: Of the blocks of the whole matrix: the terms of MMD².
    """

    pair: TokenPair
    bandwidth: float
    cells: NDArray[np.float32]
    step: int
    edge: int
    means: KernelMeans


def measure_kernel(
    pair: TokenPair, *, bandwidth: float, biased: bool = True
) -> KernelBlocks:
    """Return the kernel matrix of a pair's tokens.

    Cells never hold tokens of both modalities.

    Args:
        pair: The tokens.
        bandwidth: σ > 0 in the unit of the tokens.
        biased: Whether the means count each token's pair with itself.

    Raises:
        InputError: The unbiased form meets a side of one token.
    """
    m, n = pair.sizes
    step = 1
    while -(-m // step) - (-n // step) > MOST_CELLS:
        step += 1
    starts = np.concatenate([np.arange(0, m, step), m + np.arange(0, n, step)])
    tokens = np.diff(np.append(starts, m + n))
    sums = pair.kernel(bandwidth)
    if step > 1:
        sums = np.add.reduceat(np.add.reduceat(sums, starts, axis=0), starts, axis=1)
        sums /= np.outer(tokens, tokens)
    return KernelBlocks(
        pair=pair,
        bandwidth=bandwidth,
        cells=sums.astype(np.float32),
        step=step,
        edge=-(-m // step),
        means=pair.means(bandwidth, biased=biased),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class WitnessPlane:
    """The plane through the mean of pooled tokens along their two first components.

    Attributes:
        places: Of the tokens in the plane, in their own unit, (token, 2).
        off: Squared distance of each token from the plane, (token,).
        explained: Share of the variance along each component, (2,); 0 where the
            tokens do not vary.
    """

    places: NDArray[np.float64]
    off: NDArray[np.float64]
    explained: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Witness:
    """w(z) = mean_x k(z, x) - mean_y k(z, y), no unit, -1..1.

    Attributes:
        pair: The tokens.
        bandwidth: σ in the unit of the tokens.
        plane: Where the tokens are drawn.
        values: At each token, of x and then of y, (token,).
        axis: Coordinates of the grid on the plane, the same along both components.
        grid: At the points of the plane, (second component, first component).
    """

    pair: TokenPair
    bandwidth: float
    plane: WitnessPlane
    values: NDArray[np.float64]
    axis: NDArray[np.float64]
    grid: NDArray[np.float64]

    @property
    def most(self) -> float:
        """Largest |w| at the tokens and on the grid."""
        return float(max(np.abs(self.values).max(), np.abs(self.grid).max()))


def measure_witness(pair: TokenPair, *, bandwidth: float) -> Witness:
    """Return the witness at the tokens and on the plane through their mean.

    A point p of the plane is a point of the token space, so the witness there is
    exact: |p - x|² is the squared distance within the plane plus that of x from it.

    Args:
        pair: The tokens.
        bandwidth: σ > 0 in the unit of the tokens.
    """
    m = len(pair.x)
    plane = plane_of(pair)
    kernel = pair.kernel(bandwidth)
    reach = ROOM * float(np.abs(plane.places).max()) or 1.0
    axis = np.linspace(-reach, reach, GRID)
    precision = -0.5 / bandwidth**2
    # exp(a + b) = exp(a) exp(b): a row of the grid and a column of it each once.
    across = np.exp(precision * (axis[:, None] - plane.places[:, 0]) ** 2)
    along = np.exp(precision * (axis[:, None] - plane.places[:, 1]) ** 2)
    weight = np.exp(precision * plane.off)
    weight = np.concatenate([weight[:m] / m, -weight[m:] / len(pair.y)])
    return Witness(
        pair=pair,
        bandwidth=bandwidth,
        plane=plane,
        values=kernel[:, :m].mean(axis=1) - kernel[:, m:].mean(axis=1),
        axis=axis,
        grid=(along * weight) @ across.T,
    )


@lru_cache(maxsize=KEPT)
def plane_of(pair: TokenPair) -> WitnessPlane:
    """Return the plane of a pair's two first principal components.

    The largest entry of a component is positive, so that the picture does not flip.
    """
    pooled = pair.pooled
    centred = pooled - pooled.mean(axis=0)
    _, spread, axes = np.linalg.svd(centred, full_matrices=False)
    places = np.zeros((len(pooled), 2))
    explained = np.zeros(2)
    variance = spread**2
    for index, axis in enumerate(axes[:2]):
        sign = np.sign(axis[np.abs(axis).argmax()]) or 1.0
        places[:, index] = sign * centred @ axis
        explained[index] = variance[index] / max(variance.sum(), 1e-300)
    if pair.is_one_place:
        places[:], explained[:] = 0.0, 0.0
    off = (centred**2).sum(axis=1) - (places**2).sum(axis=1)
    return WitnessPlane(places=places, off=off.clip(min=0), explained=explained)
