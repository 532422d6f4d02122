"""Is the distance between two modalities' tokens more than chance?"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.alignment import ADistance, a_distance, mmd_permutation_test
from fusionviz.analysis.distributions.token_pairs import KEPT, TokenPair
from fusionviz.errors import InputError


@dataclass(frozen=True, kw_only=True, eq=False)
class DistanceTest:
    """An MMD², what chance makes of it, and whether a line tells the tokens apart.

    Attributes:
        pair: The tokens.
        bandwidth: σ in the unit of the tokens.
        biased: Which form of MMD².
        statistic: Observed MMD², no unit.
        null: MMD² under shuffled labels, (permutation,).
        p_value: Share of labellings at least as far apart, the observed one among
            them; at least `resolution`.
        a_distance: 2 (1 - 2 err) of a linear classifier, 0..2, single tokens held out.
    """

    pair: TokenPair
    bandwidth: float
    biased: bool
    statistic: float
    null: NDArray[np.float64]
    p_value: float
    a_distance: ADistance

    @property
    def resolution(self) -> float:
        """The smallest p-value that so many shuffles can give."""
        return 1 / (1 + len(self.null))

    @property
    def times_largest(self) -> float | None:
        """Observed MMD² in multiples of the largest of the null; None where 0."""
        largest = float(self.null.max())
        return self.statistic / largest if largest > 1e-12 else None


def measure_test(
    pair: TokenPair,
    *,
    bandwidth: float,
    biased: bool = True,
    permutations: int = 500,
    seed: int = 0,
) -> DistanceTest:
    """Return the permutation test of a pair's MMD², with its A-distance.

    Args:
        pair: The tokens.
        bandwidth: σ > 0 in the unit of the tokens.
        biased: Which form of MMD².
        permutations: How often labels are shuffled.
        seed: Of the shuffles, and of the folds of the A-distance.

    Raises:
        InputError: A side has one token: there is nothing to shuffle or hold out.
    """
    for name, size in zip(pair.names, pair.sizes, strict=True):
        if size < 2:
            raise InputError(
                f"The test shuffles tokens and holds some out, and {name} has only "
                "one here: choose a sample with two or more of each."
            )
    test = mmd_permutation_test(
        torch.from_numpy(pair.x),
        torch.from_numpy(pair.y),
        bandwidth=bandwidth,
        permutations=permutations,
        biased=biased,
        generator=torch.Generator().manual_seed(seed),
    )
    return DistanceTest(
        pair=pair,
        bandwidth=bandwidth,
        biased=biased,
        statistic=pair.means(bandwidth, biased=biased).mmd2,
        null=test.null.numpy(),
        p_value=test.p_value,
        a_distance=_a_distance(pair, seed),
    )


@lru_cache(maxsize=KEPT)
def _a_distance(pair: TokenPair, seed: int) -> ADistance:
    """Return the A-distance, which knows no bandwidth."""
    return a_distance(torch.from_numpy(pair.x), torch.from_numpy(pair.y), seed=seed)
