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
from fusionviz.data.rooms.parts import Material, Part, Piece, box, frustum
from fusionviz.data.rooms.tables import four_legs
from fusionviz.data.rooms.things import pillow

CHAIR, SOFA = Label.CHAIR, Label.SOFA


def chair_maker(rng: Generator, style: Style) -> tuple[Material, Material, int]:
    """Return what the chairs of one room share: frame, seat and kind of back."""
    frame = wood(rng, style.wood)
    if chance(rng, 0.45):
        frame = plain(pick(rng, (WHITE, BLACK, *style.accents)), gloss=0.06)
    seat = frame if chance(rng, 0.35) else cloth(rng, pick(rng, style.accents))
    return frame, seat, count(rng, 0, 3)


def chair(rng: Generator, maker: tuple[Material, Material, int]) -> Piece:
    """Return a chair: seat, four legs, and a back of slats, rails or one board."""
    frame, seat, kind = maker
    wide, deep = between(rng, 0.42, 0.48), between(rng, 0.42, 0.48)
    high, top = between(rng, 0.44, 0.47), between(rng, 0.86, 1.02)
    parts = four_legs(rng, wide, deep, high - 0.04, 0.045, frame, CHAIR)
    parts.append(
        box((0, 0, high - 0.02), (wide, deep, 0.05), seat, CHAIR, rounding=0.015)
    )
    back, rise = deep / 2 - 0.025, top - high
    lean = (0.0, -0.1, 0.0)
    middle = high + rise / 2
    for x in (-wide / 2 + 0.025, wide / 2 - 0.025):
        post = (0.035, 0.035, rise)
        parts.append(box((x, back + 0.03, middle), post, frame, CHAIR, turn=lean))
    inner = wide - 0.06
    if kind == 0:
        for i in range(4):
            x = inner * (i / 3 - 0.5) * 0.75
            size = (0.03, 0.018, rise - 0.06)
            parts.append(box((x, back + 0.03, middle), size, frame, CHAIR, turn=lean))
        rail = (inner, 0.025, 0.07)
        at = (0, back + 0.055, top - 0.04)
        parts.append(box(at, rail, frame, CHAIR, turn=lean))
    elif kind == 1:
        for z in (0.3, 0.6, 0.9):
            at = (0, back + 0.03 + 0.1 * rise * (z - 0.5), high + z * rise)
            parts.append(box(at, (inner, 0.02, 0.07), frame, CHAIR, turn=lean))
    else:
        at = (0, back + 0.04, high + 0.6 * rise)
        size = (inner, 0.04, 0.75 * rise)
        parts.append(box(at, size, seat, CHAIR, turn=lean, rounding=0.018))
    return Piece(parts=parts, size=(wide, deep + 0.1, top))


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
    """Return a base, arms, a back, seat and back cushions, feet and pillows."""
    fabric = _upholstery(rng, style)
    feet = wood(rng, style.wood)
    deep, seat = between(rng, 0.82, 0.95), between(rng, 0.4, 0.45)
    arm, arm_high = between(rng, 0.12, 0.22), between(rng, 0.55, 0.66)
    high, soft = between(rng, 0.75, 0.9), 0.05
    inner = wide - 2 * arm
    parts = [box((0, 0, 0.16), (wide - 0.04, deep - 0.04, 0.18), fabric, SOFA)]
    for side in (-1.0, 1.0):
        x = side * (wide - arm) / 2
        size = (arm, deep, arm_high - 0.08)
        at = (x, 0, 0.08 + size[2] / 2)
        parts.append(box(at, size, fabric, SOFA, rounding=soft))
        for y in (-deep / 2 + 0.07, deep / 2 - 0.07):
            at = (side * (wide / 2 - 0.08), y, 0)
            parts.append(frustum(at, (0.018, 0.03), 0.09, feet, SOFA))
    at, size = (0, deep / 2 - 0.1, 0.08 + (high - 0.08) / 2), (inner, 0.2, high - 0.08)
    parts.append(box(at, size, fabric, SOFA, rounding=soft))
    each = inner / seats
    for i in range(seats):
        x = -inner / 2 + each * (i + 0.5)
        size = (each - 0.008, deep - 0.24, 0.17)
        parts.append(box((x, -0.1, seat - 0.07), size, fabric, SOFA, rounding=soft))
        size = (each - 0.02, 0.18, high - seat - 0.06)
        at = (x, deep / 2 - 0.26, seat + size[2] / 2)
        turn = (0.0, -0.12, 0.0)
        parts.append(box(at, size, fabric, SOFA, turn=turn, rounding=0.07))
    for i in range(pillows):
        side = -1.0 if i % 2 == 0 else 1.0
        x = side * (inner / 2 - 0.2 - 0.3 * (i // 2))
        colour = pick(rng, style.accents) if chance(rng, 0.8) else WHITE
        parts.append(pillow(rng, (x, deep / 2 - 0.47, seat + 0.2), 0.42, colour))
    return Piece(parts=parts, size=(wide, deep, high))


def sofa(rng: Generator, style: Style) -> Piece:
    """Return a sofa for two or three."""
    seats = count(rng, 2, 3)
    wide = between(rng, 1.55, 1.75) + 0.5 * (seats - 2)
    return _couch(rng, style, wide, seats, count(rng, 0, 3))


def armchair(rng: Generator, style: Style) -> Piece:
    """Return an upholstered seat for one, a sofa by its make."""
    fabric = style._replace(fabric=scaled(style.fabric, between(rng, 0.8, 1.1)))
    return _couch(rng, fabric, between(rng, 0.85, 1.0), 1, count(rng, 0, 1))
