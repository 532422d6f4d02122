"""Telling distance from inverse distance by the shape of the scene.

A plane that a pinhole camera sees has the inverse distance a u + b v + c at the pixel
(u, v): where floors, walls and tables are, the inverse of a depth map is affine, and
an inverse depth map is so itself, whatever its scale and shift. Besides, what is lower
in a picture is mostly nearer.
"""

import numpy as np
from numpy.typing import NDArray

# Windows in which a plane can be told: steep enough, and without an edge.
_LEAST_SLOPE, _LEAST_FIT = 0.08, 0.98
_FEWEST_WINDOWS = 3
_WINDOW_SHARE, _SMALLEST_WINDOW = 10, 8
# Of 130 maps of NYU Depth V2, 49 had ten such windows or more and none of those half of
# them wrong; rows were right 95 times of 100. Both are trusted less: scenes differ.
_NATS_A_WINDOW, _MOST_NATS, _ROWS_NATS = 0.8, 5.0, 1.0
# Small maps have few windows, whose planes are of few pixels.
_ROWS_A_NAT = 24
_NO_TREND = 0.05
_MOST_WINDOWS_A_SIDE = 24
_LARGEST_SIDE = 320


def inverse_evidence(values: NDArray, measured: NDArray[np.bool_]) -> float:
    """Return the evidence that a map is of inverse depth, in nats; below 0: of depth.

    Args:
        values: Real numbers, (height, width).
        measured: Where they count.
    """
    step = -(-max(values.shape) // _LARGEST_SIDE)
    there = measured[::step, ::step]
    depth = np.where(there, values[::step, ::step], np.nan).astype(np.float64)
    return _by_planes(depth) + _by_rows(depth)


def _by_planes(depth: NDArray[np.float64]) -> float:
    """Whether the map (+) or its inverse (-) is affine, in most windows."""
    side = max(_SMALLEST_WINDOW, min(depth.shape) // _WINDOW_SHARE)
    windows, share = _windows(depth, side)
    if not len(windows):
        return 0.0
    centre = windows.mean(axis=1, keepdims=True)
    straight, inverse = windows / centre - 1, centre / windows - 1
    rest, rest_inverse = _unexplained(straight, side), _unexplained(inverse, side)
    told = (np.ptp(straight, axis=1) > _LEAST_SLOPE) & (
        np.minimum(rest, rest_inverse) < 1 - _LEAST_FIT
    )
    if told.sum() < _FEWEST_WINDOWS:
        return 0.0
    affine = float((rest[told] < rest_inverse[told]).mean())
    nats = _NATS_A_WINDOW * (2 * affine - 1) * told.sum() * share
    most = min(_MOST_NATS, min(depth.shape) / _ROWS_A_NAT)
    return float(np.clip(nats, -most, most))


def _windows(
    depth: NDArray[np.float64], side: int
) -> tuple[NDArray[np.float64], float]:
    """Return windows without a hole, (window, side²), and how far each is its own.

    The second number is the share of a window that the next one does not cover.
    """
    if min(depth.shape) < side:
        return np.empty((0, side * side)), 0.0
    every = np.lib.stride_tricks.sliding_window_view(depth, (side, side))
    rows, columns = (
        np.unique(np.linspace(0, last - 1, min(_MOST_WINDOWS_A_SIDE, last)).astype(int))
        for last in every.shape[:2]
    )
    steps = [
        np.diff(places).mean() if len(places) > 1 else side
        for places in (rows, columns)
    ]
    windows = every[rows[:, None], columns].reshape(-1, side * side)
    own = min(1.0, float(np.prod(steps)) / side**2)
    return windows[np.isfinite(windows).all(axis=1)], own


def _unexplained(windows: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Return the share of each window's variance that no affine function explains."""
    rows, columns = np.mgrid[:side, :side]
    basis = np.stack([np.ones(side * side), rows.ravel(), columns.ravel()], axis=1)
    basis = np.linalg.qr(basis)[0]
    rest = windows - windows @ basis @ basis.T
    total = windows - windows.mean(axis=1, keepdims=True)
    return (rest**2).sum(axis=1) / np.maximum((total**2).sum(axis=1), 1e-12)


def _by_rows(depth: NDArray[np.float64]) -> float:
    """Whether the map grows (+) or falls (-) from its top quarter to its bottom one."""
    quarter = max(1, depth.shape[0] // 4)
    parts = [part[np.isfinite(part)] for part in (depth[:quarter], depth[-quarter:])]
    if min(part.size for part in parts) == 0:
        return 0.0
    top, bottom = (np.median(part) for part in parts)
    trend = float(np.log(bottom / top))
    return 0.0 if abs(trend) < _NO_TREND else float(np.sign(trend)) * _ROWS_NATS
