"""From samples to what the RGB-D models read: square, scaled, on one device."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.data.records import RGBDSample

DEPTH_RANGE_M = 10.0
"""Depths are clipped to 0..10 m and mapped to -1..1."""

RELATIVE_MEDIAN_M = 2.5
"""Relative depth is scaled so that its median is that of a room."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RGBDBatch:
    """A batch of RGB-D pairs as the models read them.

    Attributes:
        rgb: Colours in -1..1, zeros where the modality is missing.
        depth: `2 * metres / 10 - 1`, holes filled from their nearest measured pixel,
            zeros where the modality is missing.
        depth_valid: Where depth was measured.
        rgb_present: Which samples have colours.
        depth_present: Which samples have depth.
    """

    rgb: Float[Tensor, "batch 3 height width"]
    depth: Float[Tensor, "batch 1 height width"]
    depth_valid: Bool[Tensor, "batch 1 height width"]
    rgb_present: Bool[Tensor, " batch"]
    depth_present: Bool[Tensor, " batch"]

    def to(
        self, device: torch.device | str, dtype: torch.dtype | None = None
    ) -> "RGBDBatch":
        """Return the batch on a device, its real tensors in `dtype` if given."""
        moved = {}
        for field in fields(self):
            tensor = getattr(self, field.name)
            wanted = dtype if tensor.is_floating_point() else None
            moved[field.name] = tensor.to(device=device, dtype=wanted)
        return RGBDBatch(**moved)

    def __getitem__(self, index: slice | Tensor) -> "RGBDBatch":
        return RGBDBatch(**{f.name: getattr(self, f.name)[index] for f in fields(self)})

    def __len__(self) -> int:
        return len(self.rgb)


def to_batch(samples: Sequence[RGBDSample], size: int) -> RGBDBatch:
    """Return samples as one batch of squares, `size` pixels a side.

    The largest centred square is kept. Colours are averaged over area, depth takes
    the nearest pixel, so that no depth is invented between two surfaces.

    Raises:
        ValueError: There is no sample.
    """
    if not samples:
        raise ValueError("a batch needs at least one sample, got none")
    pairs = [(_colours(sample, size), *_depth(sample, size)) for sample in samples]
    rgb, depth, valid = (np.stack(column) for column in zip(*pairs, strict=True))
    return RGBDBatch(
        rgb=torch.from_numpy(rgb),
        depth=torch.from_numpy(depth),
        depth_valid=torch.from_numpy(valid),
        rgb_present=torch.tensor([s.rgb is not None for s in samples]),
        depth_present=torch.tensor([s.depth_m is not None for s in samples]),
    )


def label_map(sample: RGBDSample, size: int) -> Int[Tensor, "height width"]:
    """Return the labels of a sample, cropped and resized like its pixels.

    Raises:
        ValueError: The sample has no labels.
    """
    if sample.label is None:
        raise ValueError("the sample has no labels")
    square = centre_square(sample.label).astype(np.int32)
    resized = cv2.resize(square, (size, size), interpolation=cv2.INTER_NEAREST)
    return torch.from_numpy(resized.astype(np.int64))


def depth_to_metres(code: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Return metres from the -1..1 that the models read and write."""
    return (code + 1) * (DEPTH_RANGE_M / 2)


def centre_square(image: NDArray) -> NDArray:
    """Return the largest centred square of an image (height, width, ...)."""
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side]


def _colours(sample: RGBDSample, size: int) -> NDArray[np.float32]:
    if sample.rgb is None:
        return np.zeros((3, size, size), np.float32)
    square = centre_square(sample.rgb)
    shrinks = square.shape[0] > size
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    resized = cv2.resize(square, (size, size), interpolation=how)
    return (resized.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)


def _depth(
    sample: RGBDSample, size: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    if sample.depth_m is None:
        shape = (1, size, size)
        return np.zeros(shape, np.float32), np.zeros(shape, np.bool_)
    square = centre_square(sample.depth_m)
    resized = cv2.resize(square, (size, size), interpolation=cv2.INTER_NEAREST)
    depth_m = resized.astype(np.float32)
    valid = np.isfinite(depth_m)
    depth_m = _fill_holes(depth_m, valid)
    if not sample.depth_is_metric:
        depth_m = depth_m * (RELATIVE_MEDIAN_M / max(float(np.median(depth_m)), 1e-6))
    code = np.clip(depth_m, 0, DEPTH_RANGE_M) * (2 / DEPTH_RANGE_M) - 1
    return code[None].astype(np.float32), valid[None]


def _fill_holes(
    depth_m: NDArray[np.float32], valid: NDArray[np.bool_]
) -> NDArray[np.float32]:
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
