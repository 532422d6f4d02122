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
from fusionviz.data.rooms.noise import hashed
from fusionviz.data.rooms.parts import Room
from fusionviz.data.rooms.shapes import Triple, distance, jit

AMBIENT_REACH_M = 0.6
OFFSET_M = 2e-3


class Lights(NamedTuple):
    """Lights of a room, one a row, and the light from everywhere.

    A lamp or a window is a parallelogram `centre` ± `side_u` ± `side_v` that shines
    towards `facing`, or in all directions where that is zero. The sun shines along
    `-facing` through the parallelogram. `colour` is linear RGB: at 1 m for
    lamps, at normal incidence for the sun. `ambient` is what comes from above and
    `bounce` what comes from below, linear RGB.
    """

    is_sun: NDArray[np.bool_]
    centre: NDArray[np.float64]
    side_u: NDArray[np.float64]
    side_v: NDArray[np.float64]
    facing: NDArray[np.float64]
    colour: NDArray[np.float64]
    ambient: NDArray[np.float64]
    bounce: NDArray[np.float64]


@jit
def openness(room: Room, p: Triple, n: Triple) -> float:
    """Return the share of ambient light that reaches a point, 0..1."""
    near, middle, far = 0.06, 0.18, AMBIENT_REACH_M
    a, b = _clear_of_faces(room, p, n, near), _clear_of_faces(room, p, n, middle)
    c = _clear_of_faces(room, p, n, far)
    for group in range(room.group_low.shape[0]):
        low, high = room.group_low[group], room.group_high[group]
        x = max(low[0] - p[0], p[0] - high[0])
        y = max(low[1] - p[1], p[1] - high[1])
        z = max(low[2] - p[2], p[2] - high[2])
        if max(x, y, z) > far:
            continue
        for index in range(room.group_start[group], room.group_start[group + 1]):
            a = min(a, _gap(room, index, p, n, near))
            b = min(b, _gap(room, index, p, n, middle))
            c = min(c, _gap(room, index, p, n, far))
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
def _gap(room: Room, index: int, p: Triple, n: Triple, reach: float) -> float:
    """Return the distance to a part from `reach` above a surface."""
    q = (p[0] + n[0] * reach, p[1] + n[1] * reach, p[2] + n[2] * reach)
    return distance(
        room.shape[index], point_in_part(room, index, q), half_of(room, index)
    )


@jit
def _sunlight(room: Room, lights: Lights, k: int, p: Triple) -> float:
    """Return 1 where the sun shines through its window, else 0."""
    d = (lights.facing[k, 0], lights.facing[k, 1], lights.facing[k, 2])
    c, u, v = lights.centre[k], lights.side_u[k], lights.side_v[k]
    nx = u[1] * v[2] - u[2] * v[1]
    ny = u[2] * v[0] - u[0] * v[2]
    nz = u[0] * v[1] - u[1] * v[0]
    across = nx * d[0] + ny * d[1] + nz * d[2]
    if abs(across) < 1e-9:
        return 0.0
    t = (nx * (c[0] - p[0]) + ny * (c[1] - p[1]) + nz * (c[2] - p[2])) / across
    if t <= 0.0:
        return 0.0
    x, y = p[0] + t * d[0] - c[0], p[1] + t * d[1] - c[1]
    z = p[2] + t * d[2] - c[2]
    a = (x * u[0] + y * u[1] + z * u[2]) / (u[0] ** 2 + u[1] ** 2 + u[2] ** 2)
    b = (x * v[0] + y * v[1] + z * v[2]) / (v[0] ** 2 + v[1] ** 2 + v[2] ** 2)
    if abs(a) > 1.0 or abs(b) > 1.0 or is_shaded(room, p, d, t):
        return 0.0
    return 1.0


@jit
def _lamplight(
    room: Room, lights: Lights, k: int, p: Triple, n: Triple, a: float, b: float
) -> float:
    """Return light at a point from one point of a lamp, cosines and falloff included."""
    c, u, v, f = lights.centre[k], lights.side_u[k], lights.side_v[k], lights.facing[k]
    x = c[0] + a * u[0] + b * v[0] - p[0]
    y = c[1] + a * u[1] + b * v[1] - p[1]
    z = c[2] + a * u[2] + b * v[2] - p[2]
    cosine = n[0] * x + n[1] * y + n[2] * z
    if cosine <= 0.0:
        return 0.0
    square = x * x + y * y + z * z
    length = math.sqrt(square)
    away = -(f[0] * x + f[1] * y + f[2] * z) / length
    if f[0] != 0.0 or f[1] != 0.0 or f[2] != 0.0:
        if away <= 0.0:
            return 0.0
    else:
        away = 1.0
    if is_shaded(room, p, (x, y, z), 1.0):
        return 0.0
    return away * cosine / (length * (square + 0.15))


@jit
def _lamp_place(sample: int, k: int) -> tuple[float, float]:
    """Return one of nine places on a lamp, in -1..1 along each side."""
    a = (2.0 * (sample % 3) - 2.0) / 3.0
    b = (2.0 * (sample // 3) - 2.0) / 3.0
    return a + 0.3 * (hashed(sample, k, 5) - 0.5), b + 0.3 * (
        hashed(sample, k, 6) - 0.5
    )


@jit
def irradiance(
    room: Room,
    lights: Lights,
    surface: Triple,
    n: Triple,
    sample: int,
) -> Triple:
    """Return linear RGB light at a point of a surface with normal `n`.

    Args:
        room: The scene.
        lights: What lights it.
        surface: Point in world axes.
        n: Normal of length 1, towards the viewer.
        sample: Which of the nine places on each lamp to ask, 0 to 8.
    """
    p = (
        surface[0] + OFFSET_M * n[0],
        surface[1] + OFFSET_M * n[1],
        surface[2] + OFFSET_M * n[2],
    )
    up = 0.5 + 0.5 * n[2]
    air = openness(room, p, n)
    red = air * (up * lights.ambient[0] + (1.0 - up) * lights.bounce[0])
    green = air * (up * lights.ambient[1] + (1.0 - up) * lights.bounce[1])
    blue = air * (up * lights.ambient[2] + (1.0 - up) * lights.bounce[2])
    for k in range(lights.is_sun.shape[0]):
        f = lights.facing[k]
        if lights.is_sun[k]:
            cosine = n[0] * f[0] + n[1] * f[1] + n[2] * f[2]
            got = 0.0
            if cosine > 0.0:
                got = cosine * _sunlight(room, lights, k, p)
        else:
            a, b = _lamp_place(sample, k)
            got = _lamplight(room, lights, k, p, n, a, b)
        red += got * lights.colour[k, 0]
        green += got * lights.colour[k, 1]
        blue += got * lights.colour[k, 2]
    return red, green, blue
