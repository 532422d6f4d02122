"""What rooms are built of: parts, pieces, and the arrays that the tracer reads.

World axes: x and y along the floor, z up, metres. A piece of furniture is built about
the middle of its footprint, its back towards +y, its front towards -y.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.rooms.classes import Label
from fusionviz.data.rooms.shapes import Shape
from fusionviz.data.rooms.textures import Pattern

Vector = tuple[float, float, float]
Colour = tuple[float, float, float]
RUN = 8


class Material(NamedTuple):
    """How a surface looks.

    `colours` are sRGB in 0..1, mixed by the pattern. `scale` is the size of one repeat
    in metres, `gloss` the strength of highlights and mirror images, `glow` the light
    that the surface gives off, in units of white paper under the room's light.
    """

    colours: tuple[Colour, Colour, Colour]
    pattern: Pattern = Pattern.PLAIN
    scale: float = 0.1
    gloss: float = 0.0
    glow: float = 0.0
    seed: int = 0


class Part(NamedTuple):
    """One solid: a box, a frustum (bottom radius, top radius, half height), an ellipsoid.

    `turn` is yaw about z, then pitch about x, then roll about y, in radians.
    `rounding` is the radius of a box's edges. A part with `shades` false lets light
    through: window panes and lamp shades.
    """

    shape: Shape
    centre: Vector
    half: Vector
    material: Material
    label: Label
    turn: Vector = (0.0, 0.0, 0.0)
    rounding: float = 0.0
    shades: bool = True


class Top(NamedTuple):
    """A rectangle that small things can stand on, in its piece's axes."""

    x: float
    y: float
    half_width: float
    half_depth: float
    z: float


@dataclass(kw_only=True)
class Piece:
    """A piece of furniture: its parts and the room that it takes.

    Attributes:
        size: Width (x), depth (y) and height (z) in metres.
        tops: Where small things can stand.
        lamps: Points that give light.
    """

    parts: list[Part]
    size: Vector
    tops: list[Top] = field(default_factory=list)
    lamps: list[Vector] = field(default_factory=list)


class Room(NamedTuple):
    """A scene as the tracer reads it; the first six parts are the room's faces.

    Faces come in the order x = 0, x = width, y = 0, y = depth, floor, ceiling. Groups
    are runs of parts with a common bounding box: those of group g are
    `group_start[g]` up to `group_start[g + 1]`.
    """

    extent: NDArray[np.float64]
    shape: NDArray[np.int64]
    centre: NDArray[np.float64]
    axes: NDArray[np.float64]
    half: NDArray[np.float64]
    rounding: NDArray[np.float64]
    shades: NDArray[np.bool_]
    label: NDArray[np.int64]
    pattern: NDArray[np.int64]
    colours: NDArray[np.float64]
    surface: NDArray[np.float64]
    pattern_seed: NDArray[np.int64]
    group_start: NDArray[np.int64]
    group_low: NDArray[np.float64]
    group_high: NDArray[np.float64]
    group_shades: NDArray[np.bool_]


def box(
    centre: Vector,
    size: Vector,
    material: Material,
    label: Label,
    *,
    turn: Vector = (0.0, 0.0, 0.0),
    rounding: float = 0.0,
    shades: bool = True,
) -> Part:
    """Return a box of full side lengths `size`."""
    half = (size[0] / 2, size[1] / 2, size[2] / 2)
    rounding = min(rounding, 0.98 * min(half))
    return Part(Shape.BOX, centre, half, material, label, turn, rounding, shades)


def frustum(
    base: Vector,
    radii: tuple[float, float],
    height: float,
    material: Material,
    label: Label,
    *,
    turn: Vector = (0.0, 0.0, 0.0),
    shades: bool = True,
) -> Part:
    """Return a round upright solid standing on `base`, with bottom and top radius."""
    centre = (base[0], base[1], base[2] + height / 2)
    half = (radii[0], radii[1], height / 2)
    return Part(Shape.FRUSTUM, centre, half, material, label, turn, 0.0, shades)


def ellipsoid(
    centre: Vector,
    radii: Vector,
    material: Material,
    label: Label,
    *,
    turn: Vector = (0.0, 0.0, 0.0),
    shades: bool = True,
) -> Part:
    """Return an ellipsoid with the given half axes."""
    return Part(Shape.ELLIPSOID, centre, radii, material, label, turn, 0.0, shades)


def move_point(point: Vector, shift: Vector, yaw: float = 0.0) -> Vector:
    """Return a point turned about the z axis, then shifted."""
    cos, sin = math.cos(yaw), math.sin(yaw)
    x, y, z = point
    return (
        cos * x - sin * y + shift[0],
        sin * x + cos * y + shift[1],
        z + shift[2],
    )


def move(parts: Iterable[Part], shift: Vector, yaw: float = 0.0) -> list[Part]:
    """Return the parts turned about the z axis, then shifted."""
    return [
        part._replace(
            centre=move_point(part.centre, shift, yaw),
            turn=(part.turn[0] + yaw, part.turn[1], part.turn[2]),
        )
        for part in parts
    ]


def pack(
    extent: Vector, faces: Sequence[Material], groups: Sequence[Sequence[Part]]
) -> Room:
    """Return the arrays of a room.

    Args:
        extent: Width (x), depth (y) and height (z) of the room in metres.
        faces: Six materials: four walls, floor, ceiling, as in `Room`.
        groups: Parts in world axes, neighbours in the list near each other in space.
    """
    groups = [
        group[first : first + RUN]
        for group in groups
        for first in range(0, len(group), RUN)
    ]
    parts = [_face(extent, axis, faces[axis]) for axis in range(6)]
    parts += [part for group in groups for part in group]
    materials = [part.material for part in parts]
    centre = np.array([part.centre for part in parts], dtype=np.float64)
    half = np.array([part.half for part in parts], dtype=np.float64)
    shape = np.array([part.shape for part in parts], dtype=np.int64)
    axes = _rotations(np.array([part.turn for part in parts], dtype=np.float64))
    start = np.cumsum([6] + [len(group) for group in groups], dtype=np.int64)
    reach = half.copy()
    round_parts = shape == Shape.FRUSTUM
    reach[round_parts, :2] = half[round_parts, :2].max(axis=1, keepdims=True)
    spread = np.einsum("pij,pj->pi", np.abs(axes), reach)
    low, high = centre - spread, centre + spread
    runs = [slice(a, b) for a, b in zip(start[:-1], start[1:], strict=True)]
    return Room(
        extent=np.array(extent, dtype=np.float64),
        shape=shape,
        centre=centre,
        axes=axes,
        half=half,
        rounding=np.array([part.rounding for part in parts], dtype=np.float64),
        shades=np.array([part.shades for part in parts], dtype=np.bool_),
        label=np.array([part.label for part in parts], dtype=np.int64),
        pattern=np.array([m.pattern for m in materials], dtype=np.int64),
        colours=np.array([m.colours for m in materials], dtype=np.float64),
        surface=np.array([(m.scale, m.gloss, m.glow) for m in materials], np.float64),
        pattern_seed=np.array([m.seed for m in materials], dtype=np.int64),
        group_start=start,
        group_low=np.array([low[run].min(0) for run in runs]).reshape(-1, 3),
        group_high=np.array([high[run].max(0) for run in runs]).reshape(-1, 3),
        group_shades=np.array(
            [any(p.shades for p in parts[run]) for run in runs], bool
        ),
    )


def _face(extent: Vector, face: int, material: Material) -> Part:
    """Return one side of the room, of no thickness, as a part."""
    label = Label.WALL if face < 4 else Label.FLOOR if face == 4 else Label.CEILING
    centre = [side / 2 for side in extent]
    half = [side / 2 for side in extent]
    centre[face // 2] = extent[face // 2] * (face % 2)
    half[face // 2] = 0.0
    return Part(Shape.FACE, tuple(centre), tuple(half), material, label)  # type: ignore[arg-type]


def _rotations(turns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return matrices (part, 3, 3) from a part's own axes to the world's."""
    cos, sin = np.cos(turns).T, np.sin(turns).T
    (cz, cx, cy), (sz, sx, sy) = cos, sin
    rows = [
        [cz * cy - sz * sx * sy, -sz * cx, cz * sy + sz * sx * cy],
        [sz * cy + cz * sx * sy, cz * cx, sz * sy - cz * sx * cy],
        [-cx * sy, sx, cx * cy],
    ]
    return np.ascontiguousarray(np.array(rows).transpose(2, 0, 1))
