"""Shelves, cabinets, wardrobes and counters."""

from numpy.random import Generator

from fusionviz.data.rooms.classes import Label
from fusionviz.data.rooms.materials import (
    WHITE,
    Style,
    between,
    chance,
    count,
    hue,
    metal,
    number,
    pick,
    plain,
    scaled,
    vivid,
    wood,
)
from fusionviz.data.rooms.parts import Material, Part, Piece, Top, box
from fusionviz.data.rooms.tables import four_legs
from fusionviz.data.rooms.textures import Pattern
from fusionviz.data.rooms.things import small_thing

FURNITURE, BOOKS = Label.FURNITURE, Label.BOOKS


def book_cover(rng: Generator) -> Material:
    """Return the back of a book."""
    colour = vivid(rng) if chance(rng, 0.75) else hue(0.1, 0.3, between(rng, 0.3, 0.9))
    letters = pick(rng, (WHITE, (0.85, 0.7, 0.3), (0.1, 0.1, 0.1)))
    colours = (colour, letters, scaled(letters, 0.9))
    return Material(colours, Pattern.SPINE, seed=number(rng))


def book_row(
    rng: Generator, left: float, right: float, front: float, z: float, room: float
) -> list[Part]:
    """Return books standing side by side."""
    parts: list[Part] = []
    x = left
    tall = between(rng, 0.72, 0.88) * room
    while True:
        thick = between(rng, 0.025, 0.06)
        high = min(tall * between(rng, 0.8, 1.05), 0.95 * room)
        if x + thick > right:
            return parts
        deep = between(rng, 0.16, 0.2)
        at = (x + thick / 2, front + deep / 2, z + high / 2)
        size = (thick - 0.003, deep, high)
        parts.append(box(at, size, book_cover(rng), BOOKS))
        x += thick


def bookshelf(rng: Generator, style: Style) -> Piece:
    """Return open shelves with books, and a few other things between them."""
    wide, deep = between(rng, 0.8, 1.3), between(rng, 0.28, 0.34)
    floors = count(rng, 3, 5)
    room = between(rng, 0.28, 0.34)
    high, board = floors * (room + 0.025) + 0.1, 0.025
    body = wood(rng, style.storage)
    back = wood(rng, scaled(style.storage, 0.8))
    parts = [
        box((0, deep / 2 - 0.01, high / 2), (wide - 0.02, 0.015, high), back, FURNITURE)
    ]
    for side in (-1.0, 1.0):
        at = (side * (wide / 2 - board / 2), 0, high / 2)
        parts.append(box(at, (board, deep, high), body, FURNITURE))
    parts.append(box((0, 0, 0.035), (wide - 0.05, deep, 0.07), body, FURNITURE))
    inner, front = wide / 2 - board, -deep / 2 + 0.03
    for i in range(floors + 1):
        z = 0.0825 + i * (room + board)
        size = (wide - 2 * board, deep - 0.02, board)
        parts.append(box((0, 0, z), size, body, FURNITURE))
        if i == floors:
            break
        floor = z + board / 2
        split = between(rng, -0.5, 1.0) * inner
        if chance(rng, 0.15):
            split = -inner
        parts += book_row(rng, -inner, split, front, floor, room)
        if split < inner - 0.3:
            x = (split + inner) / 2 + 0.04
            parts += small_thing(rng, style, (x, 0.0, floor), 0.85 * room)
    place = Top(0, 0, wide / 2 - 0.12, deep / 2 - 0.1, high)
    return Piece(parts=parts, size=(wide, deep, high), tops=[place])


def _front(
    rng: Generator,
    body: Material,
    knob: Material,
    size: tuple[float, float, float],
    grid: tuple[int, int],
    foot: float,
) -> list[Part]:
    """Return doors or drawers with handles on the front of a cabinet."""
    wide, deep, high = size
    columns, rows = grid
    colours = body.colours
    doors = rows == 1
    face = body
    if doors and chance(rng, 0.5):
        kinds = (colours[0], colours[1], colours[2])
        face = Material(
            kinds, Pattern.PANEL, seed=3 * count(rng, 0, 1) + count(rng, 0, 1)
        )
    step_x, step_z = wide / columns, (high - foot) / rows
    parts = []
    for i in range(columns):
        for j in range(rows):
            x, z = -wide / 2 + step_x * (i + 0.5), foot + step_z * (j + 0.5)
            at = (x, -deep / 2 - 0.01, z)
            size = (step_x - 0.02, 0.02, step_z - 0.02)
            parts.append(box(at, size, face, FURNITURE))
            if doors:
                inward = 1.0 if i % 2 == 0 else -1.0
                at = (x + inward * (step_x / 2 - 0.05), -deep / 2 - 0.03, z)
                grip = (0.015, 0.02, min(0.16, 0.3 * step_z))
            else:
                at, grip = (
                    (x, -deep / 2 - 0.03, z),
                    (min(0.14, 0.3 * step_x), 0.02, 0.015),
                )
            parts.append(box(at, grip, knob, FURNITURE))
    return parts


def _cabinet(
    rng: Generator,
    style: Style,
    size: tuple[float, float, float],
    grid: tuple[int, int],
    foot: float,
) -> Piece:
    """Return a body on feet, with doors (one row) or drawers (more)."""
    wide, deep, high = size
    body = wood(rng, style.storage, gloss=0.05)
    parts = [
        box((0, 0, (foot + high) / 2), (wide, deep, high - foot), body, FURNITURE),
        box((0, -0.01, high), (wide + 0.03, deep + 0.03, 0.025), body, FURNITURE),
    ]
    if foot > 0.05:
        parts += four_legs(rng, wide, deep, foot, 0.05, body, FURNITURE)
    parts += _front(rng, body, metal(style.metal), size, grid, foot)
    place = Top(0, 0, wide / 2 - 0.1, deep / 2 - 0.09, high + 0.0125)
    full = (wide + 0.04, deep + 0.08, high + 0.02)
    return Piece(parts=parts, size=full, tops=[place])


def dresser(rng: Generator, style: Style) -> Piece:
    """Return a chest of drawers."""
    size = (between(rng, 0.8, 1.3), between(rng, 0.42, 0.5), between(rng, 0.75, 0.95))
    return _cabinet(rng, style, size, (count(rng, 1, 2), count(rng, 3, 4)), 0.1)


def sideboard(rng: Generator, style: Style) -> Piece:
    """Return a low cabinet with doors."""
    size = (between(rng, 1.2, 1.8), between(rng, 0.4, 0.48), between(rng, 0.7, 0.85))
    return _cabinet(rng, style, size, (count(rng, 2, 4), 1), between(rng, 0.04, 0.15))


def media_unit(rng: Generator, style: Style) -> Piece:
    """Return the low cabinet that a television stands on."""
    size = (between(rng, 1.3, 1.8), between(rng, 0.38, 0.45), between(rng, 0.42, 0.55))
    return _cabinet(rng, style, size, (count(rng, 2, 3), count(rng, 1, 2)), 0.08)


def night_stand(rng: Generator, style: Style) -> Piece:
    """Return a small chest beside a bed."""
    size = (between(rng, 0.4, 0.5), between(rng, 0.36, 0.42), between(rng, 0.5, 0.62))
    return _cabinet(rng, style, size, (1, count(rng, 2, 3)), 0.1)


def wardrobe(rng: Generator, style: Style) -> Piece:
    """Return a tall cabinet with doors."""
    size = (between(rng, 1.0, 1.7), between(rng, 0.55, 0.62), between(rng, 1.85, 2.15))
    return _cabinet(rng, style, size, (2 if size[0] < 1.4 else 3, 1), 0.06)


def counter(rng: Generator, style: Style) -> Piece:
    """Return a kitchen unit: cupboards below, a stone top, cupboards on the wall."""
    wide, deep, high = between(rng, 1.6, 2.4), 0.6, 0.9
    doors = max(2, round(wide / 0.5))
    low = _cabinet(rng, style, (wide, deep, high - 0.04), (doors, 1), 0.06)
    grey = hue(0.1, 0.1, between(rng, 0.2, 0.8))
    stone = Material(
        (grey, scaled(grey, 1.3), scaled(grey, 0.7)), Pattern.MARBLE, 0.4, 0.2
    )
    parts = low.parts
    at = (0, -0.015, high - 0.01)
    parts.append(box(at, (wide + 0.04, deep + 0.05, 0.04), stone, FURNITURE))
    body = wood(rng, style.storage, gloss=0.05)
    z, hung = 1.45, 0.65
    at = (0, deep / 2 - 0.17, z + hung / 2)
    parts.append(box(at, (wide, 0.32, hung), body, FURNITURE))
    for part in _front(rng, body, plain(WHITE), (wide, 0.32, hung), (doors, 1), 0.0):
        x, y, low_z = part.centre
        parts.append(part._replace(centre=(x, y + deep / 2 - 0.17, low_z + z)))
    place = Top(0, -0.08, wide / 2 - 0.12, 0.14, high + 0.01)
    full = (wide + 0.04, deep + 0.08, z + hung)
    return Piece(parts=parts, size=full, tops=[place])
