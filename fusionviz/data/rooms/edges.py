"""Edge maps as Taskonomy defines them: of shape, and of the picture."""

import numpy as np
from numpy.typing import NDArray


def shape_edges(
    depth: NDArray[np.float32], normal: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return occlusion and crease edges in 0..1, blind to colour (height, width).

    As Taskonomy's 3-D edges (Zamir et al. 2018, `edge_occlusion`): jumps of inverse
    depth, which is linear across a plane's image, so planes show none; and turns of
    the normal.
    """
    inverse = 1.0 / depth
    jump = np.abs(_second(inverse, 0)) + np.abs(_second(inverse, 1))
    occlusion = np.clip(jump / inverse / 0.08 - 0.25, 0.0, 1.0)
    turn = np.zeros_like(depth)
    for axis in (0, 1):
        step = np.zeros_like(depth)
        inner = _span(axis, 1, -1)
        cosine = np.sum(normal[_span(axis, 2, None)] * normal[_span(axis, 0, -2)], -1)
        step[inner] = 1.0 - cosine
        turn = np.maximum(turn, step)
    crease = np.clip(1.6 * turn, 0.0, 1.0)
    return _soften(np.maximum(occlusion, crease)).astype(np.float32)


def picture_edges(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return edges of the picture in 0..1, without thinning (height, width).

    As Taskonomy's 2-D edges (Zamir et al. 2018, `edge_texture`): the gradient of the
    softened luminance, which is Canny's detector without non-maximum suppression.
    """
    red, green, blue = np.moveaxis(rgb.astype(np.float32) / 255.0, -1, 0)
    grey = 0.299 * red + 0.587 * green + 0.114 * blue
    down, across = np.gradient(_soften(grey))
    return np.clip(4.0 * np.hypot(down, across), 0.0, 1.0).astype(np.float32)


def _span(axis: int, start: int, stop: int | None) -> tuple[slice, ...]:
    """Return a slice along one of the two image axes."""
    chosen = slice(start, stop)
    return (chosen, slice(None)) if axis == 0 else (slice(None), chosen)


def _second(image: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """Return the second difference along an axis, 0 on the rim."""
    out = np.zeros_like(image)
    out[_span(axis, 1, -1)] = (
        image[_span(axis, 2, None)]
        - 2.0 * image[_span(axis, 1, -1)]
        + image[_span(axis, 0, -2)]
    )
    return out


def _soften(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the image under a 1-2-1 filter each way."""
    padded = np.pad(image, 1, mode="edge")
    tall = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    return 0.25 * tall[:, :-2] + 0.5 * tall[:, 1:-1] + 0.25 * tall[:, 2:]
