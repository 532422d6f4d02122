"""The kernel between all tokens of two modalities, small enough to be drawn."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.distributions.token_pair import KernelMeans, TokenPair

MOST_CELLS = 256
"""Cells a side of the matrix that is drawn."""


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
