"""The point cloud that a depth map stands for."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import Intrinsics

ASSUMED_FOV_DEG = 60.0
"""Horizontal field of view where none is known: a Kinect's is 57 to 60 degrees."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PointCloud:
    """Points in the camera's frame: x right, y down, z forward.

    Attributes:
        points: (point, 3), metres, or no unit if `metric` is False.
        colours: uint8 (point, 3), None where there is no RGB.
        measured: How many pixels of the sample have a depth.
        step: Every how many pixels, in rows and in columns, one was taken.
        fov_deg: Horizontal field of view.
        fov_assumed: Whether it is a guess.
        metric: Whether the points are in metres.
    """

    points: NDArray[np.float32]
    colours: NDArray[np.uint8] | None
    measured: int
    step: int
    fov_deg: float
    fov_assumed: bool
    metric: bool


def measure_points(sample: RGBDSample, *, most: int = 20_000) -> PointCloud:
    """Return the points of a depth map under a pinhole camera.

        x = (u - cx) z / fx,   y = (v - cy) z / fy

    A sample that knows its camera has it as `intrinsics`; for others the centre is the
    picture's, pixels are square, and the field of view is `ASSUMED_FOV_DEG`.

    Args:
        sample: Must have depth.
        most: Return about so many points at most, taken at a regular step.

    Raises:
        ValueError: The sample has no depth, or no pixel of it is measured.
    """
    if sample.depth_m is None:
        raise ValueError("a point cloud needs depth, and the sample has none")
    measured = int(np.isfinite(sample.depth_m).sum())
    if measured == 0:
        raise ValueError("a point cloud needs depth, and no pixel has been measured")
    step = max(1, math.ceil(math.sqrt(measured / most)))
    rows, columns = sample.depth_m.shape
    known: Intrinsics | None = getattr(sample, "intrinsics", None)
    camera = known or assumed_camera(rows, columns)
    v, u = np.mgrid[0:rows:step, 0:columns:step]
    z = sample.depth_m[::step, ::step]
    there = np.isfinite(z)
    v, u, z = v[there], u[there], z[there]
    x = (u - camera.cx) * z / camera.fx
    y = (v - camera.cy) * z / camera.fy
    return PointCloud(
        points=np.stack([x, y, z], axis=1).astype(np.float32),
        colours=None if sample.rgb is None else sample.rgb[v, u],
        measured=measured,
        step=step,
        fov_deg=math.degrees(2 * math.atan(columns / 2 / camera.fx)),
        fov_assumed=known is None,
        metric=sample.depth_is_metric,
    )


def assumed_camera(rows: int, columns: int) -> Intrinsics:
    """Return the camera that a picture of unknown origin is taken to be from."""
    focal = columns / 2 / math.tan(math.radians(ASSUMED_FOV_DEG) / 2)
    return Intrinsics(fx=focal, fy=focal, cx=(columns - 1) / 2, cy=(rows - 1) / 2)
