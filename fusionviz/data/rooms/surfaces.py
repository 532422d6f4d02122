"""Places on surfaces: where rays ended, with normals and colours.

Kernels run over flat lists of places, so that each is compiled once and serves the
pixels, their four samples and the mirror images alike.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.rooms.casting import (
    FACES,
    half_of,
    nearest,
    point_in_part,
    ray,
    to_part,
    to_world,
)
from fusionviz.data.rooms.packing import Room
from fusionviz.data.rooms.shapes import (
    ELLIPSOID,
    FRUSTUM,
    Triple,
    inner,
    jit,
    normal_at,
)
from fusionviz.data.rooms.textures import weights
from fusionviz.data.rooms.view import View


class Places(NamedTuple):
    """Where rays ended, one a row.

    `point` and `normal` (place, 3) are in world axes, `part` (place,) is the index of
    the part, `pixel` (place,) the size of a pixel on the surface in metres.
    """

    point: NDArray[np.float64]
    normal: NDArray[np.float64]
    part: NDArray[np.int64]
    pixel: NDArray[np.float64]

    def chosen(self, which: NDArray[np.intp]) -> "Places":
        """Return some of the places."""
        return Places(
            self.point[which],
            self.normal[which],
            self.part[which],
            self.pixel[which],
        )


@inner
def dot(a: Triple, b: Triple) -> float:
    """Return the scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@inner
def _normal(room: Room, index: int, p: Triple) -> Triple:
    """Return the normal of a part, or of the room's face, at a point of it."""
    if index < FACES:
        sign, axis = 1.0 - 2.0 * (index % 2), index // 2
        return sign * (axis == 0), sign * (axis == 1), sign * (axis == 2)
    part = room.parts[index]
    local = point_in_part(part, p)
    n = normal_at(part.shape, local, half_of(part), part.rounding)
    return to_world(part, n)


@inner
def _note(
    places: Places, k: int, room: Room, o: Triple, d: Triple, t: float, index: int
) -> None:
    """Write the end of a ray into row `k`, except for its pixel size."""
    p = (o[0] + t * d[0], o[1] + t * d[1], o[2] + t * d[2])
    n = _normal(room, index, p)
    for axis in range(3):
        places.point[k, axis] = p[axis]
        places.normal[k, axis] = n[axis]
    places.part[k] = index


@inner
def _empty(count: int) -> Places:
    """Return room for so many places."""
    return Places(
        np.empty((count, 3)),
        np.empty((count, 3)),
        np.empty(count, dtype=np.int64),
        np.empty(count),
    )


@jit
def seen_places(
    room: Room, view: View, depth: NDArray[np.float64], part: NDArray[np.int64]
) -> Places:
    """Return what the pixels of a view see, row by row."""
    height, width = depth.shape
    places = _empty(height * width)
    o = (view.position[0], view.position[1], view.position[2])
    for y in range(height):
        for x in range(width):
            k, d, t = y * width + x, ray(view, x, y), depth[y, x]
            _note(places, k, room, o, d, t, part[y, x])
            n = places.normal[k]
            cosine = -dot(d, (n[0], n[1], n[2])) / math.sqrt(dot(d, d))
            places.pixel[k] = t / (view.fx * max(cosine, 0.15))
    return places


@jit
def mirrored_places(room: Room, view: View, mirrors: Places) -> Places:
    """Return what a view sees by way of mirrors."""
    places = _empty(mirrors.part.shape[0])
    for k in range(mirrors.part.shape[0]):
        n = (mirrors.normal[k, 0], mirrors.normal[k, 1], mirrors.normal[k, 2])
        p, at = mirrors.point[k], view.position
        d = (p[0] - at[0], p[1] - at[1], p[2] - at[2])
        across = 2.0 * dot(d, n)
        r = (d[0] - across * n[0], d[1] - across * n[1], d[2] - across * n[2])
        o = (p[0] + 2e-3 * n[0], p[1] + 2e-3 * n[1], p[2] + 2e-3 * n[2])
        t, index = nearest(room, o, r)
        _note(places, k, room, o, r, t, index)
        places.pixel[k] = 2.0 * mirrors.pixel[k]
    return places


@inner
def _unwrap(
    shape: int, p: Triple, n: Triple, h: Triple
) -> tuple[float, float, float, float]:
    """Return u and v in metres from a face's corner, and the face's two sides."""
    if shape == FRUSTUM and abs(n[2]) < 0.9:
        radius = max(h[0], h[1])
        around = math.pi * radius
        angle = math.atan2(p[1], p[0])
        return angle * radius + around, p[2] + h[2], 2.0 * around, 2.0 * h[2]
    if shape in (FRUSTUM, ELLIPSOID):
        return p[0] + h[0], p[1] + p[2] + h[1], 2.0 * h[0], 2.0 * h[1]
    x, y, z = abs(n[0]), abs(n[1]), abs(n[2])
    if z >= x and z >= y:
        return p[0] + h[0], p[1] + h[1], 2.0 * h[0], 2.0 * h[1]
    if y >= x:
        return p[0] + h[0], p[2] + h[2], 2.0 * h[0], 2.0 * h[2]
    return p[1] + h[1], p[2] + h[2], 2.0 * h[1], 2.0 * h[2]


@jit
def radiance(
    room: Room, places: Places, light: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return linear RGB that places under a light send out, (place, 3).

    Albedo, from the part's pattern and colours, times light and glow.
    """
    out = np.empty_like(places.point)
    for k in range(places.part.shape[0]):
        part = room.parts[places.part[k]]
        p, n = places.point[k], places.normal[k]
        local = point_in_part(part, (p[0], p[1], p[2]))
        facing = to_part(part, (n[0], n[1], n[2]))
        u, v, wide, high = _unwrap(part.shape, local, facing, half_of(part))
        second, third, gain = weights(
            part.pattern, u, v, wide, high, part.scale, part.seed, places.pixel[k]
        )
        c = part.colours
        for channel in range(3):
            mixed = c[0, channel] + (c[1, channel] - c[0, channel]) * second
            mixed = (mixed + (c[2, channel] - mixed) * third) * gain
            out[k, channel] = mixed * mixed * (light[k, channel] + part.glow)
    return out
