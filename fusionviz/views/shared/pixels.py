"""Arrays to pictures that a chart can carry: PNG in a data address."""

import base64

import cv2
import numpy as np
from numpy.typing import NDArray

HATCH_SIDE = 512
"""Pixels on the long side of a hatching, so that its lines stay thin when shown."""


def picture_address(pixels: NDArray[np.uint8], *, longest: int | None = None) -> str:
    """Return a picture as a PNG data address.

    Args:
        pixels: (height, width), (height, width, 3) RGB, or (height, width, 4) RGBA.
        longest: Shrink the picture to at most so many pixels a side.
    """
    if longest is not None and max(pixels.shape[:2]) > longest:
        scale = longest / max(pixels.shape[:2])
        size = (round(scale * pixels.shape[1]), round(scale * pixels.shape[0]))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    if pixels.ndim == 3:
        swap = cv2.COLOR_RGBA2BGRA if pixels.shape[2] == 4 else cv2.COLOR_RGB2BGR
        pixels = np.asarray(cv2.cvtColor(pixels, swap))
    _, encoded = cv2.imencode(".png", pixels)
    return "data:image/png;base64," + base64.b64encode(encoded.tobytes()).decode()


def photo_address(rgb: NDArray[np.uint8], *, sharp: bool = False) -> str:
    """Return colours as a JPEG data address, a sixth of the PNG's size.

    For figures of many or of large pictures; the loss is below what can be seen.

    Args:
        rgb: (height, width, 3).
        sharp: Whether colours are kept in every pixel, for areas with edges.
    """
    swapped = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    options = [cv2.IMWRITE_JPEG_QUALITY, 92]
    if sharp:
        every_pixel = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
        options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, every_pixel]
    _, encoded = cv2.imencode(".jpg", swapped, options)
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode()


def hatching(where: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return diagonal grey lines over a mask, RGBA, transparent elsewhere.

    The lines are drawn at a finer grain than the mask where that is coarse. Mid grey
    on a faint veil can be told from both grounds and from every scale in use.
    """
    grow = max(1, HATCH_SIDE // max(where.shape))
    fine = where.repeat(grow, axis=0).repeat(grow, axis=1)
    rows, columns = np.indices(fine.shape)
    period = max(6, max(fine.shape) // 48)
    line = (rows + columns) % period < max(1, period // 4)
    picture = np.zeros((*fine.shape, 4), np.uint8)
    picture[fine] = (150, 150, 150, 70)
    picture[fine & line] = (128, 128, 128, 255)
    return picture


def two_tone_hatching(where: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return diagonal pairs of a dark and a light line over a mask, RGBA.

    One of the two can be seen on any colour, by any eye. What lies between them stays
    as it is, so that colours below keep their meaning.
    """
    grow = max(1, HATCH_SIDE // max(where.shape))
    fine = where.repeat(grow, axis=0).repeat(grow, axis=1)
    rows, columns = np.indices(fine.shape, dtype=np.int32)
    period = max(12, max(fine.shape) // 40)
    thick = period // 6
    along = (rows + columns) % period
    picture = np.zeros((*fine.shape, 4), np.uint8)
    picture[fine & (along < thick)] = (20, 20, 20, 230)
    picture[fine & (along >= thick) & (along < 2 * thick)] = (255, 255, 255, 230)
    return picture


def grey_depth(depth_m: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return a depth map as a grey picture to draw upon: near bright, far dark."""
    finite = np.isfinite(depth_m)
    if not finite.any():
        return np.full((*depth_m.shape, 3), 128, np.uint8)
    near, far = np.percentile(depth_m[finite], (1, 99))
    closeness = (far - np.nan_to_num(depth_m, nan=far)) / max(far - near, 1e-6)
    grey = (40 + 190 * np.clip(closeness, 0, 1)).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def quiet(rgb: NDArray[np.uint8], *, colour: float = 0.45) -> NDArray[np.uint8]:
    """Return a picture with less colour, so that what is drawn upon it is read."""
    grey = rgb.mean(axis=2, keepdims=True, dtype=np.float32)
    return (grey + colour * (rgb - grey)).astype(np.uint8)


def every(shape: tuple[int, ...], longest: int) -> int:
    """Return the step that keeps at most `longest` samples a side."""
    return max(1, -(-max(shape[:2]) // longest))
