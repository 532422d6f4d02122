"""Faults of depth maps, float32 (height, width) in metres, NaN where unmeasured.

Depths stay metres: nothing is clamped to a range. What a fault makes unmeasured becomes
NaN, and so does what it would bring behind the camera.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from fusionviz.data.faults.fault import Fault, level

Map = NDArray[np.float32]

KINECT_NOISE = 2.85e-3
"""Metres of a Kinect's axial noise at 1 m; it grows with the square of the distance
(Khoshelham and Elberink 2012)."""

NEAREST = 1e-3
"""Metres below which a changed depth is behind the lens: unmeasured."""

EDGE = 0.05
"""A jump by more than this share of the depth between neighbours is an edge."""


def _edge_holes(depth_m: Map, severity: float, random: np.random.Generator) -> Map:
    reach = severity * max(1.0, min(depth_m.shape) / 100)
    away = cv2.distanceTransform(
        (~_edges(depth_m)).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE
    )
    return _without(depth_m, away <= reach)


def _edges(depth_m: Map) -> NDArray[np.bool_]:
    """Return where depth jumps to a neighbour on the right or below."""
    edges = np.zeros(depth_m.shape, bool)
    with np.errstate(invalid="ignore"):
        near = EDGE * np.minimum(depth_m[:, 1:], depth_m[:, :-1])
        edges[:, 1:] |= np.abs(np.diff(depth_m, axis=1)) > near
        near = EDGE * np.minimum(depth_m[1:], depth_m[:-1])
        edges[1:] |= np.abs(np.diff(depth_m, axis=0)) > near
    return edges


def _region_holes(depth_m: Map, severity: float, random: np.random.Generator) -> Map:
    share = level(severity, 0, 0.1, 0.2, 0.35, 0.5, 0.7)
    noise = random.standard_normal(depth_m.shape).astype(np.float32)
    blobs = cv2.GaussianBlur(noise, (0, 0), max(1.0, min(depth_m.shape) / 12))
    return _without(depth_m, blobs > np.quantile(blobs, 1 - share))


def _range_noise(depth_m: Map, severity: float, random: np.random.Generator) -> Map:
    factor = level(severity, 0, 1, 3, 8, 20, 50)
    noise = random.standard_normal(depth_m.shape, dtype=np.float32)
    return _positive(depth_m + factor * KINECT_NOISE * depth_m**2 * noise)


def _quantisation(depth_m: Map, severity: float, random: np.random.Generator) -> Map:
    # Every grid holds all places of the next coarser one: more is never less change.
    step = KINECT_NOISE * 2.0 ** math.ceil(1.2 * severity)
    with np.errstate(divide="ignore", over="ignore"):
        disparity = np.maximum(1.0, np.rint(1 / (depth_m.astype(np.float64) * step)))
        return (1 / (disparity * step)).astype(np.float32)


def _wrong_unit(depth_m: Map, severity: float, random: np.random.Generator) -> Map:
    return (depth_m * 5.0 ** (severity / 5)).astype(np.float32)


def _shift(depth_m: Map, severity: float, random: np.random.Generator) -> Map:
    angle = random.uniform(0, 2 * math.pi)
    pixels = severity * min(depth_m.shape) / 60
    rows, columns = round(pixels * math.sin(angle)), round(pixels * math.cos(angle))
    return _moved(depth_m, np.array([[1, 0, columns], [0, 1, rows]], np.float64))


def _rotation(depth_m: Map, severity: float, random: np.random.Generator) -> Map:
    height, width = depth_m.shape
    side = 1 if random.random() < 0.5 else -1
    middle = ((width - 1) / 2, (height - 1) / 2)
    turn = cv2.getRotationMatrix2D(middle, 2.0 * side * severity, 1.0)
    return _moved(depth_m, np.asarray(turn, np.float64))


def _sparse(depth_m: Map, severity: float, random: np.random.Generator) -> Map:
    kept = level(severity, 1, 0.5, 0.3, 0.18, 0.1, 0.05)
    return _without(depth_m, random.random(depth_m.shape) >= kept)


def _nothing(depth_m: Map, severity: float, random: np.random.Generator) -> Map:
    lost = math.ceil(len(depth_m) * severity / 5)
    out = depth_m.copy()
    out[len(out) - lost :] = np.nan
    return out


def _moved(depth_m: Map, matrix: NDArray[np.float64]) -> Map:
    """Return depth moved in the image plane; what comes into view is unmeasured."""
    height, width = depth_m.shape
    moved = cv2.warpAffine(
        depth_m,
        matrix,
        (width, height),
        flags=cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=math.nan,
    )
    return np.asarray(moved, np.float32)


def _without(depth_m: Map, holes: NDArray[np.bool_]) -> Map:
    return np.where(holes, np.float32(np.nan), depth_m)


def _positive(depth_m: Map) -> Map:
    with np.errstate(invalid="ignore"):
        return _without(depth_m.astype(np.float32), depth_m < NEAREST)


DEPTH_FAULTS: tuple[Fault[Map], ...] = (
    Fault(
        name="edge-holes",
        title="Holes at edges",
        imitates="Shadows of a projector beside things: unmeasured within 1 % of the "
        "shorter side a step of every jump in depth.",
        change=_edge_holes,
        at_random=False,
    ),
    Fault(
        name="region-holes",
        title="Holes by region",
        imitates="Glass, mirrors, black cloth: 10, 20, 35, 50, 70 % unmeasured in "
        "patches.",
        change=_region_holes,
    ),
    Fault(
        name="range-noise",
        title="Range noise",
        imitates="Noise that grows with the square of the distance: 1, 3, 8, 20, 50 "
        "times a Kinect's 2.85 mm at 1 m.",
        change=_range_noise,
    ),
    Fault(
        name="quantisation",
        title="Quantisation",
        imitates="Coarse disparity: steps of 2.85 mm times 4, 8, 16, 32, 64 at 1 m, "
        "growing with the square of the distance.",
        change=_quantisation,
        at_random=False,
    ),
    Fault(
        name="wrong-unit",
        title="Wrong unit",
        imitates="A map read in the wrong unit: up to five times too far.",
        change=_wrong_unit,
        at_random=False,
    ),
    Fault(
        name="shift",
        title="Shifted",
        imitates="Cameras that are not registered: depth moved by 1/60 of the shorter "
        "side a step.",
        change=_shift,
    ),
    Fault(
        name="rotation",
        title="Rotated",
        imitates="A camera that slipped: depth turned by 2 degrees a step.",
        change=_rotation,
    ),
    Fault(
        name="sparse",
        title="Sparse",
        imitates="A LiDAR: 50, 30, 18, 10, 5 % of the pixels are measured.",
        change=_sparse,
    ),
    Fault(
        name="nothing",
        title="Nothing",
        imitates="A sensor that fails from the bottom up: a fifth of the rows a step.",
        change=_nothing,
        at_random=False,
    ),
)
"""In the order of pages."""
