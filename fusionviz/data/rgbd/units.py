"""From the numbers in a depth file to metres."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.rgbd.unit_evidence import sampled
from fusionviz.data.rgbd.unit_guess import UnitChoice, guess_unit
from fusionviz.data.rgbd.unit_table import (
    DEPTH_UNITS,
    UNIT_LABELS,
    WITHOUT_UNIT,
    check_unit,
    label_of,
    per_metre,
)
from fusionviz.errors import InputError

__all__ = ["DEPTH_UNITS", "UNIT_LABELS", "DepthMap", "check_unit", "to_depth"]

# The largest number of a half float and of 16 bits: renderers and sensors write them
# where nothing was hit, and nothing else is so far.
_LARGEST_HALF, _SATURATED = 65504, 65535
_BEYOND_ALL = 1e9
_PLAUSIBLE_METRES = (0.05, 100.0)
_ENDOSCOPY = ("serv-ct", "c3vd")
_ARCORE_BITS = 13


@dataclass(frozen=True, kw_only=True, eq=False)
class DepthMap:
    """Distances, and what was assumed to get them.

    Attributes:
        depth_m: Float32 (height, width), metres if `is_metric`, else without unit; far
            is large, NaN where nothing was measured.
        is_metric: Whether `depth_m` is in metres.
        unit: What the numbers were read as.
        choices: The units that the values make likely, the likeliest first.
        assumptions: What was assumed, one sentence each.
    """

    depth_m: NDArray[np.float32]
    is_metric: bool
    unit: str
    choices: tuple[UnitChoice, ...]
    assumptions: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed, and how much was not measured."""
        return self.assumptions + note_holes(self.depth_m)


def to_depth(values: NDArray, unit: str = "auto", *, is_pfm: bool = False) -> DepthMap:
    """Return distances from the numbers that a depth file holds.

    Zero, negative, NaN and infinite numbers are holes, and so are those that mark one:
    65535 in whole numbers, 65504 in half floats, 1e9 and more in decimal ones, and
    there 65504 and 65535 too where nothing else is half as large.

    - Units of length divide by their number in a metre.
    - "sun-rgbd" turns 16 bits right by three (Song et al. 2015), then millimetres.
    - "arcore" takes the low 13 bits as millimetres (Android's DEPTH16).
    - "kinect-disparity" is 351.3 / (1092.5 - v) metres (Silberman et al. 2012), from
      11 bits in either byte order.
    - "relative" divides by the largest number; "disparity" is median / v. Neither is
      in metres.

    Args:
        values: Real numbers, (height, width).
        unit: As `check_unit` takes it.
        is_pfm: Whether they come from a portable float map.

    Raises:
        InputError: If nothing was measured, or the unit cannot be.
    """
    unit = check_unit(unit)
    positive = np.isfinite(values) & (values > 0)
    if values.dtype.kind == "f":
        positive &= ~_marks(values, positive)
    if not positive.any():
        raise InputError(
            "The depth map holds no distance, all its pixels are zero, negative, NaN "
            "or infinite: check how it was exported."
        )
    guess = guess_unit(values, positive, is_pfm=is_pfm)
    notes: tuple[str, ...] = (f"Depth read as {label_of(unit)}, as you chose.",)
    if unit == "auto":
        unit, notes = guess.unit, guess.notes
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        depth = _convert(values, positive, unit)
    depth[~(np.isfinite(depth) & (depth > 0))] = np.nan
    return DepthMap(
        depth_m=depth,
        is_metric=unit not in WITHOUT_UNIT,
        unit=unit,
        choices=guess.choices,
        assumptions=notes + _remarks(depth, unit),
    )


def note_holes(depth: NDArray[np.float32]) -> tuple[str, ...]:
    """Return how much of a depth map was not measured, in a sentence or none."""
    share = float(np.isnan(depth).mean())
    if not share:
        return ()
    return (f"Depth has holes: {share:.1%} of its pixels were not measured.",)


def _marks(values: NDArray, positive: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where decimal numbers say that nothing was measured."""
    if values.dtype.itemsize == 2:
        return values >= _LARGEST_HALF
    beyond = values >= _BEYOND_ALL
    if (values == _LARGEST_HALF).any() or (values == _SATURATED).any():
        marks = (values == _LARGEST_HALF) | (values == _SATURATED)
        others = values[positive & ~beyond & ~marks]
        if not others.size or others.max() < _LARGEST_HALF / 2:
            beyond |= marks
    return beyond


def _convert(
    values: NDArray, positive: NDArray[np.bool_], unit: str
) -> NDArray[np.float32]:
    if unit == "sun-rgbd":
        codes = _codes(values, unit)
        return _divided((codes >> 3) | (codes << 13), codes > 0, 1000)
    if unit == "kinect-disparity":
        codes = _kinect_codes(_codes(values, unit))
        metres = (351.3 / (1092.5 - codes)).astype(np.float32)
        metres[(codes == 0) | (codes > 1092)] = np.nan
        return metres
    if unit == "relative":
        largest = float(np.max(values, where=positive, initial=0))
        return _divided(values, positive, largest)
    if unit == "disparity":
        depth = _divided(values, positive, float(np.median(sampled(values, positive))))
        return np.reciprocal(depth, out=depth)
    if values.dtype.kind in "iu":
        positive = positive & (values != _SATURATED)
    if unit == "arcore":
        return _divided(_low_bits(values), positive, 1000)
    return _divided(values, positive, per_metre(unit) or 1)


def _divided(
    values: NDArray, measured: NDArray[np.bool_], divisor: float
) -> NDArray[np.float32]:
    depth = np.full(values.shape, np.nan, np.float32)
    return np.divide(values, divisor, out=depth, where=measured, casting="same_kind")


def _low_bits(values: NDArray) -> NDArray:
    """Return the bits that are a distance; decimal numbers have no others."""
    if values.dtype.kind == "f":
        return values
    return values & values.dtype.type(min((1 << _ARCORE_BITS) - 1, _largest(values)))


def _largest(values: NDArray) -> int:
    return int(np.iinfo(values.dtype).max)


def _codes(values: NDArray, unit: str) -> NDArray[np.uint16]:
    if values.dtype.kind not in "iu" or values.min() < 0 or values.max() > _SATURATED:
        raise InputError(
            f"Depth in the unit '{unit}' is whole numbers of 16 bits and this file "
            "holds others: choose another unit."
        )
    return values.astype(np.uint16)


def _kinect_codes(codes: NDArray[np.uint16]) -> NDArray[np.uint16]:
    return codes.byteswap() if codes.max() > 2047 else codes


def _remarks(depth: NDArray[np.float32], unit: str) -> tuple[str, ...]:
    there = ~np.isnan(depth)
    if not there.any():
        raise InputError(
            f"Read as {label_of(unit)}, the depth map holds no distance at all: "
            "choose another unit."
        )
    remarks = []
    if np.nanmin(depth) == np.nanmax(depth):
        if unit in WITHOUT_UNIT:
            raise InputError(
                "The depth map holds one single value, as a mask does: upload the "
                "file with the distances."
            )
        remarks.append("Depth is the same everywhere: is it a mask?")
    if unit == "kinect-disparity":
        remarks.append("Raw Kinect depth is not registered: RGB edges may lie beside.")
    if unit not in WITHOUT_UNIT + _ENDOSCOPY:
        remarks += _doubt(float(np.median(sampled(depth, there))))
    return tuple(remarks)


def _doubt(median_m: float) -> list[str]:
    low, high = _PLAUSIBLE_METRES
    if low <= median_m <= high:
        return []
    return [f"Half of the depth map lies beyond {median_m:.3g} m: is the unit right?"]
