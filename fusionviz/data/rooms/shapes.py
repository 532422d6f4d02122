"""Rays against solids, in each solid's own axes, and distances to them.

A box has half sides `h`; a frustum stands along z with bottom radius `hx`, top radius
`hy` and half height `hz`; an ellipsoid has half axes `h`. Ray directions need no unit
length: a hit at `t` is the point `o + t d`.
"""

import math
from enum import IntEnum

from numba import njit

MISS = math.inf


class Shape(IntEnum):
    """Kinds of solid; a face is a side of the room itself."""

    BOX = 0
    FRUSTUM = 1
    ELLIPSOID = 2
    FACE = 3


FRUSTUM, ELLIPSOID, FACE = int(Shape.FRUSTUM), int(Shape.ELLIPSOID), int(Shape.FACE)
Triple = tuple[float, float, float]
jit = njit(cache=True, error_model="numpy", nogil=True)
# For functions that only kernels call: without the way in from Python, the first
# render compiles a quarter faster. numba's type stubs lack the two options.
inner = njit(  # type: ignore[call-overload]
    cache=True,
    error_model="numpy",
    nogil=True,
    no_cpython_wrapper=True,
    no_cfunc_wrapper=True,
)


@inner
def safe_inverse(value: float) -> float:
    """Return 1 / value, large and finite where value is 0."""
    if abs(value) < 1e-12:
        return 1e12
    return 1.0 / value


@inner
def slab(o: float, d: float, low: float, high: float) -> tuple[float, float]:
    """Return where a ray enters and leaves the span between two planes."""
    inverse = safe_inverse(d)
    a, b = (low - o) * inverse, (high - o) * inverse
    return min(a, b), max(a, b)


@jit
def hit_box(o: Triple, d: Triple, h: Triple, rounding: float) -> float:
    """Return t of the first hit with a box whose edges are rounded."""
    x0, x1 = slab(o[0], d[0], -h[0], h[0])
    y0, y1 = slab(o[1], d[1], -h[1], h[1])
    z0, z1 = slab(o[2], d[2], -h[2], h[2])
    enter, leave = max(x0, y0, z0), min(x1, y1, z1)
    if enter > leave or enter <= 0.0:
        return MISS
    if rounding > 0.0:
        return _march_box(o, d, h, rounding, enter, leave)
    return enter


@inner
def _march_box(
    o: Triple, d: Triple, h: Triple, rounding: float, enter: float, leave: float
) -> float:
    """Return t of the hit with a rounded box, by steps of its distance field."""
    speed = math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
    t = enter
    for _ in range(24):
        x = max(abs(o[0] + t * d[0]) - h[0] + rounding, 0.0)
        y = max(abs(o[1] + t * d[1]) - h[1] + rounding, 0.0)
        z = max(abs(o[2] + t * d[2]) - h[2] + rounding, 0.0)
        gap = math.sqrt(x * x + y * y + z * z) - rounding
        if gap < 1e-4:
            return t
        t += gap / speed
        if t > leave:
            return MISS
    return MISS


@jit
def hit_frustum(o: Triple, d: Triple, h: Triple) -> float:
    """Return t of the first hit with an upright frustum and its two discs."""
    slope = (h[1] - h[0]) / (2.0 * h[2])
    radius = 0.5 * (h[0] + h[1]) + slope * o[2]
    step = slope * d[2]
    a = d[0] * d[0] + d[1] * d[1] - step * step
    b = o[0] * d[0] + o[1] * d[1] - radius * step
    c = o[0] * o[0] + o[1] * o[1] - radius * radius
    best = MISS
    root = b * b - a * c
    if root > 0.0 and abs(a) > 1e-14:
        root = math.sqrt(root)
        for sign in (-1.0, 1.0):
            t = (-b + sign * root) / a
            if 0.0 < t < best and abs(o[2] + t * d[2]) <= h[2]:
                best = t
    inverse = safe_inverse(d[2])
    for side in (-1.0, 1.0):
        t = (side * h[2] - o[2]) * inverse
        x, y = o[0] + t * d[0], o[1] + t * d[1]
        disc = h[0] if side < 0.0 else h[1]
        if 0.0 < t < best and x * x + y * y <= disc * disc:
            best = t
    return best


@jit
def hit_ellipsoid(o: Triple, d: Triple, h: Triple) -> float:
    """Return t of the first hit with an ellipsoid."""
    ox, oy, oz = o[0] / h[0], o[1] / h[1], o[2] / h[2]
    dx, dy, dz = d[0] / h[0], d[1] / h[1], d[2] / h[2]
    a = dx * dx + dy * dy + dz * dz
    b = ox * dx + oy * dy + oz * dz
    c = ox * ox + oy * oy + oz * oz - 1.0
    root = b * b - a * c
    if root < 0.0:
        return MISS
    t = (-b - math.sqrt(root)) / a
    return t if t > 0.0 else MISS


@jit
def hit(shape: int, o: Triple, d: Triple, h: Triple, rounding: float) -> float:
    """Return t of the first hit from outside, infinite where there is none."""
    if shape == FRUSTUM:
        return hit_frustum(o, d, h)
    if shape == ELLIPSOID:
        return hit_ellipsoid(o, d, h)
    return hit_box(o, d, h, rounding)


@jit
def normal_at(shape: int, p: Triple, h: Triple, rounding: float) -> Triple:
    """Return the outward normal at a point of the surface, of length 1."""
    if shape == ELLIPSOID:
        x, y, z = p[0] / (h[0] * h[0]), p[1] / (h[1] * h[1]), p[2] / (h[2] * h[2])
    elif shape == FRUSTUM:
        slope = (h[1] - h[0]) / (2.0 * h[2])
        across = math.sqrt(p[0] * p[0] + p[1] * p[1])
        inside = 0.5 * (h[0] + h[1]) + slope * p[2] - across
        if h[2] - abs(p[2]) < abs(inside):
            return 0.0, 0.0, math.copysign(1.0, p[2])
        x, y, z = p[0], p[1], -slope * across
    else:
        x = max(abs(p[0]) - h[0] + rounding, 0.0)
        y = max(abs(p[1]) - h[1] + rounding, 0.0)
        z = max(abs(p[2]) - h[2] + rounding, 0.0)
        if rounding == 0.0 or x + y + z < 1e-9:
            return _box_face(p, h)
        x, y = math.copysign(x, p[0]), math.copysign(y, p[1])
        z = math.copysign(z, p[2])
    length = math.sqrt(x * x + y * y + z * z)
    return x / length, y / length, z / length


@inner
def _box_face(p: Triple, h: Triple) -> Triple:
    """Return the normal of the box face that a point is nearest to."""
    x, y, z = abs(p[0]) - h[0], abs(p[1]) - h[1], abs(p[2]) - h[2]
    if x >= y and x >= z:
        return math.copysign(1.0, p[0]), 0.0, 0.0
    if y >= z:
        return 0.0, math.copysign(1.0, p[1]), 0.0
    return 0.0, 0.0, math.copysign(1.0, p[2])


@jit
def distance(shape: int, p: Triple, h: Triple) -> float:
    """Return the signed distance to a sharp-edged solid, roughly for ellipsoids."""
    if shape == ELLIPSOID:
        x, y, z = p[0] / h[0], p[1] / h[1], p[2] / h[2]
        return (math.sqrt(x * x + y * y + z * z) - 1.0) * min(h[0], h[1], h[2])
    if shape == FRUSTUM:
        radius = 0.5 * (h[0] + h[1] + (h[1] - h[0]) * p[2] / h[2])
        side = math.sqrt(p[0] * p[0] + p[1] * p[1]) - max(min(radius, h[0] + h[1]), 0.0)
        x, y, z = side, -1.0, abs(p[2]) - h[2]
        inner = max(x, z)
    else:
        x, y, z = abs(p[0]) - h[0], abs(p[1]) - h[1], abs(p[2]) - h[2]
        inner = max(x, y, z)
    a, b, c = max(x, 0.0), max(y, 0.0), max(z, 0.0)
    return math.sqrt(a * a + b * b + c * c) + min(inner, 0.0)
