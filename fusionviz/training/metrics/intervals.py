"""Metrics: one value a sample, and how the samples make up the figure.

A task measures each sample on its own (`Measurement`); `estimate` makes the figure of
them, and its confidence interval by drawing samples again with replacement. So the
interval is right also for figures that are no mean over samples, as mIoU.
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
    """

    values: NDArray
    statistic: Statistic = mean


def estimate(
    measurement: Measurement,
    *,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """Return the figure and its percentile-bootstrap interval.

    Efron & Tibshirani (1993), section 13.3: samples are drawn with replacement, the
    figure is taken of each draw, and the interval is from its 2.5 % to its 97.5 %
    quantile, where the level is 95 %.

    Args:
        measurement: Of one or more samples.
        resamples: Number of draws.
        seed: Of the draws.
        level: Share of the draws' figures in the interval, above 0 and below 1.

    Raises:
        ValueError: There are no samples.
    """
    values = np.asarray(measurement.values)
    if len(values) == 0:
        raise ValueError("an estimate needs at least one sample, got none")
    random = np.random.default_rng(seed)
    figures = np.array(
        [
            measurement.statistic(
                values[random.integers(len(values), size=len(values))]
            )
            for _ in range(resamples)
        ]
    )
    figures = figures[~np.isnan(figures)]
    tails = ((1 - level) / 2, (1 + level) / 2)
    low, high = np.quantile(figures, tails) if len(figures) else (np.nan, np.nan)
    return Estimate(
        value=float(measurement.statistic(values)), low=float(low), high=float(high)
    )


def estimate_all(
    measurements: Mapping[str, Measurement], *, resamples: int = 1000, seed: int = 0
) -> dict[str, Estimate]:
    """Return the estimate of each measurement, by name."""
    return {
        name: estimate(item, resamples=resamples, seed=seed)
        for name, item in measurements.items()
    }


# Segmentation


def confusion_matrix(
    prediction: NDArray, truth: NDArray, classes: int
) -> NDArray[np.int64]:
    """Return how often each class (rows: truth) was taken for which (columns).

    Args:
        prediction: Class of each pixel, 0 to `classes` - 1, any shape.
        truth: The same, -1 where unlabelled: not counted.
        classes: Number of classes.

    Raises:
        ValueError: Shapes differ, or a class is out of range.
    """
    if prediction.shape != truth.shape:
        raise ValueError(
            "prediction and truth differ in shape, got "
            f"{prediction.shape} and {truth.shape}"
        )
    counted = truth != UNLABELLED
    rows, columns = truth[counted].astype(np.int64), prediction[counted]
    for name, values in (("truth", rows), ("prediction", columns)):
        if values.size and (values.min() < 0 or values.max() >= classes):
            raise ValueError(
                f"{name} must be of 0 to {classes - 1}, got {values.min()} to "
                f"{values.max()}"
            )
    cells = np.bincount(rows * classes + columns, minlength=classes**2)
    return cells.reshape(classes, classes)


def pixel_accuracy(confusions: NDArray) -> float:
    """Return the share of pixels that are right, of confusions (samples, c, c)."""
    total = confusions.sum(axis=0)
    return _ratio(np.trace(total), total.sum())


def mean_accuracy(confusions: NDArray) -> float:
    """Return the mean over classes of the share of their pixels that are right.

    Classes that no pixel is labelled with do not count.

    Args:
        confusions: One matrix a sample, (samples, classes, classes).
    """
    total = confusions.sum(axis=0)
    return _mean_ratio(np.diagonal(total), total.sum(axis=1))


def miou(confusions: NDArray) -> float:
    """Return the mean over classes of intersection over union.

    Summed over all samples first (Everingham et al. 2015). Classes that are neither
    labelled nor predicted do not count.

    Args:
        confusions: One matrix a sample, (samples, classes, classes).
    """
    total = confusions.sum(axis=0)
    hits = np.diagonal(total)
    return _mean_ratio(hits, total.sum(axis=0) + total.sum(axis=1) - hits)


def segmentation_measurements(
    confusions: NDArray, groups: Sequence[str] = ()
) -> dict[str, Measurement]:
    """Return `miou`, `pixel_accuracy` and `mean_accuracy` of confusions.

    Args:
        confusions: One matrix a sample, (samples, classes, classes).
        groups: Of each sample, what it shows; intervals are drawn over groups. One
            that is empty, and samples without groups, stand for themselves.
    """
    if any(groups):
        confusions = _sum_of_groups(confusions, groups)
    return {
        "miou": Measurement(values=confusions, statistic=miou),
        "pixel_accuracy": Measurement(values=confusions, statistic=pixel_accuracy),
        "mean_accuracy": Measurement(values=confusions, statistic=mean_accuracy),
    }


def _sum_of_groups(confusions: NDArray, groups: Sequence[str]) -> NDArray:
    """Return the confusions of each group, (groups, classes, classes)."""
    keys = [group or f"sample {index}" for index, group in enumerate(groups)]
    places = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    sums = np.zeros((len(places), *confusions.shape[1:]), confusions.dtype)
    np.add.at(sums, [places[key] for key in keys], confusions)
    return sums


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def _mean_ratio(parts: NDArray, wholes: NDArray) -> float:
    there = wholes > 0
    return mean(parts[there] / wholes[there])
