"""Figures of confusions and their bands, for all resamples at once.

Whatever a model says of a sample is a confusion matrix: of its pixels, of its steps, or
of itself alone. Sums of these make every figure, so a resample is a weight a sample,
and a thousand of them are one product of matrices.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.models.cards import Estimate

Floats = NDArray[np.float64]
Figure = Callable[[Floats], Floats]
"""From summed confusions (..., class, class), rows: truth, to (...)."""


def accuracy(total: Floats) -> Floats:
    """Return the share of what is counted that is right."""
    return _ratio(_hits(total).sum(axis=-1), total.sum(axis=(-1, -2)))


def class_recall(total: Floats) -> Floats:
    """Return the share of each class that is right, (..., class); NaN of no pixels."""
    return _ratio(_hits(total), total.sum(axis=-1))


def mean_accuracy(total: Floats) -> Floats:
    """Return the mean of `class_recall` over the classes that there are."""
    return _mean(class_recall(total))


def miou(total: Floats) -> Floats:
    """Return the mean intersection over union of classes that are true or said."""
    hits = _hits(total)
    union = total.sum(axis=-1) + total.sum(axis=-2) - hits
    return _mean(_ratio(hits, union))


def f1(total: Floats) -> Floats:
    """Return F1 of the last class, which of two is the positive one."""
    return _class_f1(total)[..., -1]


def weighted_f1(total: Floats) -> Floats:
    """Return the mean of the classes' F1, weighted by how much is of them."""
    true = total.sum(axis=-1)
    return _ratio((_class_f1(total) * true).sum(axis=-1), true.sum(axis=-1))


DENSE: Mapping[str, Figure] = {
    "miou": miou,
    "pixel_accuracy": accuracy,
    "mean_accuracy": mean_accuracy,
}
"""Figures of labelled pixels, the first of which is the main one."""

SCORED: Mapping[str, Figure] = {
    "accuracy": accuracy,
    "weighted_f1": weighted_f1,
    "f1": f1,
}
"""Figures of labelled samples or steps, by the names of `evaluate`."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Resamples:
    """Draws of units with replacement, as how often each sample is in each draw.

    Attributes:
        weights: (draw, sample); the first row is the samples as they are, all 1.
        units: How many units there are.
    """

    weights: Floats
    units: int

    @classmethod
    def of(
        cls, units: Sequence[str], count: int = 1000, *, seed: int = 0
    ) -> "Resamples":
        """Return the draws that `metrics.intervals.estimate` makes with this seed.

        Args:
            units: What each sample is drawn together with.
            count: Of draws, besides the samples as they are.
            seed: Of the draws.

        Raises:
            ValueError: There are no samples.
        """
        if not units:
            raise ValueError("an estimate needs at least one sample, got none")
        _, first, unit_of = np.unique(units, return_index=True, return_inverse=True)
        # In the order in which units come, as `estimate` numbers them.
        unit_of = np.argsort(np.argsort(first))[unit_of]
        random = np.random.default_rng(seed)
        size = len(first)
        drawn = [
            np.bincount(random.integers(size, size=size), minlength=size)
            for _ in range(count)
        ]
        often = np.array([np.ones(size, np.int64), *drawn])
        return cls(weights=often[:, unit_of].astype(np.float64), units=size)

    def figures(self, cells: NDArray, figure: Figure) -> Floats:
        """Return a figure of the samples and of each draw, (draw,) or (draw, class).

        Args:
            cells: Confusions, (sample, class, class).
            figure: What is made of their sums.
        """
        flat = np.asarray(cells, np.float64).reshape(len(cells), -1)
        return figure((self.weights @ flat).reshape(-1, *cells.shape[1:]))

    def means(self, values: NDArray) -> Floats:
        """Return the mean of a number a sample, of the samples and of each draw."""
        return (self.weights @ values) / self.weights.sum(axis=1)

    def estimate(self, figures: Floats, *, level: float = 0.95) -> Estimate:
        """Return the first figure with the percentile interval of the others.

        Args:
            figures: As `figures` returns them, (draw,).
            level: Share of the draws' figures in the interval.
        """
        value, known = float(figures[0]), figures[1:][~np.isnan(figures[1:])]
        low = high = None
        if known.size:
            tails = ((1 - level) / 2, (1 + level) / 2)
            low, high = np.quantile(known, tails).tolist()
        return Estimate(value=value, low=low, high=high, n=self.units)


def _hits(total: Floats) -> Floats:
    return np.diagonal(total, axis1=-2, axis2=-1)


def _class_f1(total: Floats) -> Floats:
    both = total.sum(axis=-1) + total.sum(axis=-2)
    return 2 * _hits(total) / np.maximum(both, 1)


def _ratio(part: Floats, whole: Floats) -> Floats:
    out = np.full(np.broadcast(part, whole).shape, np.nan)
    return np.divide(part, whole, out=out, where=whole > 0)


def _mean(parts: Floats) -> Floats:
    known = ~np.isnan(parts)
    return _ratio(np.where(known, parts, 0).sum(axis=-1), known.sum(axis=-1))
