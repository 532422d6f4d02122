"""The image modalities that models read and write: one entry a modality."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fusionviz.data.records import RGBDSample

DEPTH_RANGE_M = 10.0
"""Depths are clipped to 0..10 m and mapped to -1..1."""

RELATIVE_MEDIAN_M = 2.5
"""Relative depth is scaled so that its median is that of a room."""

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

Size = int | tuple[int, int]
"""Pixels of what a model reads: the side of a square, for which the picture is cut to
its middle square, or height and width, into which the whole picture is fitted."""


def sides(size: Size) -> tuple[int, int]:
    """Return height and width."""
    return (size, size) if isinstance(size, int) else size


def as_size(value: Size | Sequence[int]) -> Size:
    """Return a size that JSON may have made a list."""
    if isinstance(value, int):
        return value
    height, width = value
    return height, width


@dataclass(frozen=True, kw_only=True)
class ImageModality:
    """How a modality becomes what a model reads.

    Attributes:
        channels: Channels of the image.
        read: (sample, size) -> image (channels, height, width) in -1..1 and where it
            was measured (height, width), or None where the sample lacks the modality.
        is_direction: Whether a pixel is a vector of length 1.
    """

    channels: int
    read: Callable[[RGBDSample, Size], tuple[Image, Mask] | None]
    is_direction: bool = False


def centre_square(image: NDArray) -> NDArray:
    """Return the largest centred square of an image (height, width, ...)."""
    height, width = image.shape[:2]
    top, left, side, _ = window_read((height, width), min(height, width))
    return image[top : top + side, left : left + side]


def part_read(image: NDArray, size: Size) -> NDArray:
    """Return the part of an image that a model of this size reads."""
    return centre_square(image) if isinstance(size, int) else image


def window_read(picture: tuple[int, int], size: Size) -> tuple[int, int, int, int]:
    """Return what a model of this size reads of a picture: top, left, height, width.

    Args:
        picture: Its height and width.
        size: Of what the model reads.
    """
    height, width = picture
    if not isinstance(size, int):
        return 0, 0, height, width
    side = min(height, width)
    return (height - side) // 2, (width - side) // 2, side, side


def fit_smoothly(image: NDArray, size: Size) -> NDArray:
    """Return what is read at another size, averaged over area if it shrinks."""
    part, (height, width) = part_read(image, size), sides(size)
    how = cv2.INTER_AREA if part.shape[0] > height else cv2.INTER_LINEAR
    return cv2.resize(part, (width, height), interpolation=how)


def fit_nearest(image: NDArray, size: Size) -> NDArray:
    """Return what is read at another size, each pixel the nearest of the old."""
    part, (height, width) = part_read(image, size), sides(size)
    return cv2.resize(part, (width, height), interpolation=cv2.INTER_NEAREST)


def _read_rgb(sample: RGBDSample, size: Size) -> tuple[Image, Mask] | None:
    if sample.rgb is None:
        return None
    resized = fit_smoothly(sample.rgb, size).astype(np.float32)
    return (resized / 127.5 - 1).transpose(2, 0, 1), np.ones(sides(size), bool)


def _read_depth(sample: RGBDSample, size: Size) -> tuple[Image, Mask] | None:
    """Depth takes the nearest pixel: none is invented between two surfaces."""
    if sample.depth_m is None:
        return None
    depth_m = fit_nearest(sample.depth_m, size).astype(np.float32)
    valid = np.isfinite(depth_m)
    depth_m = _fill_holes(depth_m, valid)
    if not sample.depth_is_metric:
        depth_m = depth_m * (RELATIVE_MEDIAN_M / max(float(np.median(depth_m)), 1e-6))
    code = np.clip(depth_m, 0, DEPTH_RANGE_M) * (2 / DEPTH_RANGE_M) - 1
    return code[None].astype(np.float32), valid


def _read_normal(sample: RGBDSample, size: Size) -> tuple[Image, Mask] | None:
    normal = getattr(sample, "normal", None)
    if normal is None:
        return None
    resized = fit_nearest(normal, size).astype(np.float32)
    return resized.transpose(2, 0, 1).copy(), np.ones(sides(size), bool)


def _read_unit(
    field: str,
) -> Callable[[RGBDSample, Size], tuple[Image, Mask] | None]:
    """Return a reader of a field in 0..1."""

    def read(sample: RGBDSample, size: Size) -> tuple[Image, Mask] | None:
        values = getattr(sample, field, None)
        if values is None:
            return None
        resized = fit_smoothly(values, size).astype(np.float32)
        return resized[None] * 2 - 1, np.ones(sides(size), bool)

    return read


MODALITIES: dict[str, ImageModality] = {
    "rgb": ImageModality(channels=3, read=_read_rgb),
    "depth": ImageModality(channels=1, read=_read_depth),
    "normal": ImageModality(channels=3, read=_read_normal, is_direction=True),
    "shade": ImageModality(channels=1, read=_read_unit("shade")),
    "edge": ImageModality(channels=1, read=_read_unit("edge")),
    "texture": ImageModality(channels=1, read=_read_unit("texture")),
}


def _fill_holes(depth_m: Image, valid: Mask) -> Image:
    """Return the map with each hole given the depth of its nearest measured pixel."""
    if valid.all():
        return depth_m
    if not valid.any():
        return np.full_like(depth_m, RELATIVE_MEDIAN_M)
    _, nearest = cv2.distanceTransformWithLabels(
        (~valid).astype(np.uint8),
        cv2.DIST_L2,
        cv2.DIST_MASK_PRECISE,
        labelType=cv2.DIST_LABEL_PIXEL,
    )
    depth_of_label = np.zeros(int(nearest.max()) + 1, np.float32)
    depth_of_label[nearest[valid]] = depth_m[valid]
    return depth_of_label[nearest]
