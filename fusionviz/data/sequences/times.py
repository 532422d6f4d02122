"""When the steps of a brought sequence start and end."""

import numpy as np
from numpy.typing import NDArray

LATEST = 1e7
"""Seconds: what is beyond is no time in a recording."""


def read_times(values: NDArray) -> NDArray[np.float32] | None:
    """Return an array of times as (step, 2), or None where it cannot be that.

    Args:
        values: Starts and ends (step, 2) or (2, step), or starts alone (step,).
    """
    if values.ndim == 2 and 1 in values.shape:
        values = values.ravel()
    if values.dtype.kind not in "fiu" or not values.size:
        return None
    if values.ndim == 1:
        return spans_of(values)
    if values.ndim == 2 and 2 in values.shape:
        start, end = values.T if values.shape[1] == 2 else values
        return spans_of(start, end)
    return None


def spans_of(start: NDArray, end: NDArray | None = None) -> NDArray[np.float32]:
    """Return (step, 2), seconds, NaN where unknown or where an end precedes its start.

    Args:
        start: (step,).
        end: (step,); where None each step ends when the next one starts, and the last
            one lasts as long as the one before it.
    """
    first = np.asarray(start, np.float64)
    if end is None:
        with np.errstate(invalid="ignore", over="ignore"):
            lasts = np.diff(first)[-1:] if len(first) > 1 else np.zeros(1)
            last = np.append(first[1:], first[-1:] + lasts)
    else:
        last = np.asarray(end, np.float64)
    spans = np.stack([first, last], axis=1)
    with np.errstate(invalid="ignore"):
        good = (np.abs(spans) <= LATEST).all(axis=1) & (spans[:, 1] >= spans[:, 0])
    return np.where(good[:, None], spans, np.nan).astype(np.float32)
