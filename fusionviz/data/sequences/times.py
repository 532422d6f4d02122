"""When the steps of a brought sequence start and end, whatever clock that is from."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

LATEST = 1e7
"""Seconds: what is beyond is no time in a recording."""

FAR = 1e4
"""Seconds: times that begin later are counted from their start, for float32 has a
millisecond there and less than that beyond."""

_LATEST_DATE = 1e11
"""Seconds since 1970 in which no date is."""

_FINER = (
    (1e17, 1e-9, "nanoseconds"),
    (1e14, 1e-6, "microseconds"),
    (_LATEST_DATE, 1e-3, "milliseconds"),
)
"""What dates must be in, so large that they cannot be in seconds."""

Spans = NDArray[np.float64]


def in_seconds(
    values: NDArray, seconds: float | None
) -> tuple[NDArray[np.float64], list[str]]:
    """Return times in seconds, and what is assumed of their unit.

    Args:
        values: As they were read.
        seconds: How long their unit is; None where nothing says so: then numbers that
            are too large for a date in seconds are in a finer unit, and others in
            seconds.
    """
    times = np.asarray(values, np.float64)
    if seconds is not None:
        return times * seconds, []
    sizes = np.abs(times[np.isfinite(times)])
    middle = float(np.median(sizes)) if sizes.size else 0.0
    for least, unit, name in _FINER:
        if middle >= least:
            return times * unit, [f"Times of so many digits are taken for {name}."]
    return times, []


def read_times(values: NDArray) -> Spans | None:
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


def spans_of(start: NDArray, end: NDArray | None = None) -> Spans:
    """Return (step, 2), NaN where unknown or where an end precedes its start.

    Args:
        start: (step,), seconds.
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
        good = (np.abs(spans) <= _LATEST_DATE).all(axis=1)
        good &= spans[:, 1] >= spans[:, 0]
    return np.where(good[:, None], spans, np.nan)


def from_common_start(
    times: Mapping[str, Spans],
) -> tuple[dict[str, NDArray[np.float32]], list[str]]:
    """Return times as float32, counted from one start where it is far from 0.

    Subtracted in float64: seconds since 1970 have steps of two minutes in float32.
    Where clocks have nothing in common each is counted from its own start.

    Args:
        times: By modality, (step, 2), seconds.

    Returns:
        The same without what is beyond `LATEST`, and what was done, in sentences.
    """
    starts = {
        name: float(np.nanmin(spans))
        for name, spans in times.items()
        if np.isfinite(spans).any()
    }
    origin = dict.fromkeys(starts, min(starts.values(), default=0.0))
    notes = []
    if any(_is_beyond(times[name] - origin[name]) for name in starts):
        origin = {name: x if abs(x) > FAR else 0.0 for name, x in starts.items()}
        told = ", ".join(f"{name} from {x:.6g} s" for name, x in starts.items())
        notes = [f"Clocks begin far apart ({told}): each far from 0 is counted anew."]
    elif max(map(abs, origin.values()), default=0.0) > FAR:
        first = next(iter(origin.values()))
        notes = [f"Times begin at {first:.3f} s and are counted from there."]
    else:
        origin = dict.fromkeys(starts, 0.0)
    counted = {
        name: _as_float32(spans - origin.get(name, 0.0))
        for name, spans in times.items()
    }
    for name, spans in times.items():
        late = int((np.isnan(counted[name]) & ~np.isnan(spans)).any(axis=1).sum())
        if late:
            notes.append(f"{late} times of {name} are too late for a recording.")
    return counted, notes


def _is_beyond(spans: Spans) -> bool:
    """Whether most times are later than a recording can be."""
    return bool(np.nanmedian(spans[:, 0]) > LATEST)


def _as_float32(spans: Spans) -> NDArray[np.float32]:
    with np.errstate(invalid="ignore"):
        late = np.abs(spans) > LATEST
    return np.where(late.any(axis=1, keepdims=True), np.nan, spans).astype(np.float32)
