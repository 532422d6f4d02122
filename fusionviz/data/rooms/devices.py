"""Lamps and screens."""

from numpy.random import Generator

from fusionviz.data.rooms.classes import Label
from fusionviz.data.rooms.materials import (
    BLACK,
    WHITE,
    Style,
    between,
    chance,
    hue,
    metal,
    number,
    pick,
    plain,
    vivid,
)
from fusionviz.data.rooms.parts import (
    Colour,
    Material,
    Part,
    Piece,
    Vector,
    box,
    ellipsoid,
    frustum,
)
from fusionviz.data.rooms.textures import Pattern

OBJECTS, BOOKS, TV = Label.OBJECTS, Label.BOOKS, Label.TV


LAMP_COLOUR: Colour = (1.0, 0.86, 0.62)


def _shade(base: Vector, radius: float, high: float, colour: Colour) -> Part:
    """Return a lamp shade that glows."""
    glowing = plain(colour, glow=1.1)
    radii = (radius, 0.65 * radius)
    return frustum(base, radii, high, glowing, OBJECTS, shades=False)


def table_lamp(rng: Generator, style: Style) -> Piece:
    """Return a lamp to stand on furniture."""
    foot = metal(style.metal) if chance(rng, 0.5) else plain(vivid(rng), gloss=0.1)
    stem, shade = between(rng, 0.18, 0.28), between(rng, 0.15, 0.2)
    parts = [
        frustum((0, 0, 0), (0.08, 0.07), 0.02, foot, OBJECTS),
        frustum((0, 0, 0.02), (0.02, 0.015), stem, foot, OBJECTS),
        _shade((0, 0, stem), 0.13, shade, LAMP_COLOUR),
    ]
    if chance(rng, 0.5):
        middle = (0, 0, 0.02 + stem * 0.4)
        parts.append(ellipsoid(middle, (0.07, 0.07, 0.4 * stem), foot, OBJECTS))
    at = (0.0, 0.0, stem + shade / 2)
    return Piece(parts=parts, size=(0.28, 0.28, stem + shade), lamps=[at])


def floor_lamp(rng: Generator, style: Style) -> Piece:
    """Return a lamp on a tall stem."""
    foot = metal(style.metal)
    stem, shade = between(rng, 1.25, 1.45), between(rng, 0.25, 0.32)
    radius = between(rng, 0.17, 0.22)
    parts = [
        frustum((0, 0, 0), (0.15, 0.14), 0.025, foot, OBJECTS),
        frustum((0, 0, 0.025), (0.014, 0.014), stem, foot, OBJECTS),
        _shade((0, 0, stem), radius, shade, LAMP_COLOUR),
    ]
    at = (0.0, 0.0, stem + shade / 2)
    return Piece(parts=parts, size=(0.44, 0.44, stem + shade), lamps=[at])


def ceiling_lamp(rng: Generator, style: Style, height: float) -> Piece:
    """Return a pendant or a flat bowl; its z runs from the floor, so it hangs."""
    colour = (1.0, 0.95, 0.86)
    if chance(rng, 0.5):
        glow = plain(colour, glow=1.6)
        at = (0.0, 0.0, height - 0.05)
        bowl = ellipsoid(at, (0.2, 0.2, 0.08), glow, OBJECTS, shades=False)
        return Piece(
            parts=[bowl], size=(0.4, 0.4, height), lamps=[(0, 0, height - 0.2)]
        )
    drop = between(rng, 0.45, 0.75)
    z = height - drop
    cord = frustum((0, 0, z), (0.008, 0.008), drop, plain(BLACK), OBJECTS, shades=False)
    shade = plain(pick(rng, (WHITE, *style.accents)), glow=0.5)
    hood = frustum((0, 0, z - 0.2), (0.22, 0.08), 0.22, shade, OBJECTS, shades=False)
    bulb = plain(colour, glow=2.0)
    disc = frustum((0, 0, z - 0.205), (0.2, 0.2), 0.01, bulb, OBJECTS, shades=False)
    lamp = (0.0, 0.0, z - 0.25)
    return Piece(parts=[cord, hood, disc], size=(0.44, 0.44, height), lamps=[lamp])


def television(rng: Generator, wide: float, base: float) -> list[Part]:
    """Return a flat screen, on or off, its lower edge `base` above the floor."""
    high = 0.57 * wide
    case, z = plain(BLACK, gloss=0.05), base + high / 2
    parts = [box((0, 0, z), (wide, 0.05, high), case, TV)]
    if chance(rng, 0.5):
        picture = Material(
            (hue(rng.random(), 0.5, 0.8), vivid(rng), vivid(rng)),
            Pattern.SCREEN,
            seed=number(rng),
            glow=0.9,
        )
    else:
        picture = plain((0.05, 0.055, 0.065), gloss=0.35)
    face = (wide - 0.05, 0.01, high - 0.05)
    parts.append(box((0, -0.026, z), face, picture, TV))
    return parts


def standing_television(rng: Generator, wide: float, base: float) -> list[Part]:
    """Return a flat screen on a foot, for a cabinet or a desk of height `base`."""
    case = plain(BLACK, gloss=0.05)
    foot = [
        box((0, 0, base + 0.01), (0.35 * wide, 0.18, 0.02), case, TV),
        box((0, 0.02, base + 0.06), (0.08, 0.03, 0.1), case, TV),
    ]
    return foot + television(rng, wide, base + 0.08)


def keyboard_and_mug(rng: Generator, z: float) -> list[Part]:
    """Return what lies in front of a screen."""
    keys = plain(pick(rng, (WHITE, BLACK)))
    mug = plain(vivid(rng), gloss=0.08)
    return [
        box((0, -0.17, z + 0.01), (0.42, 0.13, 0.02), keys, OBJECTS),
        frustum((0.34, -0.1, z), (0.04, 0.042), 0.1, mug, OBJECTS),
    ]
