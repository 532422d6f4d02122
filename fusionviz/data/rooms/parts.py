"""What rooms are built of: parts, pieces, and the arrays that the tracer reads.

World axes: x and y along the floor, z up, metres. A piece of furniture is built about
the middle of its footprint, its back towards +y, its front towards -y.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from fusionviz.data.rooms.classes import Label
from fusionviz.data.rooms.shapes import Shape
from fusionviz.data.rooms.textures import Pattern

Vector = tuple[float, float, float]


Colour = tuple[float, float, float]


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
    """One solid: box, ellipsoid, or frustum (bottom radius, top radius, half height).

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
