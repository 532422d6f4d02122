"""Bringing an RGB picture and a depth map of different sizes together."""

import numpy as np
from numpy.typing import NDArray

# Sizes are whole pixels, so shapes that mean the same can differ by this much.
_SAME_ASPECT = 0.01


def bring_together(
    rgb: NDArray[np.uint8], depth: NDArray[np.float32]
) -> tuple[NDArray[np.uint8], NDArray[np.float32], tuple[str, ...]]:
    """Return both at one size, and what was done to them.

    The depth map is resized to the RGB picture by its nearest pixel, which invents no
    distance. Where the aspects differ, both are cropped around their centres first:
    to the flatter of the two where the widths agree, or where depth is the flatter and
    its width goes evenly into RGB's, as when a video mode cuts rows off the same
    sensor, else to the narrower.

    Args:
        rgb: Colours, (height, width, 3).
        depth: Distances, (height, width).
    """
    if rgb.shape[:2] == depth.shape:
        return rgb, depth, ()
    sizes = f"RGB has {_size(rgb)} pixels and depth {_size(depth)}"
    aspect_rgb, aspect_depth = (a.shape[1] / a.shape[0] for a in (rgb, depth))
    if abs(aspect_depth / aspect_rgb - 1) <= _SAME_ASPECT:
        note = f"{sizes}: depth was resized to RGB, each pixel from its nearest one."
        return rgb, resize_nearest(depth, rgb.shape[:2]), (note,)
    same_width = rgb.shape[1] == depth.shape[1]
    rows_cut = aspect_depth > aspect_rgb and rgb.shape[1] % depth.shape[1] == 0
    aspect = (max if same_width or rows_cut else min)(aspect_rgb, aspect_depth)
    rgb, depth = crop_to_aspect(rgb, aspect), crop_to_aspect(depth, aspect)
    note = f"{sizes}: both were cropped around their centres to {_size(rgb)}."
    return rgb, resize_nearest(depth, rgb.shape[:2]), (note,)


def lies_across(rgb: NDArray[np.uint8], depth: NDArray[np.float32]) -> bool:
    """Return whether one of the two is upright and the other on its side."""
    (height, width), (depth_height, depth_width) = rgb.shape[:2], depth.shape
    return (width - height) * (depth_width - depth_height) < 0


def resize_nearest(array: NDArray, size: tuple[int, int]) -> NDArray:
    """Return an array (height, width, ...) at another size, by the nearest pixel.

    Pixel i of n looks up pixel floor((i + 1/2) m / n) of m.
    """
    rows, columns = (
        ((2 * np.arange(new) + 1) * old) // (2 * new)
        for new, old in zip(size, array.shape[:2], strict=True)
    )
    return array[rows[:, None], columns]


def crop_to_aspect(array: NDArray, aspect: float) -> NDArray:
    """Return the largest centred part whose width / height is nearest to `aspect`."""
    height, width = array.shape[:2]
    new_width = min(width, max(1, round(height * aspect)))
    new_height = min(height, max(1, round(width / aspect)))
    top, left = (height - new_height) // 2, (width - new_width) // 2
    part = array[top : top + new_height, left : left + new_width]
    return np.ascontiguousarray(part)


def _size(array: NDArray) -> str:
    return f"{array.shape[1]} x {array.shape[0]}"
