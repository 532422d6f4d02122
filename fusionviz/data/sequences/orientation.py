"""Which way round an array of a modality lies: (step, feature) or (feature, step).

Neighbouring steps of a recording are alike, and features have levels of their own.
Where both say that the second axis is time, as in what librosa returns, an array is
turned; where neither says anything, the reader is asked.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_SIDE = 4
"""Steps and features, fewer of which say nothing."""

LOOKED_AT = (1024, 4096)
"""Rows and columns that are looked at, at most."""

SURE = 0.3
"""How much more alike neighbours have to be along one axis."""

ERRORS = 5.0
"""And by how many standard errors of what numbers without any order have."""

LEVELS = 2.0
"""How many times more the levels of one axis have to differ than those of the other."""

STRONG = 0.3
"""Share of the variance from which on levels of columns say that these are features."""


@dataclass(frozen=True, kw_only=True)
class Orientation:
    """What an array (row, column) looks like, in numbers without unit.

    Attributes:
        alike: How much more neighbouring columns resemble each other than neighbouring
            rows do, -2 to 2: a difference of autocorrelations at lag 1, 0 on average
            of numbers without any order.
        error: Standard error of `alike` of such numbers.
        row_levels: Share of the variance that means of rows explain.
        column_levels: Share that means of columns explain.
    """

    alike: float
    error: float
    row_levels: float
    column_levels: float

    @property
    def is_turned(self) -> bool:
        """Whether rows are features, by both signs."""
        return self._is_smooth and self.row_levels > LEVELS * self.column_levels

    @property
    def is_doubtful(self) -> bool:
        """Whether rows may be features: neighbours say so, and levels say nothing."""
        return self._is_smooth and self.column_levels < STRONG

    @property
    def _is_smooth(self) -> bool:
        return self.alike > max(SURE, ERRORS * self.error)


def look_at(values: NDArray) -> Orientation | None:
    """Return what an array looks like; None where it is too small or does not vary.

    Args:
        values: Real numbers, (row, column).
    """
    if min(values.shape) < LEAST_SIDE:
        return None
    with np.errstate(all="ignore"):
        x = np.asarray(values[: LOOKED_AT[0], : LOOKED_AT[1]], np.float64)
        known = np.isfinite(x)
        x = np.where(known, x, x[known].mean() if known.any() else 0.0)
        x = x / max(float(np.abs(x).max()), 1e-300)
        total = x.var()
        rows, columns = x.mean(axis=1), x.mean(axis=0)
        rest = x - rows[:, None] - columns + x.mean()
        if not total > 0 or rest.var() < 1e-12 * total:
            return None
        return Orientation(
            alike=_likeness(rest.T) - _likeness(rest),
            error=float(np.sqrt(2 / rest.size)),
            row_levels=float(rows.var() / total),
            column_levels=float(columns.var() / total),
        )


def _likeness(x: NDArray) -> float:
    """Return the correlation of neighbouring rows, 0 on average without order."""
    one, other = x[:-1], x[1:]
    scale = np.sqrt((one**2).sum() * (other**2).sum())
    # What is centred is a little less than uncorrelated.
    return float((one * other).sum() / scale) + 1 / (len(x) - 1) if scale > 0 else 0.0
