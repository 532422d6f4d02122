"""Beds."""

from numpy.random import Generator

from fusionviz.data.rooms.classes import Label
from fusionviz.data.rooms.materials import (
    WHITE,
    Style,
    between,
    chance,
    cloth,
    pastel,
    pick,
    plain,
    vivid,
    wood,
)
from fusionviz.data.rooms.parts import Material, Part, Piece, Vector, box
from fusionviz.data.rooms.tables import four_legs
from fusionviz.data.rooms.things import pillow

BED = Label.BED


def bed(rng: Generator, style: Style) -> Piece:
    """Return a bed: frame, legs, head board, mattress, covers and pillows."""
    double = chance(rng, 0.65)
    wide = between(rng, 1.4, 1.8) if double else between(rng, 0.9, 1.1)
    long, base = between(rng, 2.0, 2.15), between(rng, 0.2, 0.3)
    mattress = between(rng, 0.2, 0.28)
    frame = wood(rng, style.wood)
    if chance(rng, 0.35):
        frame = cloth(rng, style.fabric)
    parts = four_legs(rng, wide, long, base - 0.1, 0.07, frame, BED)
    parts.append(box((0, 0, base - 0.07), (wide, long, 0.16), frame, BED))
    board = between(rng, 0.9, 1.2)
    at, size = (0, long / 2 - 0.03, board / 2), (wide + 0.04, 0.07, board)
    parts.append(box(at, size, frame, BED, rounding=0.03))
    parts += _covers(rng, style, (wide, long, mattress), base + mattress)
    parts += _pillows(rng, style, (wide, long), base + mattress, double)
    return Piece(parts=parts, size=(wide + 0.08, long + 0.04, board))


def _covers(rng: Generator, style: Style, size: Vector, top: float) -> list[Part]:
    """Return mattress up to height `top`, duvet with its fold, a throw at times."""
    wide, long, mattress = size
    sheet = plain(WHITE if chance(rng, 0.6) else pastel(rng))
    duvet = cloth(rng, vivid(rng) if chance(rng, 0.6) else pastel(rng), printed=0.5)
    cover, front = long * between(rng, 0.62, 0.72), -long / 2 - 0.02
    hang = mattress + 0.12
    layers: list[tuple[Vector, Vector, Material, float]] = [
        (
            (0, -0.04, top - mattress / 2),
            (wide - 0.04, long - 0.12, mattress),
            sheet,
            0.06,
        ),
        (
            (0, front + cover / 2, top + 0.05 - hang / 2),
            (wide + 0.05, cover, hang),
            duvet,
            0.06,
        ),
        ((0, front + cover, top + 0.035), (wide + 0.06, 0.24, 0.07), sheet, 0.03),
    ]
    if chance(rng, 0.4):
        throw = cloth(rng, pick(rng, style.accents), printed=0.4)
        broad, hang = between(rng, 0.35, 0.55), mattress + 0.15
        at = (0, front + 0.5, top + 0.07 - hang / 2)
        layers.append((at, (wide + 0.08, broad, hang), throw, 0.05))
    return [
        box(at, extent, material, BED, rounding=rounding)
        for at, extent, material, rounding in layers
    ]


def _pillows(
    rng: Generator, style: Style, size: tuple[float, float], top: float, double: bool
) -> list[Part]:
    """Return a pillow for each sleeper, and a coloured one at times."""
    wide, long = size
    parts = []
    for share in (-0.24, 0.24) if double else (0.0,):
        at = (share * wide, long / 2 - 0.24, top + 0.13)
        colour = WHITE if chance(rng, 0.6) else pastel(rng)
        parts.append(pillow(rng, at, min(0.62, 0.44 * wide + 0.1), colour, 0.9))
    if chance(rng, 0.4):
        at = (0.0, long / 2 - 0.45, top + 0.17)
        parts.append(pillow(rng, at, 0.4, pick(rng, style.accents)))
    return parts
