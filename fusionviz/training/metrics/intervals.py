"""Metrics: one value a sample, and how the samples make up the figure.

A task measures each sample on its own (`Measurement`); `estimate` makes the figure of
them, and its confidence interval by drawing again with replacement: whole units, which
are samples that resemble each other (see `fusionviz.data.sets.units`). So the interval
is right also for figures that are no mean over samples, as mIoU.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.models.cards import Estimate

Statistic = Callable[[NDArray], float]

UNLABELLED = -1


def mean(values: NDArray) -> float:
    """Return the mean over samples (samples,), without those that are NaN."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def largest(values: NDArray) -> float:
    """Return the largest value over samples (samples,)."""
    return float(values.max())


@dataclass(frozen=True, kw_only=True, eq=False)
class Measurement:
    """What was measured on each sample, and what figure it makes.

    Attributes:
        values: One item a sample, (samples, ...): a number, a confusion matrix, a
            pair of prediction and truth.
        statistic: The figure of such values, whichever samples they are of.
        has_interval: Whether drawing again says how far the figure may be off. It does
            not of a maximum, which no draw exceeds.
        of_first: Whether it is of the first samples as a whole, as an A-distance is,
            and its values are not one a sample.
    """

    values: NDArray
    statistic: Statistic = mean
    has_interval: bool = True
    of_first: bool = False


def maximum(values: NDArray) -> Measurement:
    """Return the measurement of the largest value over samples, (samples,)."""
    return Measurement(values=values, statistic=largest, has_interval=False)


def estimate(
    measurement: Measurement,
    *,
    units: Sequence[str] | None = None,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """Return the figure and its percentile-bootstrap interval.

    Efron & Tibshirani (1993), section 13.3: units are drawn with replacement, the
    figure is taken of each draw, and the interval is from its 2.5 % to its 97.5 %
    quantile, where the level is 95 %.

    Args:
        measurement: Of one or more samples.
        units: What each sample is drawn together with; the measurement may be of the
            first ones alone. Every sample is drawn by itself if not given.
        resamples: Number of draws.
        seed: Of the draws.
        level: Share of the draws' figures in the interval, above 0 and below 1.

    Raises:
        ValueError: There are no samples, or more than have units.
    """
    values = np.asarray(measurement.values)
    if len(values) == 0:
        raise ValueError("an estimate needs at least one sample, got none")
    value = float(measurement.statistic(values))
    if not measurement.has_interval:
        return Estimate(value=value, low=None, high=None, n=len(values))
    members = _members(len(values), units)
    random = np.random.default_rng(seed)
    figures = [
        measurement.statistic(values[_draw(members, random)]) for _ in range(resamples)
    ]
    known = [figure for figure in figures if not np.isnan(figure)]
    low = high = None
    if known:
        tails = ((1 - level) / 2, (1 + level) / 2)
        low, high = np.quantile(known, tails).tolist()
    return Estimate(value=value, low=low, high=high, n=len(members))


def estimate_all(
    measurements: Mapping[str, Measurement],
    *,
    units: Sequence[str] | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Return the estimate of each measurement, by name."""
    return {
        name: estimate(item, units=units, resamples=resamples, seed=seed)
        for name, item in measurements.items()
    }


def _members(count: int, units: Sequence[str] | None) -> list[NDArray[np.int64]]:
    """Return which samples each unit has."""
    if units is None:
        return [np.array([index]) for index in range(count)]
    if len(units) < count:
        raise ValueError(f"each of {count} samples needs a unit, got {len(units)}")
    found: dict[str, list[int]] = {}
    for index, unit in enumerate(units[:count]):
        found.setdefault(unit, []).append(index)
    return [np.array(indices) for indices in found.values()]


def _draw(
    members: Sequence[NDArray[np.int64]], random: np.random.Generator
) -> NDArray[np.int64]:
    """Return the samples of as many units as there are, drawn with replacement."""
    drawn = random.integers(len(members), size=len(members))
    return np.concatenate([members[unit] for unit in drawn])
