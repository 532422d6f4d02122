"""How much light reaches a surface: lamps, sky and sun with shadows, and ambience.

Lambert's law for each light, shadows by rays to a few points of the light, and a sky
of constant brightness dimmed by nearby surfaces (ambient occlusion from the distance
field along the normal; Evans 2006).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.rooms.casting import half_of, is_shaded, point_in_part, to_part
from fusionviz.data.rooms.packing import Record, Room
from fusionviz.data.rooms.shapes import Triple, distance, inner, jit
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


@inner
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
            part = room.parts[index]
            q, m, h = point_in_part(part, p), to_part(part, n), half_of(part)
            a = min(a, _gap(part.shape, h, q, m, near))
            b = min(b, _gap(part.shape, h, q, m, middle))
            c = min(c, _gap(part.shape, h, q, m, far))
    dark = 0.5 * (1.0 - max(a, 0.0) / near) + 0.36 * (1.0 - max(b, 0.0) / middle)
    dark += 0.26 * (1.0 - max(c, 0.0) / far)
    return max(0.12, 1.0 - 0.85 * dark)


@inner
def _clear_of_faces(room: Room, p: Triple, n: Triple, reach: float) -> float:
    """Return the distance to walls, floor and ceiling from `reach` above a surface."""
    gap = reach
    for axis in range(3):
        x = p[axis] + n[axis] * reach
        gap = min(gap, x, room.extent[axis] - x)
    return gap


@inner
def _gap(shape: int, h: Triple, p: Triple, n: Triple, reach: float) -> float:
    """Return the distance to a solid from `reach` above a surface."""
    q = (p[0] + n[0] * reach, p[1] + n[1] * reach, p[2] + n[2] * reach)
    return distance(shape, q, h)


@inner
def _towards_sun(sun: Record, p: Triple, n: Triple) -> tuple[Triple, float]:
    """Return the way from a point to the sun's window, and the light that comes by it.

    The light is 0 where the surface faces away or the way misses the window.
    """
    d = (sun.facing[0], sun.facing[1], sun.facing[2])
    u = (sun.side_u[0], sun.side_u[1], sun.side_u[2])
    v = (sun.side_v[0], sun.side_v[1], sun.side_v[2])
    c = (sun.centre[0] - p[0], sun.centre[1] - p[1], sun.centre[2] - p[2])
    normal = (
        u[1] * v[2] - u[2] * v[1],
        u[2] * v[0] - u[0] * v[2],
        u[0] * v[1] - u[1] * v[0],
    )
    across = dot(normal, d)
    t = dot(normal, c) / across if abs(across) > 1e-9 else -1.0
    way = (t * d[0], t * d[1], t * d[2])
    q = (way[0] - c[0], way[1] - c[1], way[2] - c[2])
    inside = abs(dot(q, u)) <= dot(u, u) and abs(dot(q, v)) <= dot(v, v)
    return way, max(dot(n, d), 0.0) if inside and t > 0.0 else 0.0


@inner
def _towards_lamp(
    lamp: Record, p: Triple, n: Triple, sample: int
) -> tuple[Triple, float]:
    """Return the way from a point to one of nine points of a lamp, and its light.

    The light includes the cosines at both ends and the falloff with distance.
    """
    a, b = (2.0 * (sample % 3) - 2.0) / 3.0, (2.0 * (sample // 3) - 2.0) / 3.0
    c, u, v, f = lamp.centre, lamp.side_u, lamp.side_v, lamp.facing
    way = (
        c[0] + a * u[0] + b * v[0] - p[0],
        c[1] + a * u[1] + b * v[1] - p[1],
        c[2] + a * u[2] + b * v[2] - p[2],
    )
    square = dot(way, way)
    length = math.sqrt(square)
    cosine, away = dot(n, way) / length, 1.0
    if f[0] != 0.0 or f[1] != 0.0 or f[2] != 0.0:
        away = -dot((f[0], f[1], f[2]), way) / length
    return way, max(cosine, 0.0) * max(away, 0.0) / (square + 0.15)


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
                way, got = _towards_sun(lamp, p, n)
            else:
                way, got = _towards_lamp(lamp, p, n, sample[k])
            if got > 0.0 and not is_shaded(room, p, way, 1.0):
                for c in range(3):
                    out[k, c] += got * lamp.colour[c]
    return out
