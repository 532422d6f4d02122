"""Tables and desks."""

from numpy.random import Generator

from fusionviz.data.rooms.classes import Label
from fusionviz.data.rooms.materials import (
    WHITE,
    Style,
    between,
    chance,
    count,
    metal,
    pick,
    plain,
    wood,
)
from fusionviz.data.rooms.parts import Material, Part, Piece, Top, box, frustum
from fusionviz.data.rooms.textures import Pattern

TABLE = Label.TABLE


def _top_material(rng: Generator, style: Style) -> Material:
    """Return wood, white lacquer or marble."""
    kind = rng.random()
    if kind < 0.65:
        return wood(rng, style.wood, gloss=0.12)
    if kind < 0.85:
        return plain(WHITE, gloss=0.15)
    grey = (0.55, 0.55, 0.57)
    return Material((WHITE, grey, (0.8, 0.79, 0.77)), Pattern.MARBLE, 0.5, 0.2)


def four_legs(
    rng: Generator,
    wide: float,
    deep: float,
    high: float,
    thick: float,
    material: Material,
    label: Label,
) -> list[Part]:
    """Return four legs at the corners, square or round and tapered."""
    round_legs = chance(rng, 0.4)
    parts = []
    for sx in (-1.0, 1.0):
        for sy in (-1.0, 1.0):
            x, y = sx * (wide / 2 - thick), sy * (deep / 2 - thick)
            if round_legs:
                radii = (0.35 * thick, 0.6 * thick)
                parts.append(frustum((x, y, 0.0), radii, high, material, label))
            else:
                parts.append(
                    box((x, y, high / 2), (thick, thick, high), material, label)
                )
    return parts


def dining_table(rng: Generator, style: Style) -> Piece:
    """Return a table to sit at, on four legs with an apron, or round on a column."""
    if chance(rng, 0.3):
        return _round_table(rng, style)
    wide, deep = between(rng, 1.2, 1.9), between(rng, 0.8, 1.0)
    high, thick = between(rng, 0.72, 0.77), between(rng, 0.03, 0.05)
    top = _top_material(rng, style)
    legs = wood(rng, style.wood) if chance(rng, 0.7) else metal(style.metal)
    under = high - thick
    parts = [box((0, 0, high - thick / 2), (wide, deep, thick), top, TABLE)]
    parts += four_legs(rng, wide, deep, under, 0.07, legs, TABLE)
    for side in (-1.0, 1.0):
        y, x = side * (deep / 2 - 0.07), side * (wide / 2 - 0.07)
        z = under - 0.04
        parts.append(box((0, y, z), (wide - 0.16, 0.02, 0.08), legs, TABLE))
        parts.append(box((x, 0, z), (0.02, deep - 0.16, 0.08), legs, TABLE))
    place = Top(0, 0, wide / 2 - 0.12, deep / 2 - 0.12, high)
    return Piece(parts=parts, size=(wide, deep, high), tops=[place])


def _round_table(rng: Generator, style: Style) -> Piece:
    """Return a round table on one column."""
    radius, high = between(rng, 0.5, 0.65), between(rng, 0.72, 0.77)
    top = _top_material(rng, style)
    stem = wood(rng, style.wood) if chance(rng, 0.5) else metal(style.metal)
    parts = [
        frustum((0, 0, high - 0.035), (radius, radius), 0.035, top, TABLE),
        frustum((0, 0, 0.04), (0.06, 0.05), high - 0.075, stem, TABLE),
        frustum((0, 0, 0), (0.55 * radius, 0.4 * radius), 0.04, stem, TABLE),
    ]
    place = Top(0, 0, 0.55 * radius, 0.55 * radius, high)
    size = (2 * radius, 2 * radius, high)
    return Piece(parts=parts, size=size, tops=[place])


def coffee_table(rng: Generator, style: Style) -> Piece:
    """Return a low table, with a shelf under the top at times."""
    wide, deep = between(rng, 0.8, 1.2), between(rng, 0.5, 0.65)
    high, thick = between(rng, 0.38, 0.46), between(rng, 0.025, 0.05)
    top = _top_material(rng, style)
    legs = wood(rng, style.wood) if chance(rng, 0.6) else metal(style.metal)
    parts = [box((0, 0, high - thick / 2), (wide, deep, thick), top, TABLE)]
    parts += four_legs(rng, wide, deep, high - thick, 0.06, legs, TABLE)
    if chance(rng, 0.5):
        size = (wide - 0.14, deep - 0.14, 0.02)
        parts.append(box((0, 0, 0.14), size, legs, TABLE))
    place = Top(0, 0, wide / 2 - 0.08, deep / 2 - 0.08, high)
    return Piece(parts=parts, size=(wide, deep, high), tops=[place])


def side_table(rng: Generator, style: Style) -> Piece:
    """Return a small round table beside a sofa."""
    radius, high = between(rng, 0.22, 0.28), between(rng, 0.48, 0.58)
    top = _top_material(rng, style)
    stem = metal(style.metal)
    parts = [
        frustum((0, 0, high - 0.03), (radius, radius), 0.03, top, TABLE),
        frustum((0, 0, 0.02), (0.025, 0.025), high - 0.05, stem, TABLE),
        frustum((0, 0, 0), (0.7 * radius, 0.65 * radius), 0.02, stem, TABLE),
    ]
    place = Top(0, 0, 0.4 * radius, 0.4 * radius, high)
    return Piece(parts=parts, size=(2 * radius, 2 * radius, high), tops=[place])


def desk(rng: Generator, style: Style) -> Piece:
    """Return a desk against the wall: a top, panel legs and drawers on one side."""
    wide, deep = between(rng, 1.2, 1.7), between(rng, 0.6, 0.72)
    high, thick = between(rng, 0.72, 0.76), 0.035
    top = _top_material(rng, style)
    body = wood(rng, style.wood)
    under = high - thick
    parts = [box((0, 0, high - thick / 2), (wide, deep, thick), top, TABLE)]
    side = pick(rng, (-1.0, 1.0))
    parts.append(
        box(
            (-side * (wide / 2 - 0.03), 0, under / 2),
            (0.04, deep - 0.06, under),
            body,
            TABLE,
        )
    )
    chest = 0.38
    x = side * (wide / 2 - 0.02 - chest / 2)
    parts.append(box((x, 0, under / 2), (chest, deep - 0.06, under), body, TABLE))
    drawers = count(rng, 2, 4)
    face = wood(rng, style.wood)
    knob = metal(style.metal)
    step = under / drawers
    for i in range(drawers):
        z, front = step * (i + 0.5), -(deep - 0.06) / 2
        size = (chest - 0.03, 0.02, step - 0.03)
        parts.append(box((x, front - 0.01, z), size, face, TABLE))
        parts.append(box((x, front - 0.03, z), (0.1, 0.02, 0.015), knob, TABLE))
    place = Top(0, 0.03, wide / 2 - 0.1, deep / 2 - 0.1, high)
    return Piece(parts=parts, size=(wide, deep, high), tops=[place])
