"""Small things: pillows, plants, vases, books, baskets, rugs."""

import math

from numpy.random import Generator

from fusionviz.data.rooms.classes import Label
from fusionviz.data.rooms.materials import (
    BLACK,
    WHITE,
    Style,
    between,
    chance,
    cloth,
    count,
    hue,
    number,
    pastel,
    pick,
    plain,
    scaled,
    vivid,
    wood,
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


def pillow(
    rng: Generator, centre: Vector, side: float, colour: Colour, lean: float = 0.35
) -> Part:
    """Return a pillow that leans back by `lean` radians from upright."""
    size = (side, 0.16, 0.72 * side)
    turn = (between(rng, -0.15, 0.15), -lean, between(rng, -0.1, 0.1))
    fabric = cloth(rng, colour, printed=0.4)
    return box(centre, size, fabric, OBJECTS, turn=turn, rounding=0.075)


def vase(rng: Generator, base: Vector, high: float) -> list[Part]:
    """Return a vase: belly, neck and rim."""
    glaze = plain(vivid(rng) if chance(rng, 0.6) else pastel(rng), gloss=0.1)
    x, y, z = base
    belly = between(rng, 0.22, 0.36) * high
    middle = (x, y, z + 0.42 * high)
    return [
        frustum(base, (0.5 * belly, 0.9 * belly), 0.2 * high, glaze, OBJECTS),
        ellipsoid(middle, (belly, belly, 0.4 * high), glaze, OBJECTS),
        frustum(
            (x, y, z + 0.7 * high),
            (0.4 * belly, 0.6 * belly),
            0.3 * high,
            glaze,
            OBJECTS,
        ),
    ]


def foliage(
    rng: Generator, base: Vector, spread: float, high: float, leaves: int
) -> list[Part]:
    """Return leaves that fan out from a point, `spread` to each side at most."""
    green = hue(
        between(rng, 0.22, 0.4), between(rng, 0.5, 0.8), between(rng, 0.35, 0.6)
    )
    colours = (scaled(green, 0.8), scaled(green, 1.4), green)
    leaf = Material(colours, Pattern.FOLIAGE, 0.05, seed=number(rng))
    parts = []
    for i in range(leaves):
        angle = 2.399963 * i + between(rng, -0.3, 0.3)
        half = 0.5 * high * between(rng, 0.7, 1.0)
        reach = min(1.0, 0.95 * spread / (2.0 * half))
        tilt = math.asin(reach) * between(rng, 0.15, 1.0)
        out, up = math.sin(tilt) * half, math.cos(tilt) * half
        x, y = math.cos(angle) * out, math.sin(angle) * out
        turn = (angle - math.pi / 2, -tilt, 0.0)
        radii = (0.2 * half, 0.05 * half, half)
        at = (base[0] + x, base[1] + y, base[2] + up)
        parts.append(ellipsoid(at, radii, leaf, OBJECTS, turn=turn))
    return parts


def plant(rng: Generator, style: Style) -> Piece:
    """Return a plant in a pot on the floor."""
    pot = plain(pick(rng, (WHITE, (0.7, 0.4, 0.28), BLACK, *style.accents)), gloss=0.05)
    soil = plain((0.25, 0.18, 0.13))
    radius, high = between(rng, 0.14, 0.2), between(rng, 0.25, 0.4)
    tall, spread = between(rng, 0.5, 1.1), between(rng, 0.28, 0.42)
    parts = [
        frustum((0, 0, 0), (0.75 * radius, radius), high, pot, OBJECTS),
        frustum((0, 0, high), (0.9 * radius, 0.9 * radius), 0.01, soil, OBJECTS),
        *foliage(rng, (0, 0, high), spread, tall, count(rng, 9, 14)),
    ]
    side = 2 * spread
    return Piece(parts=parts, size=(side, side, high + tall))


def book_stack(rng: Generator, base: Vector) -> list[Part]:
    """Return a few books lying on each other."""
    parts, z = [], base[2]
    for _ in range(count(rng, 3, 6)):
        thick = between(rng, 0.03, 0.06)
        colour = vivid(rng) if chance(rng, 0.7) else WHITE
        cover = Material((colour, WHITE, scaled(colour, 0.6)), Pattern.SPINE, seed=7)
        size = (between(rng, 0.26, 0.34), between(rng, 0.2, 0.25), thick)
        turn = (between(rng, -0.3, 0.3), 0.0, 0.0)
        parts.append(
            box((base[0], base[1], z + thick / 2), size, cover, BOOKS, turn=turn)
        )
        z += thick
    return parts


def _bowl(rng: Generator, base: Vector) -> list[Part]:
    """Return a bowl of fruit."""
    x, y, z = base
    parts = [frustum(base, (0.06, 0.14), 0.08, plain(pastel(rng), gloss=0.1), OBJECTS)]
    fruit = plain(hue(between(rng, 0.0, 0.3), 0.85, 0.85))
    for i in range(4):
        at = (x + 0.06 * math.cos(1.57 * i), y + 0.06 * math.sin(1.57 * i), z + 0.09)
        parts.append(ellipsoid(at, (0.045, 0.045, 0.045), fruit, OBJECTS))
    return parts


def small_thing(
    rng: Generator, style: Style, base: Vector, limit: float = 0.4
) -> list[Part]:
    """Return a vase, pot plant, box, bowl, bottle or ball no higher than `limit`."""
    x, y, z = base
    kind = count(rng, 0, 5)
    if kind == 0:
        return vase(rng, base, min(limit, between(rng, 0.26, 0.42)))
    if kind == 1:
        high = min(limit, between(rng, 0.3, 0.42))
        pot = plain(pick(rng, (WHITE, (0.7, 0.4, 0.28), *style.accents)))
        leaves = foliage(rng, (x, y, z + 0.3 * high), 0.14, 0.65 * high, 8)
        return [frustum(base, (0.06, 0.08), 0.32 * high, pot, OBJECTS), *leaves]
    if kind == 2:
        size = (between(rng, 0.16, 0.28), 0.18, min(limit, between(rng, 0.1, 0.2)))
        body = plain(pick(rng, (*style.accents, (0.72, 0.56, 0.38))))
        lid = (size[0] + 0.01, 0.19, 0.02)
        return [
            box((x, y, z + size[2] / 2), size, body, OBJECTS),
            box((x, y, z + size[2]), lid, plain(WHITE), OBJECTS),
        ]
    if kind == 3 and limit > 0.14:
        return _bowl(rng, base)
    if kind == 4:
        glass = plain(hue(rng.random(), 0.6, 0.5), gloss=0.15)
        high = min(limit, 0.3)
        return [
            frustum(base, (0.04, 0.04), 0.6 * high, glass, OBJECTS),
            frustum((x, y, z + 0.6 * high), (0.04, 0.015), 0.15 * high, glass, OBJECTS),
            frustum(
                (x, y, z + 0.75 * high), (0.015, 0.015), 0.2 * high, glass, OBJECTS
            ),
        ]
    radius = min(limit / 2, between(rng, 0.07, 0.11))
    ball = plain(pick(rng, style.accents), gloss=0.05)
    return [ellipsoid((x, y, z + radius), (radius, radius, radius), ball, OBJECTS)]


def rug(rng: Generator, wide: float, deep: float) -> list[Part]:
    """Return a rug on the floor."""
    colours = (vivid(rng), vivid(rng), pastel(rng))
    if chance(rng, 0.4):
        base = vivid(rng)
        colours = (base, scaled(base, 0.6), pastel(rng))
    scale = between(rng, 0.25, 0.5)
    pile = Material(colours, Pattern.RUG, scale, seed=number(rng))
    return [box((0, 0, 0.006), (wide, deep, 0.012), pile, Label.FLOOR)]


def basket(rng: Generator, style: Style) -> Piece:
    """Return a basket, a bin, a ball or a box that stands on the floor."""
    kind = count(rng, 0, 2)
    if kind == 0:
        weave = wood(rng, (0.75, 0.58, 0.38))
        parts = [frustum((0, 0, 0), (0.14, 0.18), 0.3, weave, OBJECTS)]
        inside = plain((0.2, 0.15, 0.1))
        parts.append(frustum((0, 0, 0.29), (0.16, 0.16), 0.012, inside, OBJECTS))
    elif kind == 1:
        body = plain(pick(rng, (*style.accents, (0.72, 0.56, 0.38))))
        size = (between(rng, 0.3, 0.42), between(rng, 0.28, 0.36), 0.3)
        parts = [box((0, 0, 0.15), size, body, OBJECTS)]
        parts.append(
            box((0, 0, 0.3), (size[0] + 0.02, size[1] + 0.02, 0.03), body, OBJECTS)
        )
    else:
        ball = Material((vivid(rng), WHITE, vivid(rng)), Pattern.STRIPES, 0.2)
        parts = [ellipsoid((0, 0, 0.16), (0.16, 0.16, 0.16), ball, OBJECTS)]
    return Piece(parts=parts, size=(0.44, 0.44, 0.32))
