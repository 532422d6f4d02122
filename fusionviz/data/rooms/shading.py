"""Colours of what the rays hit: texture times light, supersampled two by two."""

import math

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.rooms.casting import (
    half_of,
    nearest,
    point_in_part,
    ray,
    to_world,
)
from fusionviz.data.rooms.lighting import Lights, irradiance
from fusionviz.data.rooms.parts import Room
from fusionviz.data.rooms.shapes import ELLIPSOID, FACE, FRUSTUM, Triple, jit, normal_at
from fusionviz.data.rooms.textures import weights
from fusionviz.data.rooms.view import View


@jit
def surface_normal(room: Room, index: int, p: Triple) -> Triple:
    """Return the normal of a part, or of the room's face, at a point of it."""
    if index < 6:
        sign = 1.0 - 2.0 * (index % 2)
        axis = index // 2
        return sign * (axis == 0), sign * (axis == 1), sign * (axis == 2)
    local = point_in_part(room, index, p)
    n = normal_at(room.shape[index], local, half_of(room, index), room.rounding[index])
    return to_world(room, index, n)


@jit
def _unwrap(
    shape: int, p: Triple, n: Triple, h: Triple
) -> tuple[float, float, float, float]:
    """Return u and v in metres from a face's corner, and the face's two sides."""
    if shape == FRUSTUM and abs(n[2]) < 0.9:
        radius = max(h[0], h[1])
        around = math.pi * radius
        angle = math.atan2(p[1], p[0])
        return angle * radius + around, p[2] + h[2], 2.0 * around, 2.0 * h[2]
    if shape == FRUSTUM or shape == ELLIPSOID:
        return p[0] + h[0], p[1] + p[2] + h[1], 2.0 * h[0], 2.0 * h[1]
    x, y, z = abs(n[0]), abs(n[1]), abs(n[2])
    if z >= x and z >= y:
        return p[0] + h[0], p[1] + h[1], 2.0 * h[0], 2.0 * h[1]
    if y >= x:
        return p[0] + h[0], p[2] + h[2], 2.0 * h[0], 2.0 * h[2]
    return p[1] + h[1], p[2] + h[2], 2.0 * h[1], 2.0 * h[2]


@jit
def _local_normal(room: Room, index: int, n: Triple) -> Triple:
    """Return a world normal in a part's own axes."""
    a = room.axes[index]
    return (
        a[0, 0] * n[0] + a[1, 0] * n[1] + a[2, 0] * n[2],
        a[0, 1] * n[0] + a[1, 1] * n[1] + a[2, 1] * n[2],
        a[0, 2] * n[0] + a[1, 2] * n[1] + a[2, 2] * n[2],
    )


@jit
def albedo(room: Room, index: int, p: Triple, n: Triple, pixel: float) -> Triple:
    """Return linear RGB reflectance at a point; `pixel` is a pixel's size there."""
    shape, h = room.shape[index], half_of(room, index)
    local = point_in_part(room, index, p)
    facing = n if shape == FACE else _local_normal(room, index, n)
    u, v, wide, high = _unwrap(shape, local, facing, h)
    pattern = room.pattern[index]
    if pattern == 1 and high > wide:
        u, v = v, u
    second, third, gain = weights(
        pattern,
        u,
        v,
        u / wide,
        v / high,
        wide,
        high,
        room.surface[index, 0],
        room.pattern_seed[index],
        pixel,
    )
    c = room.colours[index]
    red = _mix(c[0, 0], c[1, 0], c[2, 0], second, third) * gain
    green = _mix(c[0, 1], c[1, 1], c[2, 1], second, third) * gain
    blue = _mix(c[0, 2], c[1, 2], c[2, 2], second, third) * gain
    return red * red, green * green, blue * blue


@jit
def _mix(a: float, b: float, c: float, second: float, third: float) -> float:
    """Return a mixed with b by `second`, the result with c by `third`."""
    first = a + (b - a) * second
    return first + (c - first) * third


@jit
def _mirrored(room: Room, lights: Lights, p: Triple, n: Triple, d: Triple) -> Triple:
    """Return linear RGB of what a ray along `d` shows in a mirror at `p`."""
    across = 2.0 * _dot(d, n)
    r = (d[0] - across * n[0], d[1] - across * n[1], d[2] - across * n[2])
    o = (p[0] + 2e-3 * n[0], p[1] + 2e-3 * n[1], p[2] + 2e-3 * n[2])
    t, index = nearest(room, o, r)
    q = (o[0] + t * r[0], o[1] + t * r[1], o[2] + t * r[2])
    m = surface_normal(room, index, q)
    light = irradiance(room, lights, q, m, 4)
    own = albedo(room, index, q, m, 0.02)
    glow = room.surface[index, 2]
    return (
        own[0] * (light[0] + glow),
        own[1] * (light[1] + glow),
        own[2] * (light[2] + glow),
    )


@jit
def light_map(
    room: Room,
    lights: Lights,
    view: View,
    seen: tuple[NDArray[np.float64], NDArray[np.int64]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the light on what each pixel sees, and its normal in world axes.

    A pixel asks one of nine places on each lamp, in a pattern that repeats every three
    pixels; the mean over neighbours on the same face then asks all nine (interleaved
    sampling, Keller and Heidrich 2001).

    Args:
        room: The scene.
        lights: What lights it.
        view: The camera.
        seen: Depth and part of each pixel, (height, width).
    """
    depth, part = seen
    height, width = depth.shape
    raw, normal = np.empty((height, width, 3)), np.empty((height, width, 3))
    for y in range(height):
        for x in range(width):
            p = _point(view, ray(view, x, y), depth[y, x])
            n = surface_normal(room, part[y, x], p)
            normal[y, x, 0], normal[y, x, 1], normal[y, x, 2] = n
            got = irradiance(room, lights, p, n, x % 3 + 3 * (y % 3))
            raw[y, x, 0], raw[y, x, 1], raw[y, x, 2] = got
    smooth = np.empty_like(raw)
    for y in range(height):
        for x in range(width):
            n = (normal[y, x, 0], normal[y, x, 1], normal[y, x, 2])
            got, _ = _borrow(raw, normal, part, x, y, part[y, x], n)
            smooth[y, x, 0], smooth[y, x, 1], smooth[y, x, 2] = got
    return smooth, normal


@jit
def _borrow(
    light: NDArray[np.float64],
    normal: NDArray[np.float64],
    part: NDArray[np.int64],
    x: int,
    y: int,
    index: int,
    n: Triple,
) -> tuple[Triple, int]:
    """Return the mean light near a pixel on one face of a part, and of how many."""
    red, green, blue, found = 0.0, 0.0, 0.0, 0
    height, width = part.shape
    for j in range(max(y - 1, 0), min(y + 2, height)):
        for i in range(max(x - 1, 0), min(x + 2, width)):
            m = normal[j, i]
            if part[j, i] == index and m[0] * n[0] + m[1] * n[1] + m[2] * n[2] > 0.9:
                red += light[j, i, 0]
                green += light[j, i, 1]
                blue += light[j, i, 2]
                found += 1
    most = max(found, 1)
    return (red / most, green / most, blue / most), found


@jit
def shade(
    room: Room,
    lights: Lights,
    view: View,
    part: NDArray[np.int64],
    lit: tuple[NDArray[np.float64], NDArray[np.float64]],
    fine_view: View,
    fine: tuple[NDArray[np.float64], NDArray[np.int64]],
) -> NDArray[np.float64]:
    """Return linear colours (height, width, 3), each the mean of four fine rays.

    Texture is looked up at every fine ray. Light comes from `lit`, at the pixel or a
    neighbour that sees the same face, and is computed only where there is none.

    Args:
        room: The scene.
        lights: What lights it.
        view: The camera.
        part: Part that each pixel sees, (height, width).
        lit: Light and world normal of each pixel, from `light_map`.
        fine_view: The camera with twice the pixels each way.
        fine: Depth and part of each of its pixels.
    """
    light, normal = lit
    height, width = part.shape
    colour = np.zeros((height, width, 3))
    for y in range(height):
        for x in range(width):
            for sub in range(4):
                fx, fy = 2 * x + sub % 2, 2 * y + sub // 2
                t, index = fine[0][fy, fx], fine[1][fy, fx]
                d = ray(fine_view, fx, fy)
                p = _point(fine_view, d, t)
                n = surface_normal(room, index, p)
                m = normal[y, x]
                got = (light[y, x, 0], light[y, x, 1], light[y, x, 2])
                if index != part[y, x] or _dot(n, (m[0], m[1], m[2])) < 0.9:
                    got, found = _borrow(light, normal, part, x, y, index, n)
                    if found == 0:
                        got = irradiance(room, lights, p, n, 4)
                cosine = -_dot(d, n) / math.sqrt(_dot(d, d))
                pixel = t / (fine_view.fx * max(cosine, 0.15))
                tone = albedo(room, index, p, n, pixel)
                glow = room.surface[index, 2]
                for c in range(3):
                    colour[y, x, c] += 0.25 * tone[c] * (got[c] + glow)
    return colour


@jit
def add_gloss(
    room: Room,
    lights: Lights,
    view: View,
    seen: tuple[NDArray[np.float64], NDArray[np.int64]],
    colour: NDArray[np.float64],
) -> None:
    """Mix mirror images into glossy surfaces, stronger at grazing angles (Schlick)."""
    depth, part = seen
    for y in range(part.shape[0]):
        for x in range(part.shape[1]):
            index = part[y, x]
            if room.surface[index, 1] == 0.0:
                continue
            d = ray(view, x, y)
            p = _point(view, d, depth[y, x])
            n = surface_normal(room, index, p)
            cosine = -_dot(d, n) / math.sqrt(_dot(d, d))
            share = 0.2 + 0.8 * (1.0 - min(max(cosine, 0.0), 1.0)) ** 3
            share *= room.surface[index, 1]
            if share < 0.01:
                continue
            image = _mirrored(room, lights, p, n, d)
            for c in range(3):
                colour[y, x, c] += share * (image[c] - colour[y, x, c])


@jit
def _dot(a: Triple, b: Triple) -> float:
    """Return the scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@jit
def _point(view: View, d: Triple, t: float) -> Triple:
    """Return the point at depth `t` along a ray of depth 1."""
    at = view.position
    return at[0] + t * d[0], at[1] + t * d[1], at[2] + t * d[2]
