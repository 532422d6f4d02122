"""From the numbers in a depth file to metres."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.rgbd.unit_guess import guess_unit
from fusionviz.errors import InputError

UNIT_LABELS = {
    "auto": "guess from the values",
    "m": "metres",
    "cm": "centimetres",
    "mm": "millimetres",
    "1/5000 m": "1/5000 metre (TUM RGB-D)",
    "0.1 mm": "tenths of a millimetre",
    "1/256 m": "1/256 metre (KITTI)",
    "sun-rgbd": "millimetres with rotated bits (SUN RGB-D)",
    "kinect-disparity": "raw Kinect disparity, 11 bits",
    "relative": "relative, far is bright",
    "disparity": "disparity, near is bright",
}
"""What each depth unit is, as a person reads it."""

DEPTH_UNITS = tuple(UNIT_LABELS)
"""The values of `depth_unit`."""

_PER_METRE = {"m": 1, "cm": 100, "mm": 1000} | {
    "1/5000 m": 5000,
    "0.1 mm": 10_000,
    "1/256 m": 256,
}
_RELATIVE = ("relative", "disparity")
# The largest number of a half float and of 16 bits: renderers and sensors write them
# where nothing was hit.
_LARGEST_HALF, _SATURATED = 65504, 65535
_PLAUSIBLE_METRES = (0.05, 100.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class DepthMap:
    """Distances, and what was assumed to get them.

    Attributes:
        depth_m: Float32 (height, width), metres if `is_metric`, else without unit; far
            is large, NaN where nothing was measured.
        is_metric: Whether `depth_m` is in metres.
        notes: What was assumed, one sentence each.
    """

    depth_m: NDArray[np.float32]
    is_metric: bool
    notes: tuple[str, ...]


def check_unit(unit: str) -> None:
    """Refuse a unit that is not among `DEPTH_UNITS`.

    Raises:
        InputError: Naming the units that there are.
    """
    if unit not in DEPTH_UNITS:
        raise InputError(
            f"The depth unit {unit!r} is not known: choose one of "
            f"{', '.join(DEPTH_UNITS)}."
        )


def to_depth(values: NDArray, unit: str = "auto") -> DepthMap:
    """Return distances from the numbers that a depth file holds.

    Zero, negative, NaN and infinite numbers are holes, and so are those that mark one:
    65535 in whole numbers, 65504 (the largest half float) and more in decimal ones.

    - Units of length divide by their number in a metre.
    - "sun-rgbd" turns 16 bits right by three (Song et al. 2015), then millimetres.
    - "kinect-disparity" is 351.3 / (1092.5 - v) metres (Silberman et al. 2012), from
      11 bits in either byte order.
    - "relative" divides by the largest number; "disparity" is median / v. Neither is
      in metres.

    Args:
        values: Real numbers, (height, width).
        unit: One of `DEPTH_UNITS`.

    Raises:
        InputError: If nothing was measured, or the unit cannot be.
    """
    check_unit(unit)
    positive = np.isfinite(values) & (values > 0)
    if values.dtype.kind == "f":
        positive &= values < _LARGEST_HALF
    if not positive.any():
        raise InputError(
            "The depth map holds no distance, all its pixels are zero, negative, NaN "
            "or infinite: check how it was exported."
        )
    notes: tuple[str, ...] = (f"Depth read as {UNIT_LABELS[unit]}, as you chose.",)
    if unit == "auto":
        unit, reason = guess_unit(values[positive])
        notes = (reason,)
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        depth = _convert(values, positive, unit)
    depth[~(np.isfinite(depth) & (depth > 0))] = np.nan
    is_metric = unit not in _RELATIVE
    return DepthMap(
        depth_m=depth,
        is_metric=is_metric,
        notes=notes + _remarks(depth, is_metric=is_metric, unit=unit),
    )


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
        return _divided(values, positive, float(values[positive].max()))
    if unit == "disparity":
        depth = _divided(values, positive, float(np.median(values[positive])))
        return np.reciprocal(depth)
    if values.dtype.kind in "iu":
        positive = positive & (values != _SATURATED)
    return _divided(values, positive, _PER_METRE[unit])


def _divided(
    values: NDArray, measured: NDArray[np.bool_], divisor: float
) -> NDArray[np.float32]:
    depth = np.full(values.shape, np.nan, np.float32)
    depth[measured] = values[measured] / divisor
    return depth


def _codes(values: NDArray, unit: str) -> NDArray[np.uint16]:
    if values.dtype.kind not in "iu" or values.min() < 0 or values.max() > _SATURATED:
        raise InputError(
            f"Depth in the unit '{unit}' is whole numbers of 16 bits and this file "
            "holds others: choose another unit."
        )
    return values.astype(np.uint16)


def _kinect_codes(codes: NDArray[np.uint16]) -> NDArray[np.uint16]:
    return codes.byteswap() if codes.max() > 2047 else codes


def _remarks(
    depth: NDArray[np.float32], *, is_metric: bool, unit: str
) -> tuple[str, ...]:
    measured = depth[~np.isnan(depth)]
    if measured.size == 0:
        raise InputError(
            f"Read as {UNIT_LABELS[unit]}, the depth map holds no distance at all: "
            "choose another unit."
        )
    remarks = []
    if measured.min() == measured.max():
        if not is_metric:
            raise InputError(
                "The depth map holds one single value, as a mask does: upload the "
                "file with the distances."
            )
        remarks.append("Depth is the same everywhere: is it a mask?")
    if unit == "kinect-disparity":
        remarks.append("Raw Kinect depth is not registered: RGB edges may lie beside.")
    if is_metric:
        remarks += _doubt(float(np.median(measured)))
    if measured.size < depth.size:
        share = 1 - measured.size / depth.size
        remarks.append(f"Depth has holes: {share:.1%} of its pixels were not measured.")
    return tuple(remarks)


def _doubt(median_m: float) -> list[str]:
    low, high = _PLAUSIBLE_METRES
    if low <= median_m <= high:
        return []
    return [f"Half of the depth map lies beyond {median_m:.3g} m: is the unit right?"]
