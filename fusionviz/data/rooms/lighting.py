"""How much light reaches a surface: lamps, sky and sun with shadows, and ambience.

Lambert's law for each light, shadows by rays to a few points of the light, and a sky
of constant brightness dimmed by nearby surfaces (ambient occlusion from the distance
field along the normal; Evans 2006).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.rooms.casting import half_of, is_shaded, point_in_part
from fusionviz.data.rooms.parts import Room
from fusionviz.data.rooms.shapes import Triple, distance, jit
from fusionviz.data.rooms.surfaces import Places, dot

AMBIENT_REACH_M = 0.6
OFFSET_M = 2e-3


LAMP = np.dtype(
    [
        ("is_sun", np.bool_),
        ("centre", np.float64, 3),
        ("side_u", np.float64, 3),
        ("side_v", np.float64, 3),
        ("facing", np.float64, 3),
        ("colour", np.float64, 3),
    ],
    align=True,
)
"""A light: the parallelogram `centre` ± `side_u` ± `side_v`.

A lamp or a window shines from it towards `facing`, or all around where that is zero.
The sun, which stands in the direction `facing`, shines through it. `colour` is linear
RGB, for lamps at about 1 m, for the sun at normal incidence.
"""


class Lights(NamedTuple):
    """What lights a room: lamps, and ambience from above and from below, linear RGB."""

    lamps: NDArray[np.void]
    ambient: NDArray[np.float64]
    bounce: NDArray[np.float64]


@jit
def openness(room: Room, p: Triple, n: Triple) -> float:
    """Return the share of ambient light that reaches a point, 0..1."""
    near, middle, far = 0.06, 0.18, AMBIENT_REACH_M
    a, b = _clear_of_faces(room, p, n, near), _clear_of_faces(room, p, n, middle)
    c = _clear_of_faces(room, p, n, far)
    for k in range(room.groups.shape[0]):
        group = room.groups[k]
        low, high = group.low, group.high
        x = max(low[0] - p[0], p[0] - high[0])
        y = max(low[1] - p[1], p[1] - high[1])
        z = max(low[2] - p[2], p[2] - high[2])
        if max(x, y, z) > far:
            continue
        for index in range(group.start, group.stop):
            a = min(a, _gap(room.parts[index], p, n, near))
            b = min(b, _gap(room.parts[index], p, n, middle))
            c = min(c, _gap(room.parts[index], p, n, far))
    dark = 0.5 * (1.0 - max(a, 0.0) / near) + 0.36 * (1.0 - max(b, 0.0) / middle)
    dark += 0.26 * (1.0 - max(c, 0.0) / far)
    return max(0.12, 1.0 - 0.85 * dark)


@jit
def _clear_of_faces(room: Room, p: Triple, n: Triple, reach: float) -> float:
    """Return the distance to walls, floor and ceiling from `reach` above a surface."""
    gap = reach
    for axis in range(3):
        x = p[axis] + n[axis] * reach
        gap = min(gap, x, room.extent[axis] - x)
    return gap


@jit
def _gap(part: np.void, p: Triple, n: Triple, reach: float) -> float:
    """Return the distance to a part from `reach` above a surface."""
    q = (p[0] + n[0] * reach, p[1] + n[1] * reach, p[2] + n[2] * reach)
    return distance(part.shape, point_in_part(part, q), half_of(part))


@jit
def _sunlight(room: Room, sun: np.void, p: Triple, n: Triple) -> float:
    """Return the cosine of sunlight that comes through the window, 0 in shadow."""
    d = (sun.facing[0], sun.facing[1], sun.facing[2])
    cosine = dot(n, d)
    if cosine <= 0.0:
        return 0.0
    u = (sun.side_u[0], sun.side_u[1], sun.side_u[2])
    v = (sun.side_v[0], sun.side_v[1], sun.side_v[2])
    c = (sun.centre[0] - p[0], sun.centre[1] - p[1], sun.centre[2] - p[2])
    normal = (
        u[1] * v[2] - u[2] * v[1],
        u[2] * v[0] - u[0] * v[2],
        u[0] * v[1] - u[1] * v[0],
    )
    across = dot(normal, d)
    if abs(across) < 1e-9:
        return 0.0
    t = dot(normal, c) / across
    q = (t * d[0] - c[0], t * d[1] - c[1], t * d[2] - c[2])
    inside = abs(dot(q, u)) <= dot(u, u) and abs(dot(q, v)) <= dot(v, v)
    if t <= 0.0 or not inside or is_shaded(room, p, d, t):
        return 0.0
    return cosine


@jit
def _lamplight(
    room: Room, lamp: np.void, p: Triple, n: Triple, a: float, b: float
) -> float:
    """Return light from one point of a lamp, cosines and falloff included."""
    c, u, v, f = lamp.centre, lamp.side_u, lamp.side_v, lamp.facing
    way = (
        c[0] + a * u[0] + b * v[0] - p[0],
        c[1] + a * u[1] + b * v[1] - p[1],
        c[2] + a * u[2] + b * v[2] - p[2],
    )
    cosine = dot(n, way)
    if cosine <= 0.0:
        return 0.0
    square = dot(way, way)
    length = math.sqrt(square)
    away = 1.0
    if f[0] != 0.0 or f[1] != 0.0 or f[2] != 0.0:
        away = -dot((f[0], f[1], f[2]), way) / length
    if away <= 0.0 or is_shaded(room, p, way, 1.0):
        return 0.0
    return away * cosine / (length * (square + 0.15))


@jit
def irradiance(
    room: Room, lights: Lights, places: Places, sample: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return linear RGB light on each place, (place, 3).

    Args:
        room: The scene.
        lights: What lights it.
        places: Places on surfaces.
        sample: Which of nine points of each lamp a place asks, 0 to 8, (place,).
    """
    out = np.empty_like(places.point)
    for k in range(places.part.shape[0]):
        n = (places.normal[k, 0], places.normal[k, 1], places.normal[k, 2])
        p = (
            places.point[k, 0] + OFFSET_M * n[0],
            places.point[k, 1] + OFFSET_M * n[1],
            places.point[k, 2] + OFFSET_M * n[2],
        )
        up, air = 0.5 + 0.5 * n[2], openness(room, p, n)
        for c in range(3):
            sky = up * lights.ambient[c] + (1.0 - up) * lights.bounce[c]
            out[k, c] = air * sky
        for j in range(lights.lamps.shape[0]):
            lamp = lights.lamps[j]
            if lamp.is_sun:
                got = _sunlight(room, lamp, p, n)
            else:
                a = (2.0 * (sample[k] % 3) - 2.0) / 3.0
                b = (2.0 * (sample[k] // 3) - 2.0) / 3.0
                got = _lamplight(room, lamp, p, n, a, b)
            for c in range(3):
                out[k, c] += got * lamp.colour[c]
    return out
