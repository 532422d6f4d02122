"""Smoothing that keeps the edges of another picture: the guided filter.

Within a window ω of side 2 r + 1 the answer is linear in the guide I,

    q_i = a_ω · I_i + b_ω,    (a, b) = argmin Σ_{i in ω} [(a · I_i + b - p_i)² + ε |a|²]

    a = (Σ_I + ε 1)⁻¹ cov(I, p),    b = mean(p) - a · mean(I)

and each pixel has the mean of a and of b over the windows that it lies in (He, Sun &
Tang 2013, eqs. 3 to 8 and 14 to 16). Where the guide is flat, a is 0 and p is averaged;
at an edge of the guide that p has too, q has it where the guide has it. a and b vary
slowly, so they are found on a coarse grid and applied to the fine guide (He & Sun
2015).
"""

from collections.abc import Iterator

import cv2
import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

Planes = Float[np.ndarray, "plane height width"]
Guide = Float[np.ndarray, "colour height width"]
FineGuide = Float[np.ndarray, "colour fine_height fine_width"]
FinePlane = Float[np.ndarray, "fine_height fine_width"]


def guided_planes(
    planes: Planes, guide: Guide, fine: FineGuide, *, radius: int, epsilon: float
) -> Iterator[FinePlane]:
    """Return planes at the size of a guide, with its edges, one after the other.

    Args:
        planes: What is filtered, each by itself, float32.
        guide: The guide on the grid of the planes, float32.
        fine: The same guide at the size that is wanted.
        radius: Of a window, in pixels of the planes' grid; it is cut at the border.
        epsilon: In squared units of the guide: what varies less within a window counts
            as flat.

    Yields:
        A plane of the fine guide's size.
    """
    middle = [box_mean(colour, radius) for colour in guide]
    spread = [
        [
            box_mean(one * other, radius) - middle[i] * middle[j]
            for j, other in enumerate(guide)
        ]
        for i, one in enumerate(guide)
    ]
    for i, row in enumerate(spread):
        row[i] = row[i] + np.float32(epsilon)
    size = (fine.shape[2], fine.shape[1])
    for plane in planes:
        level = box_mean(plane, radius)
        shared = [
            box_mean(colour * plane, radius) - one * level
            for colour, one in zip(guide, middle, strict=True)
        ]
        slopes = _solve(spread, shared)
        for slope, one in zip(slopes, middle, strict=True):
            level = level - slope * one
        answer = _resize(box_mean(level, radius), size)
        for slope, colour in zip(slopes, fine, strict=True):
            answer += _resize(box_mean(slope, radius), size) * colour
        yield answer


def box_mean(plane: NDArray, radius: int) -> NDArray:
    """Return the mean over each pixel's window, which is cut at the border."""
    side = (2 * radius + 1, 2 * radius + 1)

    def summed(values: NDArray) -> NDArray:
        return np.asarray(
            cv2.boxFilter(
                values, -1, side, normalize=False, borderType=cv2.BORDER_CONSTANT
            )
        )

    return summed(plane) / summed(np.ones_like(plane))


def _solve(matrix: list[list[NDArray]], right: list[NDArray]) -> list[NDArray]:
    """Return x of matrix x = right in every pixel, by elimination.

    Pivots of a symmetric positive definite matrix are positive in any order.
    """
    count = len(right)
    rows, values = [list(row) for row in matrix], list(right)
    for k in range(count):
        for i in range(k + 1, count):
            factor = rows[i][k] / rows[k][k]
            for j in range(k, count):
                rows[i][j] = rows[i][j] - factor * rows[k][j]
            values[i] = values[i] - factor * values[k]
    for k in reversed(range(count)):
        for j in range(k + 1, count):
            values[k] = values[k] - rows[k][j] * values[j]
        values[k] = values[k] / rows[k][k]
    return values


def _resize(plane: NDArray, size: tuple[int, int]) -> NDArray[np.float32]:
    """Return a plane at another size (width, height), in a straight line between."""
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR))
