"""Rays through a room: what each pixel sees, what a mirror shows, what is in shadow.

Pixels are drawn in object order: each part is tested only against the pixels that its
bounding box projects to, so a room of 200 parts costs little more than an empty one.
Other rays skip groups of parts whose bounding box they miss.
"""

import math

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.rooms.packing import Record, Room
from fusionviz.data.rooms.shapes import (
    FRUSTUM,
    MISS,
    Triple,
    hit,
    inner,
    jit,
    safe_inverse,
)
from fusionviz.data.rooms.view import View

NEAR_M = 0.05
FACES = 6


@jit
def cast(
    room: Room, view: View, height: int, width: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return depth in metres and index of the part that is seen, (height, width)."""
    depth = np.empty((height, width))
    seen = np.empty((height, width), dtype=np.int64)
    at = (view.position[0], view.position[1], view.position[2])
    for y in range(height):
        for x in range(width):
            depth[y, x], seen[y, x] = hit_faces(room, at, ray(view, x, y))
    for index in range(FACES, room.parts.shape[0]):
        _draw(room.parts[index], index, view, depth, seen)
    return depth, seen


@inner
def ray(view: View, x: float, y: float) -> Triple:
    """Return the direction through a pixel in world axes, of depth 1."""
    u, v = (x - view.cx) / view.fx, (y - view.cy) / view.fy
    a = view.axes
    return (
        u * a[0, 0] + v * a[1, 0] + a[2, 0],
        u * a[0, 1] + v * a[1, 1] + a[2, 1],
        u * a[0, 2] + v * a[1, 2] + a[2, 2],
    )


@inner
def hit_faces(room: Room, o: Triple, d: Triple) -> tuple[float, int]:
    """Return t and face where a ray from inside leaves the room."""
    best, face = MISS, 0
    for axis in range(3):
        if d[axis] > 1e-12:
            t, side = (room.extent[axis] - o[axis]) / d[axis], 2 * axis + 1
        elif d[axis] < -1e-12:
            t, side = -o[axis] / d[axis], 2 * axis
        else:
            continue
        if t < best:
            best, face = t, side
    return best, face


@inner
def to_part(part: Record, v: Triple) -> Triple:
    """Return a direction in a part's own axes."""
    a = part.axes
    return (
        a[0, 0] * v[0] + a[1, 0] * v[1] + a[2, 0] * v[2],
        a[0, 1] * v[0] + a[1, 1] * v[1] + a[2, 1] * v[2],
        a[0, 2] * v[0] + a[1, 2] * v[1] + a[2, 2] * v[2],
    )


@inner
def to_world(part: Record, v: Triple) -> Triple:
    """Return a direction of a part's own axes in world axes."""
    a = part.axes
    return (
        a[0, 0] * v[0] + a[0, 1] * v[1] + a[0, 2] * v[2],
        a[1, 0] * v[0] + a[1, 1] * v[1] + a[1, 2] * v[2],
        a[2, 0] * v[0] + a[2, 1] * v[1] + a[2, 2] * v[2],
    )


@inner
def point_in_part(part: Record, p: Triple) -> Triple:
    """Return a point in a part's own axes, from its centre."""
    c = part.centre
    return to_part(part, (p[0] - c[0], p[1] - c[1], p[2] - c[2]))


@inner
def half_of(part: Record) -> Triple:
    """Return a part's half sizes."""
    h = part.half
    return h[0], h[1], h[2]


@inner
def _draw(
    part: Record,
    index: int,
    view: View,
    depth: NDArray[np.float64],
    seen: NDArray[np.int64],
) -> None:
    """Draw one part where it is nearer than what is there."""
    left, top, right, bottom = _bounds(part, view, depth.shape)
    o = point_in_part(part, (view.position[0], view.position[1], view.position[2]))
    h, shape, rounding = half_of(part), part.shape, part.rounding
    for y in range(top, bottom):
        for x in range(left, right):
            t = hit(shape, o, to_part(part, ray(view, x, y)), h, rounding)
            if NEAR_M < t < depth[y, x]:
                depth[y, x] = t
                seen[y, x] = index


@inner
def _bounds(
    part: Record, view: View, size: tuple[int, int]
) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of the pixels that a part may cover."""
    left, top, right, bottom = MISS, MISS, -MISS, -MISS
    corner = _corners(part, view)
    for start in range(8):
        for bit in (1, 2, 4):
            if start & bit:
                continue
            a, b = corner[start], corner[start | bit]
            if a[2] < b[2]:
                a, b = b, a
            if a[2] < NEAR_M:
                continue
            cut = min((a[2] - NEAR_M) / max(a[2] - b[2], 1e-12), 1.0)
            z = max(b[2], NEAR_M)
            x, y = a[0] + cut * (b[0] - a[0]), a[1] + cut * (b[1] - a[1])
            u0, v0, u1, v1 = a[0] / a[2], a[1] / a[2], x / z, y / z
            left, right = min(left, u0, u1), max(right, u0, u1)
            top, bottom = min(top, v0, v1), max(bottom, v0, v1)
    if left > right:
        return 0, 0, 0, 0
    return (
        _within(view.cx + view.fx * left, size[1]),
        _within(view.cy + view.fy * top, size[0]),
        _within(view.cx + view.fx * right + 1.0, size[1]),
        _within(view.cy + view.fy * bottom + 1.0, size[0]),
    )


@inner
def _within(place: float, size: int) -> int:
    """Return the first pixel at or after a place, held to the image."""
    return int(math.ceil(min(max(place, 0.0), 1.0 * size)))


@inner
def _corners(part: Record, view: View) -> NDArray[np.float64]:
    """Return the corners of a part's bounding box in camera axes, (8, 3)."""
    corner = np.empty((8, 3))
    wide, deep, high = half_of(part)
    if part.shape == FRUSTUM:
        wide = deep = max(wide, deep)
    for i in range(8):
        x = wide if i & 1 else -wide
        y = deep if i & 2 else -deep
        z = high if i & 4 else -high
        w = to_world(part, (x, y, z))
        for k in range(3):
            corner[i, k] = 0.0
            for axis in range(3):
                offset = w[axis] + part.centre[axis] - view.position[axis]
                corner[i, k] += view.axes[k, axis] * offset
    return corner


@inner
def inverses(d: Triple) -> Triple:
    """Return 1 / d of each component, finite."""
    return safe_inverse(d[0]), safe_inverse(d[1]), safe_inverse(d[2])


@inner
def crosses(group: Record, o: Triple, inverse: Triple, reach: float) -> bool:
    """Return whether a ray meets the bounding box of a group before `reach`."""
    enter, leave = 0.0, reach
    low, high = group.low, group.high
    for axis in range(3):
        a = (low[axis] - o[axis]) * inverse[axis]
        b = (high[axis] - o[axis]) * inverse[axis]
        enter, leave = max(enter, min(a, b)), min(leave, max(a, b))
    return enter <= leave


@inner
def hit_part(part: Record, o: Triple, d: Triple) -> float:
    """Return t where a ray in world axes meets a part, infinite where it does not."""
    at, towards = point_in_part(part, o), to_part(part, d)
    return hit(part.shape, at, towards, half_of(part), part.rounding)


@jit
def nearest(room: Room, o: Triple, d: Triple) -> tuple[float, int]:
    """Return t and part of the first hit of a ray in world axes."""
    best, seen = hit_faces(room, o, d)
    inverse = inverses(d)
    for k in range(room.groups.shape[0]):
        group = room.groups[k]
        if not crosses(group, o, inverse, best):
            continue
        for index in range(group.start, group.stop):
            t = hit_part(room.parts[index], o, d)
            if t < best:
                best, seen = t, index
    return best, seen


@jit
def is_shaded(room: Room, o: Triple, d: Triple, reach: float) -> bool:
    """Return whether a part stands between `o` and `o + reach d`."""
    inverse = inverses(d)
    for k in range(room.groups.shape[0]):
        group = room.groups[k]
        if not group.shades or not crosses(group, o, inverse, reach):
            continue
        for index in range(group.start, group.stop):
            part = room.parts[index]
            if part.shades and hit_part(part, o, d) < reach:
                return True
    return False
