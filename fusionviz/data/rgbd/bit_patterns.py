"""Encodings of depth that leave their mark in the bits of 16-bit values."""

import numpy as np
from numpy.typing import NDArray

# Fewer different values could meet a rule on bits by chance.
_ENOUGH_VALUES = 8
_LARGEST_16_BIT = 65535
_ARCORE_BITS = 13
_ARCORE_MASK = (1 << _ARCORE_BITS) - 1
_LEAST_NEIGHBOURS = 0.01
_LARGEST_SIDE = 1024


def recognise_bits(
    values: NDArray, measured: NDArray[np.bool_], numbers: NDArray[np.uint16]
) -> tuple[str, str] | None:
    """Return an encoding and the sentence that says why; None for plain numbers.

    Args:
        values: Whole numbers up to 65535, (height, width).
        measured: Where they count.
        numbers: Those, (count,).

    Returns:
        A unit and the sentence; for "relative" the sentence's second half.
    """
    counts = np.bincount(numbers, minlength=_LARGEST_16_BIT + 1)
    codes = np.flatnonzero(counts)
    if codes.size < _ENOUGH_VALUES:
        return None
    if _is_kinect(codes):
        return (
            "kinect-disparity",
            "Depth read as raw Kinect disparity, not lengths: all values are 11-bit "
            "codes and 2047 marks holes, so metres are 351.3 / (1092.5 - value).",
        )
    if _is_sun(counts, codes):
        return (
            "sun-rgbd",
            "Depth read as SUN RGB-D's rotated millimetres: the low bits of nearly all "
            f"values are empty, and the median is {_median(counts) / 8000:.1f} m "
            "turned back.",
        )
    if codes[-1] > _ARCORE_MASK and _is_arcore(values, measured):
        millimetres = _median(np.bincount(numbers & _ARCORE_MASK))
        return (
            "arcore",
            "Depth read as ARCore's millimetres in the low 13 bits: the high 3 bits "
            "jump where the low ones do not, as a confidence does, and the median is "
            f"{millimetres / 1000:.1f} m.",
        )
    if _is_stretched(counts, codes):
        return (
            "relative",
            "the values reach 65535, so they were stretched to the whole range of 16 "
            "bits.",
        )
    return None


def _is_kinect(codes: NDArray[np.int64]) -> bool:
    """Whether all are 11-bit codes of a Kinect, 2047 among them, in a byte order.

    With its bytes swapped a code keeps three bits in the low byte: eight different
    numbers that all do so by chance have odds of 32**-8.
    """
    swapped = ((codes >> 8) | (codes << 8)) & 0xFFFF
    return any(
        2047 in order and ((order == 2047) | ((order > 255) & (order <= 1092))).all()
        for order in (codes, swapped)
    )


def _is_sun(counts: NDArray[np.int64], codes: NDArray[np.int64]) -> bool:
    """Whether turning the bits back by three gives whole millimetres of a room.

    Depth below 8.192 m leaves the three low bits 0, below 16.384 m it leaves 1. The
    numbers turned back must have no common factor: with one, the map is only coarse.
    """
    in_reach = (codes & 7) <= 1
    if counts[codes[in_reach]].sum() < 0.999 * counts.sum():
        return False
    low = codes[(codes & 7) == 0]
    share = counts[low].sum() / counts.sum()
    return bool(
        share > 0.5 and np.gcd.reduce(low >> 3) == 1 and _median(counts) > 2_000
    )


def _is_arcore(values: NDArray, measured: NDArray[np.bool_]) -> bool:
    """Whether the three high bits change where the low thirteen hardly do.

    A plain map whose values pass a multiple of 8192 changes both: its low bits start
    again from 0.
    """
    starts = (max(0, (side - _LARGEST_SIDE) // 2) for side in values.shape)
    part = tuple(slice(start, start + _LARGEST_SIDE) for start in starts)
    codes = np.where(measured[part], values[part], 0).astype(np.int64)
    high, low = codes >> _ARCORE_BITS, codes & _ARCORE_MASK
    changed, alike, pairs = 0, 0, 0
    for axis in (0, 1):
        first, second = _neighbours(low, axis)
        there = (first > 0) & (second > 0)
        other = there & (np.diff(high, axis=axis) != 0)
        near = abs(first - second) <= 0.05 * np.minimum(first, second)
        pairs += int(there.sum())
        changed += int(other.sum())
        alike += int((other & near).sum())
    return changed > _LEAST_NEIGHBOURS * pairs and alike > 0.5 * changed


def _neighbours(array: NDArray, axis: int) -> tuple[NDArray, NDArray]:
    return (array[:-1], array[1:]) if axis == 0 else (array[:, :-1], array[:, 1:])


def _is_stretched(counts: NDArray[np.int64], codes: NDArray[np.int64]) -> bool:
    """Whether the largest code is reached smoothly, and not as a mark for holes."""
    if codes[-1] != _LARGEST_16_BIT or codes.size < 2:
        return False
    few = counts[-1] <= 0.01 * counts.sum()
    return bool(few and codes[-2] > 0.98 * _LARGEST_16_BIT)


def _median(counts: NDArray[np.int64]) -> float:
    total = np.cumsum(counts)
    return float(np.searchsorted(total, total[-1] / 2))
