"""Guessing the unit of a depth map from its values, and saying why.

The units that people use lie a factor of two to five apart, and rooms differ by as
much: a guess is right for usual rooms, and is shown to be checked. What an encoding
leaves in the low bits comes first, as it does not depend on the scene.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Fewer different values could meet a rule on bits by chance.
_ENOUGH_VALUES = 8
_NEARLY_ALL = 0.99
_LARGEST_8_BIT, _LARGEST_16_BIT = 255, 65535
# Largest median of an indoor scene that is taken for each unit, and units in a metre.
_BY_MEDIAN = (
    ("mm", "millimetres", 1_000, 10_000),
    ("1/5000 m", "1/5000 metre", 5_000, 25_000),
    ("0.1 mm", "tenths of a millimetre", 10_000, 65_536),
)
_FARTHEST_STREET_M = 100
_NEAREST_DESK_M = 0.05


class UnitGuess(NamedTuple):
    """A unit and the sentence that says why."""

    unit: str
    reason: str


def guess_unit(measured: NDArray) -> UnitGuess:
    """Return the unit of a depth map and the reason.

    Args:
        measured: The numbers of its pixels that are finite and positive, (count,).

    Returns:
        One of `fusionviz.data.rgbd.units.DEPTH_UNITS` but "auto" and "disparity".
    """
    if measured.dtype.kind == "f":
        return _guess_decimals(measured)
    bits = 8 * measured.dtype.itemsize
    largest = int(measured.max())
    if largest <= _LARGEST_8_BIT:
        return UnitGuess(
            "relative",
            f"Depth read as relative, far is bright: no value is above {largest}, "
            "too coarse for a length.",
        )
    if largest > _LARGEST_16_BIT:
        return _guess_by_median(float(np.median(measured)), f"{bits}-bit values")
    counts = np.bincount(measured.astype(np.uint16), minlength=_LARGEST_16_BIT + 1)
    return _guess_by_bits(counts) or _guess_by_median(
        _median(counts[:_LARGEST_16_BIT]), f"{bits}-bit values"
    )


def _guess_decimals(measured: NDArray) -> UnitGuess:
    median, largest = float(np.median(measured)), float(measured.max())
    if abs(largest - 1) < 1e-6 or (largest == _LARGEST_8_BIT and median > 10):
        return UnitGuess(
            "relative",
            f"Depth read as relative, far is bright: its largest value is {largest:g}, "
            "so it was stretched to a fixed range.",
        )
    if median < _NEAREST_DESK_M:
        return UnitGuess(
            "relative",
            f"Depth read as relative, far is bright: the median {median:.3g} would be "
            "too near in metres.",
        )
    if median <= _FARTHEST_STREET_M:
        return UnitGuess(
            "m",
            f"Depth read as metres: decimal values with median {median:.2f} fit a "
            "scene of that size.",
        )
    return _guess_by_median(median, "decimal values")


def _guess_by_median(median: float, values: str) -> UnitGuess:
    if median <= _BY_MEDIAN[0][3]:
        return UnitGuess(
            "mm",
            f"Depth read as millimetres: {values} with median {median:.0f} fit a room "
            f"of {median / 1000:.1f} m.",
        )
    for unit, name, per_metre, limit in _BY_MEDIAN[1:]:
        if median < limit:
            return UnitGuess(
                unit,
                f"Depth read as {name}: {values} with median {median:.0f} would be "
                f"{median / 1000:.0f} m in millimetres, too far for a room, and is "
                f"{median / per_metre:.1f} m in this unit.",
            )
    return UnitGuess(
        "relative",
        f"Depth read as relative, far is bright: {values} with median {median:.0f} fit "
        "no unit of length.",
    )


def _guess_by_bits(counts: NDArray[np.int64]) -> UnitGuess | None:
    codes = np.flatnonzero(counts)
    if codes.size < _ENOUGH_VALUES:
        return None
    median = _median(counts)
    if _is_kinect(codes):
        return UnitGuess(
            "kinect-disparity",
            "Depth read as raw Kinect disparity, not lengths: all values are 11-bit "
            "codes and 2047 marks holes, so metres are 351.3 / (1092.5 - value).",
        )
    if _is_sun(counts, codes):
        return UnitGuess(
            "sun-rgbd",
            "Depth read as SUN RGB-D's rotated millimetres: the low bits of nearly all "
            f"values are empty, and the median is {median / 8000:.1f} m turned back.",
        )
    if _is_stretched(counts, codes):
        return UnitGuess(
            "relative",
            "Depth read as relative, far is bright: the values reach 65535, so they "
            "were stretched to the whole range of 16 bits.",
        )
    return _guess_by_step(counts, median)


def _guess_by_step(counts: NDArray[np.int64], median: float) -> UnitGuess | None:
    for unit, name, step, per_metre in (
        ("0.1 mm", "tenths of a millimetre", 10, 10_000),
        ("1/5000 m", "1/5000 metre", 5, 5_000),
    ):
        # Nearer than 0.8 m a map in whole half centimetres is as likely.
        if counts[::step].sum() >= _NEARLY_ALL * counts.sum() and (
            median > 0.8 * per_metre
        ):
            return UnitGuess(
                unit,
                f"Depth read as {name}: nearly all values are multiples of {step}, so "
                f"they were whole millimetres, and the median {median:.0f} is "
                f"{median / per_metre:.1f} m.",
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
    return share > 0.5 and np.gcd.reduce(low >> 3) == 1 and _median(counts) > 2_000


def _is_stretched(counts: NDArray[np.int64], codes: NDArray[np.int64]) -> bool:
    """Whether the largest code is reached smoothly, and not as a mark for holes."""
    if codes[-1] != _LARGEST_16_BIT or codes.size < 2:
        return False
    few = counts[-1] <= 0.01 * counts.sum()
    return bool(few and codes[-2] > 0.98 * _LARGEST_16_BIT)


def _median(counts: NDArray[np.int64]) -> float:
    total = np.cumsum(counts)
    return float(np.searchsorted(total, total[-1] / 2))
