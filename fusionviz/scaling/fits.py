"""Exponents of curves above the knee where overhead ends, and where curves cross."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEWEST_POINTS = 4
"""A slope through fewer points than these says nothing."""

OVERHEAD = 2.0
"""Above the knee a value is at least this many times the smallest of the curve: below
it constant overhead is a good part of what is measured."""

RESAMPLES = 2000


@dataclass(frozen=True, kw_only=True)
class PowerFit:
    """value = scale · length^exponent, fitted to logs above the knee.

    Attributes:
        exponent: Slope of the logs; NaN where there are too few points.
        low: 2.5th percentile of the exponent over bootstrap resamples of residuals.
        high: 97.5th percentile, likewise.
        scale: Value that the line has at a length of 1.
        knee: Length of the first point of the fit.
        points: How many points it was fitted to.
    """

    exponent: float
    low: float
    high: float
    scale: float
    knee: float
    points: int

    def at(self, length: float) -> float:
        """Return the fitted value at a length."""
        return self.scale * length**self.exponent


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """Where one curve becomes cheaper than another.

    Attributes:
        length: Where the log-ratio of the two is 0; NaN where it is nowhere in range.
        cheaper: Which is the cheaper at the largest length that both have: `first`
            or `second`.
    """

    length: float
    cheaper: str

    @property
    def is_in_range(self) -> bool:
        """Whether they cross within what was measured."""
        return not np.isnan(self.length)


def fit_power(
    lengths: Sequence[float], values: Sequence[float], *, seed: int = 0
) -> PowerFit:
    """Return the exponent of a curve above the knee.

    The knee is the first point from which on every value is at least twice the smallest
    one. The interval resamples residuals of the logs (Efron and Tibshirani 1993, 9.4),
    inflated by sqrt(n / (n - 2)) for the two numbers that were fitted.

    Args:
        lengths: Rising, positive.
        values: As many, positive; NaN where there is none.
        seed: Of the bootstrap.

    Raises:
        ValueError: The two differ in number, or lengths do not rise.
    """
    x, y = _known(lengths, values)
    above = _above_knee(y)
    x, y = x[above:], y[above:]
    if len(x) < FEWEST_POINTS:
        nan = float("nan")
        knee = float(x[0]) if len(x) else nan
        return PowerFit(
            exponent=nan, low=nan, high=nan, scale=nan, knee=knee, points=len(x)
        )
    log_x, log_y = np.log(x), np.log(y)
    slope, offset = np.polyfit(log_x, log_y, 1)
    low, high = _bootstrap(log_x, log_y, float(slope), float(offset), seed)
    return PowerFit(
        exponent=float(slope),
        low=low,
        high=high,
        scale=float(np.exp(offset)),
        knee=float(x[0]),
        points=len(x),
    )


def find_crossing(
    lengths: Sequence[float], first: Sequence[float], second: Sequence[float]
) -> Crossing:
    """Return where two curves that were measured at the same lengths cross last.

    Of the paired log-ratios log(first / second), linear between the logs of lengths.

    Raises:
        ValueError: The numbers of values differ, or there is no length at which both
            were measured.
    """
    x = np.asarray(lengths, dtype=np.float64)
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if not x.shape == a.shape == b.shape:
        raise ValueError(
            f"both need a value at each length, got {len(x)}, {len(a)} and {len(b)}"
        )
    both = np.isfinite(a) & np.isfinite(b)
    if not both.any():
        raise ValueError("there is no length at which both were measured")
    ratio, log_x = np.log(a[both] / b[both]), np.log(x[both])
    cheaper = "first" if ratio[-1] < 0 else "second"
    for i in range(len(ratio) - 1, 0, -1):
        if ratio[i - 1] * ratio[i] <= 0 and ratio[i - 1] != ratio[i]:
            share = ratio[i - 1] / (ratio[i - 1] - ratio[i])
            place = log_x[i - 1] + share * (log_x[i] - log_x[i - 1])
            return Crossing(length=float(np.exp(place)), cheaper=cheaper)
    return Crossing(length=float("nan"), cheaper=cheaper)


def value_at(length: float, lengths: Sequence[float], values: Sequence[float]) -> float:
    """Return a curve's value at a length, linear between logs; NaN out of range."""
    x, y = _known(lengths, values)
    if not len(x) or not x[0] <= length <= x[-1]:
        return float("nan")
    return float(np.exp(np.interp(np.log(length), np.log(x), np.log(y))))


def _known(
    lengths: Sequence[float], values: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, y = np.asarray(lengths, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if x.shape != y.shape:
        raise ValueError(f"each length needs a value, got {len(x)} and {len(y)}")
    if (np.diff(x) <= 0).any():
        raise ValueError("lengths must rise")
    known = np.isfinite(y) & (y > 0)
    return x[known], y[known]


def _above_knee(values: NDArray[np.float64]) -> int:
    """Return the place of the first value that is above the knee."""
    if not len(values):
        return 0
    below = np.flatnonzero(values < OVERHEAD * values.min())
    return int(below[-1]) + 1


def _bootstrap(
    log_x: NDArray[np.float64],
    log_y: NDArray[np.float64],
    slope: float,
    offset: float,
    seed: int,
) -> tuple[float, float]:
    count = len(log_x)
    line = offset + slope * log_x
    residual = (log_y - line) * np.sqrt(count / (count - 2))
    drawn = np.random.default_rng(seed).integers(count, size=(RESAMPLES, count))
    centred = log_x - log_x.mean()
    slopes = slope + (residual[drawn] * centred).sum(axis=1) / (centred**2).sum()
    low, high = np.percentile(slopes, [2.5, 97.5])
    return float(low), float(high)
