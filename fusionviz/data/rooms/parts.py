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


PART = np.dtype(
    [
        ("shape", np.int64),
        ("label", np.int64),
        ("piece", np.int64),
        ("pattern", np.int64),
        ("seed", np.int64),
        ("shades", np.bool_),
        ("centre", np.float64, 3),
        ("axes", np.float64, (3, 3)),
        ("half", np.float64, 3),
        ("rounding", np.float64),
        ("colours", np.float64, (3, 3)),
        ("scale", np.float64),
        ("gloss", np.float64),
        ("glow", np.float64),
    ],
    align=True,
)
"""A part in world axes.

The columns of `axes` are the part's own axes; `piece` counts the pieces that parts
belong to, -1 for the room's faces.
"""

GROUP = np.dtype(
    [
        ("start", np.int64),
        ("stop", np.int64),
        ("shades", np.bool_),
        ("low", np.float64, 3),
        ("high", np.float64, 3),
    ],
    align=True,
)
"""A run of parts, `start` up to `stop`, and the box around them in world axes."""


class Room(NamedTuple):
    """A scene as the tracer reads it.

    `extent` is width (x), depth (y) and height (z). The first six of `parts` are the
    room's faces: x = 0, x = width, y = 0, y = depth, floor, ceiling; `groups` hold the
    others.
    """

    extent: NDArray[np.float64]
    parts: NDArray[np.void]
    groups: NDArray[np.void]


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
        groups: Parts in world axes, neighbours in a list near each other in space.
    """
    runs = [
        group[first : first + RUN]
        for group in groups
        for first in range(0, len(group), RUN)
    ]
    solids = [_face(extent, axis, faces[axis]) for axis in range(6)]
    solids += [part for run in runs for part in run]
    parts = _part_array(solids)
    parts["piece"][:6] = -1
    parts["piece"][6:] = np.repeat(np.arange(len(groups)), [len(g) for g in groups])
    reach = parts["half"].copy()
    is_round = parts["shape"] == Shape.FRUSTUM
    reach[is_round, :2] = reach[is_round, :2].max(axis=1, keepdims=True)
    spread = np.einsum("pij,pj->pi", np.abs(parts["axes"]), reach)
    low, high = parts["centre"] - spread, parts["centre"] + spread
    boxes = np.zeros(len(runs), GROUP)
    boxes["stop"] = 6 + np.cumsum([len(run) for run in runs], dtype=np.int64)
    boxes["start"] = np.concatenate([[6], boxes["stop"][:-1]])[: len(runs)]
    for group in boxes:
        members = slice(group["start"], group["stop"])
        group["low"], group["high"] = low[members].min(0), high[members].max(0)
        group["shades"] = parts["shades"][members].any()
    return Room(np.array(extent, dtype=np.float64), parts, boxes)


def _part_array(solids: Sequence[Part]) -> NDArray[np.void]:
    """Return parts as an array of `PART`."""
    parts = np.zeros(len(solids), PART)
    materials = [part.material for part in solids]
    for name in ("shape", "label", "shades", "centre", "half", "rounding"):
        parts[name] = [getattr(part, name) for part in solids]
    for name in ("pattern", "seed", "colours", "scale", "gloss", "glow"):
        parts[name] = [getattr(material, name) for material in materials]
    parts["axes"] = _rotations(np.array([part.turn for part in solids], np.float64))
    return parts


def _face(extent: Vector, face: int, material: Material) -> Part:
    """Return one side of the room, of no thickness, as a part."""
    label = Label.WALL if face < 4 else Label.FLOOR if face == 4 else Label.CEILING
    centre = [side / 2 for side in extent]
    half = [side / 2 for side in extent]
    centre[face // 2] = extent[face // 2] * (face % 2)
    half[face // 2] = 0.0
    x, y, z = centre
    return Part(Shape.FACE, (x, y, z), (half[0], half[1], half[2]), material, label)


def _rotations(turns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return matrices (part, 3, 3) from a part's own axes to the world's."""
    (cz, cx, cy), (sz, sx, sy) = np.cos(turns).T, np.sin(turns).T
    rows = [
        [cz * cy - sz * sx * sy, -sz * cx, cz * sy + sz * sx * cy],
        [sz * cy + cz * sx * sy, cz * cx, sz * sy - cz * sx * cy],
        [-cx * sy, sx, cx * cy],
    ]
    return np.array(rows).transpose(2, 0, 1)
