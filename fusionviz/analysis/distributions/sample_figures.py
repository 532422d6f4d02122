"""What many samples make up: means and A-distances, with intervals over samples."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.alignment import distance_of
from fusionviz.analysis.distributions.sample_stages import SampleStages
from fusionviz.training.metrics.intervals import Measurement, estimate


@dataclass(frozen=True, kw_only=True, eq=False)
class SampleFigures:
    """What the samples make up, with intervals over samples.

    Attributes:
        mmd: Mean MMD² and the ends of its interval, (pair, stage, 3).
        spread: Between which the same share of single samples lies, (pair, stage, 2).
        distance: A-distance and the ends of its interval, (pair, stage, 3).
        level: Share of an interval.
    """

    mmd: NDArray[np.float64]
    spread: NDArray[np.float64]
    distance: NDArray[np.float64]
    level: float


def figures_of(
    stages: SampleStages, *, level: float = 0.95, seed: int = 0
) -> SampleFigures:
    """Return means and A-distances with bootstrap intervals over samples.

    1000 draws of whole samples. The classifiers of the A-distance stay as they are:
    its interval is one of the held-out error. NaN where nothing was measured.

    Args:
        stages: What was measured.
        level: Share of an interval, above 0 and below 1.
        seed: Of the draws.
    """
    shape = stages.mmd.shape[:2]
    mmd, distance = np.full((*shape, 3), np.nan), np.full((*shape, 3), np.nan)
    spread = np.full((*shape, 2), np.nan)
    for place in np.ndindex(shape):
        values = stages.mmd[place]
        drawn = estimate(Measurement(values=values), seed=seed, level=level)
        mmd[place] = drawn.value, drawn.low, drawn.high
        if not np.isnan(values).all():
            spread[place] = np.nanquantile(values, ((1 - level) / 2, (1 + level) / 2))
        counts = Measurement(values=stages.mistakes[place], statistic=distance_of)
        if counts.values[..., 1].sum(axis=0).all():
            drawn = estimate(counts, seed=seed, level=level)
            distance[place] = drawn.value, drawn.low, drawn.high
    return SampleFigures(mmd=mmd, spread=spread, distance=distance, level=level)
