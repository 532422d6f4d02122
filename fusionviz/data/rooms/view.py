"""Pinhole cameras.

Camera axes: x to the right, y down, z forward, so depth is the z of a point and the
normal of a surface that faces the camera has a negative z.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Intrinsics(NamedTuple):
    """Focal lengths and principal point in pixels; pixel centres are whole numbers."""

    fx: float
    fy: float
    cx: float
    cy: float


class View(NamedTuple):
    """A camera: where it stands, its axes as rows in world axes, and its intrinsics."""

    position: NDArray[np.float64]
    axes: NDArray[np.float64]
    fx: float
    fy: float
    cx: float
    cy: float

    @property
    def intrinsics(self) -> Intrinsics:
        """Focal lengths and principal point."""
        return Intrinsics(self.fx, self.fy, self.cx, self.cy)


def look_at(
    position: tuple[float, float, float],
    target: tuple[float, float, float],
    field_of_view: float,
    size: tuple[int, int],
    roll: float = 0.0,
) -> View:
    """Return the view from a position towards a target.

    Args:
        position: Camera centre in world axes, metres.
        target: Point that lands on the principal point.
        field_of_view: Angle across the longer side of the image, radians.
        size: Height and width of the image in pixels.
        roll: Turn about the optical axis, radians.

    Raises:
        ValueError: If the camera looks straight up or down, or at itself.
    """
    gaze = np.subtract(target, position).astype(np.float64)
    if math.hypot(gaze[0], gaze[1]) < 1e-9:
        raise ValueError(f"cannot look from {position} at {target}: no heading")
    forward = gaze / np.linalg.norm(gaze)
    right = np.array([forward[1], -forward[0], 0.0])
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    cos, sin = math.cos(roll), math.sin(roll)
    axes = np.array([cos * right + sin * down, cos * down - sin * right, forward])
    height, width = size
    focal = 0.5 * max(height, width) / math.tan(0.5 * field_of_view)
    centre = ((width - 1) / 2, (height - 1) / 2)
    return View(np.array(position, np.float64), axes, focal, focal, *centre)


def supersample(view: View, factor: int) -> View:
    """Return the view with `factor` times as many pixels each way."""
    shift = 0.5 * (factor - 1)
    return view._replace(
        fx=view.fx * factor,
        fy=view.fy * factor,
        cx=view.cx * factor + shift,
        cy=view.cy * factor + shift,
    )
