"""The changes that training makes to samples, so that none is seen twice alike."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fusionviz.data.records import RGBDSample


@dataclass(frozen=True, kw_only=True)
class Variation:
    """How far training samples are changed; in a recipe, the table `augment`.

    Attributes:
        crop: Smallest share of the sides that a window keeps.
        wander: Whether the window is a square from anywhere in the image. Otherwise it
            has the image's shape, and models read the square in its middle: what lies
            left and right of that in a wide image is never seen.
        light: Largest relative change of brightness.
        colour: Largest relative change of each of red, green and blue.
        gamma: Largest relative change of the exponent of colours, which changes
            contrast in the dark and in the light.
        depth: Largest relative change of the exponent of depths about their median,
            and of metric depths' scale.
        grey: How often colours become grey.
        relight: False keeps colours as they are.
        relative: How often metric depth is taken as relative, so that a model learns
            to read both.
        draws: In how many ways a sample is varied, drawn once for all; 0 for always
            another. Few ways let what an encoder makes of them be kept.
    """

    crop: float = 0.8
    wander: bool = False
    light: float = 0.15
    colour: float = 0.05
    gamma: float = 0.0
    depth: float = 0.0
    grey: float = 0.0
    relight: bool = True
    relative: float = 0.0
    draws: int = 0

    def __post_init__(self) -> None:
        """Check the ranges."""
        if not 0 < self.crop <= 1:
            raise ValueError(f"crop is a share above 0, at most 1, got {self.crop}")
        if self.draws < 0:
            raise ValueError(f"draws is a count, or 0 for any, got {self.draws}")
        for name in ("light", "colour", "gamma", "depth", "grey", "relative"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise ValueError(f"{name} is a share from 0 to 1, got {value}")


def read_variation(
    augment: bool | Mapping[str, Any], *, relight: bool = True
) -> Variation | None:
    """Return what a recipe's `augment` asks for: nothing, the default, or a table.

    Raises:
        TypeError: The table has an unknown entry.
        ValueError: An entry is out of range.
    """
    if isinstance(augment, Mapping):
        return Variation(**{"relight": relight, **augment})
    return Variation(relight=relight) if augment else None


def vary(
    sample: RGBDSample,
    random: np.random.Generator,
    variation: Variation = Variation(),  # noqa: B008
) -> RGBDSample:
    """Return a sample mirrored half of the time, cropped, in another light.

    Whatever it has a value of at each pixel goes along. Normals of a mirrored sample
    point the other way sideways.

    Args:
        sample: Kept as it is.
        random: What to draw from.
        variation: How far to go.
    """
    if variation.draws:
        draw = int(random.integers(variation.draws))
        random = np.random.default_rng([_fingerprint(sample), draw])
    mirrored = bool(random.integers(2))
    height, width = sample.size
    share = random.uniform(variation.crop, 1.0)
    rows, columns = round(share * height), round(share * width)
    if variation.wander:
        rows = columns = min(rows, columns)
    top = int(random.integers(height - rows + 1))
    left = int(random.integers(width - columns + 1))

    changed: dict[str, Any] = {}
    for field in fields(sample):
        values = getattr(sample, field.name)
        if isinstance(values, np.ndarray) and values.shape[:2] == (height, width):
            window = values[top : top + rows, left : left + columns]
            changed[field.name] = window[:, ::-1] if mirrored else window
    if mirrored and "normal" in changed:
        changed["normal"] = changed["normal"] * np.array([-1, 1, 1], np.float32)
    # Drawn whether it is used or not: depth is varied alike with relit colours or not.
    light = random.uniform(1 - variation.light, 1 + variation.light)
    tint = random.uniform(1 - variation.colour, 1 + variation.colour, 3)
    if variation.relight and sample.rgb is not None:
        changed["rgb"] = _relight(changed["rgb"], light * tint, random, variation)
    if variation.depth and sample.depth_m is not None:
        changed["depth_m"] = _stretch(
            changed["depth_m"], random, variation.depth, sample.depth_is_metric
        )
    if variation.relative and random.random() < variation.relative:
        changed["depth_is_metric"] = False
    return replace(sample, **changed)


def _fingerprint(sample: RGBDSample) -> int:
    """Return a number that depends on what a sample shows, and on nothing else."""
    arrays = [array for array in (sample.rgb, sample.depth_m) if array is not None]
    number = 0
    for array in arrays:
        number = zlib.crc32(np.ascontiguousarray(array).tobytes(), number)
    return number


def _relight(
    rgb: NDArray[np.uint8],
    light: NDArray[np.float64],
    random: np.random.Generator,
    variation: Variation,
) -> NDArray[np.uint8]:
    """Return colours under another light, of another contrast, or grey.

    By a table of the 256 values that a colour can have: many times as fast.
    """
    table: NDArray = np.arange(256)[:, None] * light
    if variation.gamma:
        exponent = 1 + random.uniform(-variation.gamma, variation.gamma)
        table = 255 * (table / 255) ** exponent
    table = np.clip(table, 0, 255).astype(np.uint8)
    changed = cv2.LUT(np.ascontiguousarray(rgb), table[None]).astype(np.uint8)
    if variation.grey and random.random() < variation.grey:
        mean = changed.mean(axis=-1, keepdims=True).astype(np.uint8)
        changed = np.repeat(mean, 3, axis=-1)
    return changed


def _stretch(
    depth_m: NDArray[np.float32],
    random: np.random.Generator,
    share: float,
    is_metric: bool,
) -> NDArray[np.float32]:
    """Return depths stretched about their median, and scaled if they are metric."""
    exponent, scale = 1 + random.uniform(-share, share, 2)
    if not np.isfinite(depth_m).any():
        return depth_m
    middle = max(float(np.nanmedian(depth_m)), 1e-6)
    stretched = middle * (depth_m / middle) ** exponent
    return (stretched * (scale if is_metric else 1)).astype(np.float32)
