"""Chairs, armchairs and sofas."""

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
    pick,
    plain,
    scaled,
    wood,
)
from fusionviz.data.rooms.parts import Material, Part, Piece, Vector, box, frustum
from fusionviz.data.rooms.tables import four_legs
from fusionviz.data.rooms.things import pillow

CHAIR, SOFA = Label.CHAIR, Label.SOFA
LEAN = (0.0, -0.1, 0.0)


def chair_maker(rng: Generator, style: Style) -> tuple[Material, Material, int]:
    """Return what the chairs of one room share: frame, seat and kind of back."""
    frame = wood(rng, style.wood)
    if chance(rng, 0.45):
        frame = plain(pick(rng, (WHITE, BLACK, *style.accents)), gloss=0.06)
    seat = frame if chance(rng, 0.35) else cloth(rng, pick(rng, style.accents))
    return frame, seat, count(rng, 0, 3)


def chair(rng: Generator, maker: tuple[Material, Material, int]) -> Piece:
    """Return a chair: seat, four legs, two posts, and a back between them."""
    frame, seat, kind = maker
    wide, deep = between(rng, 0.42, 0.48), between(rng, 0.42, 0.48)
    high, top = between(rng, 0.44, 0.47), between(rng, 0.86, 1.02)
    parts = four_legs(rng, wide, deep, high - 0.04, 0.045, frame, CHAIR)
    size = (wide, deep, 0.05)
    parts.append(box((0, 0, high - 0.02), size, seat, CHAIR, rounding=0.015))
    back, middle = deep / 2 + 0.005, (high + top) / 2
    for x in (-wide / 2 + 0.025, wide / 2 - 0.025):
        post = (0.035, 0.035, top - high)
        parts.append(box((x, back, middle), post, frame, CHAIR, turn=LEAN))
    material = seat if kind > 1 else frame
    parts += _chair_back(kind, wide - 0.06, back, (high, top), material)
    return Piece(parts=parts, size=(wide, deep + 0.1, top))


def _chair_back(
    kind: int, wide: float, y: float, span: tuple[float, float], material: Material
) -> list[Part]:
    """Return upright slats (0), rails across (1) or one board (2 and up)."""
    high, top = span
    rise, middle = top - high, (high + top) / 2
    if kind == 0:
        slat, rail = (0.03, 0.018, rise - 0.06), (wide, 0.025, 0.07)
        places = [0.75 * wide * (i / 3 - 0.5) for i in range(4)]
        return [
            *(box((x, y, middle), slat, material, CHAIR, turn=LEAN) for x in places),
            box((0, y + 0.025, top - 0.04), rail, material, CHAIR, turn=LEAN),
        ]
    if kind == 1:
        rail = (wide, 0.02, 0.07)
        return [
            box(
                (0, y + 0.1 * rise * (share - 0.5), high + share * rise),
                rail,
                material,
                CHAIR,
                turn=LEAN,
            )
            for share in (0.3, 0.6, 0.9)
        ]
    at, size = (0, y + 0.01, high + 0.6 * rise), (wide, 0.04, 0.75 * rise)
    return [box(at, size, material, CHAIR, turn=LEAN, rounding=0.018)]


def office_chair(rng: Generator, style: Style) -> Piece:
    """Return a swivel chair on five castors, with arm rests at times."""
    fabric = cloth(rng, pick(rng, (BLACK, (0.25, 0.26, 0.3), *style.accents)))
    dark, high = plain((0.13, 0.13, 0.14), gloss=0.05), between(rng, 0.46, 0.52)
    parts: list[Part] = []
    for i in range(5):
        angle = i * 2.0 * math.pi / 5.0
        x, y = 0.15 * math.cos(angle), 0.15 * math.sin(angle)
        turn = (angle, 0.0, 0.0)
        parts.append(box((x, y, 0.08), (0.3, 0.04, 0.03), dark, CHAIR, turn=turn))
        parts.append(frustum((1.9 * x, 1.9 * y, 0), (0.03, 0.03), 0.065, dark, CHAIR))
    parts.append(frustum((0, 0, 0.08), (0.03, 0.025), high - 0.14, dark, CHAIR))
    size = (0.48, 0.48, 0.09)
    parts.append(box((0, 0, high - 0.03), size, fabric, CHAIR, rounding=0.04))
    rise, lean = between(rng, 0.45, 0.65), (0.0, -0.12, 0.0)
    at = (0, 0.25, high + 0.1 + rise / 2)
    parts.append(box(at, (0.44, 0.08, rise), fabric, CHAIR, turn=lean, rounding=0.038))
    parts.append(box((0, 0.24, high), (0.06, 0.03, 0.25), dark, CHAIR))
    if chance(rng, 0.6):
        for x in (-0.27, 0.27):
            parts.append(box((x, 0.03, high + 0.2), (0.06, 0.28, 0.03), dark, CHAIR))
            parts.append(box((x, 0.05, high + 0.08), (0.03, 0.05, 0.22), dark, CHAIR))
    return Piece(parts=parts, size=(0.62, 0.66, high + 0.12 + rise))


def _upholstery(rng: Generator, style: Style) -> Material:
    """Return sofa fabric or leather."""
    if chance(rng, 0.2):
        leather = hue(between(rng, 0.02, 0.08), 0.6, between(rng, 0.25, 0.6))
        return plain(leather, gloss=0.08)
    return cloth(rng, style.fabric, printed=0.15)


def _couch(
    rng: Generator, style: Style, wide: float, seats: int, pillows: int
) -> Piece:
    """Return a base with arms and feet, a back, cushions and pillows."""
    fabric = _upholstery(rng, style)
    deep, seat = between(rng, 0.82, 0.95), between(rng, 0.4, 0.45)
    arm, high = between(rng, 0.12, 0.22), between(rng, 0.75, 0.9)
    inner = wide - 2 * arm
    parts = _couch_frame(rng, style, fabric, (wide, deep, high), arm)
    each = inner / seats
    for i in range(seats):
        x = -inner / 2 + each * (i + 0.5)
        low: Vector = (each - 0.008, deep - 0.24, 0.17)
        parts.append(box((x, -0.1, seat - 0.07), low, fabric, SOFA, rounding=0.05))
        tall: Vector = (each - 0.02, 0.18, high - seat - 0.06)
        at = (x, deep / 2 - 0.26, seat + tall[2] / 2)
        turn = (0.0, -0.12, 0.0)
        parts.append(box(at, tall, fabric, SOFA, turn=turn, rounding=0.07))
    for i in range(pillows):
        side = -1.0 if i % 2 == 0 else 1.0
        x = side * (inner / 2 - 0.2 - 0.3 * (i // 2))
        colour = pick(rng, style.accents) if chance(rng, 0.8) else WHITE
        parts.append(pillow(rng, (x, deep / 2 - 0.47, seat + 0.2), 0.42, colour))
    return Piece(parts=parts, size=(wide, deep, high))


def _couch_frame(
    rng: Generator, style: Style, fabric: Material, size: Vector, arm: float
) -> list[Part]:
    """Return a sofa less its cushions: base, arms of width `arm`, back, feet."""
    wide, deep, high = size
    feet, arm_high = wood(rng, style.wood), between(rng, 0.55, 0.66)
    base = (wide - 0.04, deep - 0.04, 0.18)
    parts = [box((0, 0, 0.16), base, fabric, SOFA)]
    rest = (arm, deep, arm_high - 0.08)
    for side in (-1.0, 1.0):
        middle = (side * (wide - arm) / 2, 0.0, 0.08 + rest[2] / 2)
        parts.append(box(middle, rest, fabric, SOFA, rounding=0.05))
        for y in (-deep / 2 + 0.07, deep / 2 - 0.07):
            foot = (side * (wide / 2 - 0.08), y, 0)
            parts.append(frustum(foot, (0.018, 0.03), 0.09, feet, SOFA))
    back = (wide - 2 * arm, 0.2, high - 0.08)
    at = (0, deep / 2 - 0.1, 0.08 + back[2] / 2)
    parts.append(box(at, back, fabric, SOFA, rounding=0.05))
    return parts


def sofa(rng: Generator, style: Style) -> Piece:
    """Return a sofa for two or three."""
    seats = count(rng, 2, 3)
    wide = between(rng, 1.55, 1.75) + 0.5 * (seats - 2)
    return _couch(rng, style, wide, seats, count(rng, 0, 3))


def armchair(rng: Generator, style: Style) -> Piece:
    """Return an upholstered seat for one, a sofa by its make."""
    fabric = style._replace(fabric=scaled(style.fabric, between(rng, 0.8, 1.1)))
    return _couch(rng, fabric, between(rng, 0.85, 1.0), 1, count(rng, 0, 1))
