"""What is on walls: windows with curtains, doors, pictures, clocks, skirting.

Each is built about the middle of its wall's foot: x along the wall, the wall at y = 0,
the room towards -y, z from the floor.
"""

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
    metal,
    number,
    pastel,
    pick,
    plain,
    scaled,
    vivid,
    wood,
)
from fusionviz.data.rooms.parts import Colour, Material, Part, box, frustum
from fusionviz.data.rooms.textures import Pattern

WINDOW, WALL, PICTURE = Label.WINDOW, Label.WALL, Label.PICTURE


def window(
    rng: Generator, style: Style, wide: float, low: float, high: float, glow: float
) -> list[Part]:
    """Return a window from `low` to `high`: pane, frame, bars, sill."""
    sky = hue(between(rng, 0.53, 0.62), between(rng, 0.1, 0.45), 1.0)
    far = hue(between(rng, 0.2, 0.38), between(rng, 0.3, 0.6), between(rng, 0.35, 0.6))
    seed = number(rng)
    if seed % 3 == 0:
        far = hue(between(rng, 0.0, 0.12), between(rng, 0.1, 0.4), 0.6)
    near = hue(between(rng, 0.2, 0.35), 0.4, between(rng, 0.4, 0.6))
    pane = Material((sky, far, near), Pattern.OUTDOORS, glow=glow, seed=seed)
    frame = plain(WHITE) if chance(rng, 0.7) else wood(rng, style.wood)
    tall, middle, bar = high - low, (low + high) / 2, 0.06
    size = (wide, 0.01, tall)
    parts = [box((0, -0.006, middle), size, pane, WINDOW, shades=False)]
    for side in (-1.0, 1.0):
        at = (side * (wide - bar) / 2, -0.03, middle)
        parts.append(box(at, (bar, 0.06, tall), frame, WINDOW))
        at = (0, -0.03, middle + side * (tall - bar) / 2)
        parts.append(box(at, (wide, 0.06, bar), frame, WINDOW))
    columns, rows = count(rng, 1, 3), count(rng, 1, 2)
    for i in range(1, columns):
        x = wide * (i / columns - 0.5)
        parts.append(box((x, -0.025, middle), (0.04, 0.045, tall), frame, WINDOW))
    for j in range(1, rows):
        z = low + tall * (0.65 if rows == 2 else j / rows)
        parts.append(box((0, -0.025, z), (wide, 0.045, 0.04), frame, WINDOW))
    at = (0, -0.06, low - 0.02)
    parts.append(box(at, (wide + 0.12, 0.13, 0.035), frame, WINDOW))
    return parts


def curtains(
    rng: Generator, style: Style, wide: float, low: float, high: float, end: float
) -> list[Part]:
    """Return a rod and two curtains in folds down to height `end`, or a blind."""
    colour = pick(rng, (*style.accents, WHITE, pastel(rng), style.fabric))
    if chance(rng, 0.25):
        colours = (scaled(colour, 1.05), scaled(colour, 0.6), colour)
        blind = Material(colours, Pattern.SLATS, 0.06, glow=0.15)
        drop = between(rng, 0.2, 0.6) * (high - low)
        at = (0, -0.08, high - drop / 2)
        return [box(at, (wide - 0.02, 0.03, drop), blind, WINDOW)]
    fabric = cloth(rng, colour, printed=0.2)
    top = high + 0.1
    folds, radius = count(rng, 3, 5), 0.045
    parts = [
        box(
            (0, -0.1, top + 0.02),
            (wide + 0.75, 0.025, 0.025),
            metal(style.metal),
            WINDOW,
        )
    ]
    for side in (-1.0, 1.0):
        for i in range(folds):
            x = side * (wide / 2 - 0.08 + 1.5 * radius * i)
            swing = -0.1 + 0.012 * (-1.0) ** i
            parts.append(
                frustum(
                    (x, swing, end), (1.1 * radius, radius), top - end, fabric, WINDOW
                )
            )
    return parts


def door(rng: Generator, style: Style) -> list[Part]:
    """Return a door with panels, frame and handle; a door counts as wall."""
    wide, high = between(rng, 0.8, 0.92), between(rng, 2.0, 2.1)
    colour = pick(rng, (WHITE, style.wood, style.wood, style.storage))
    leaf = Material(
        (colour, scaled(colour, 0.92), colour), Pattern.PANEL, seed=count(rng, 0, 5)
    )
    frame = plain(WHITE if chance(rng, 0.6) else scaled(colour, 0.8))
    brass = plain(pick(rng, ((0.7, 0.6, 0.35), (0.6, 0.6, 0.62))), gloss=0.2)
    parts = [box((0, -0.015, high / 2), (wide, 0.03, high), leaf, WALL)]
    for side in (-1.0, 1.0):
        at = (side * (wide / 2 + 0.04), -0.025, high / 2 + 0.02)
        parts.append(box(at, (0.08, 0.05, high + 0.04), frame, WALL))
    parts.append(box((0, -0.025, high + 0.04), (wide + 0.16, 0.05, 0.08), frame, WALL))
    at = (0.4 * wide, -0.05, 1.02)
    parts.append(box(at, (0.12, 0.03, 0.025), brass, WALL))
    return parts


def _paint(rng: Generator) -> tuple[Colour, Colour, Colour]:
    """Return the three colours of a painting."""
    if chance(rng, 0.15):
        grey = between(rng, 0.7, 0.95)
        return (grey, grey, grey), (0.35, 0.35, 0.35), BLACK
    return (pastel(rng) if chance(rng, 0.5) else vivid(rng)), vivid(rng), vivid(rng)


def picture(
    rng: Generator, style: Style, wide: float, high: float, z: float
) -> list[Part]:
    """Return a framed painting with its middle at height `z`, with a mat at times."""
    colour = pick(rng, (BLACK, WHITE, style.wood, (0.75, 0.6, 0.3), (0.2, 0.15, 0.12)))
    frame = plain(colour, gloss=0.05)
    bar = between(rng, 0.025, 0.06)
    canvas = Material(_paint(rng), Pattern.ART, seed=number(rng))
    parts = []
    for side in (-1.0, 1.0):
        at = (side * (wide - bar) / 2, -0.018, z)
        parts.append(box(at, (bar, 0.036, high), frame, PICTURE))
        at = (0, -0.018, z + side * (high - bar) / 2)
        parts.append(box(at, (wide, 0.036, bar), frame, PICTURE))
    inner = (wide - 2 * bar, 0.016, high - 2 * bar)
    if chance(rng, 0.4):
        parts.append(box((0, -0.008, z), inner, plain(WHITE), PICTURE))
        mat = 0.16 * min(wide, high)
        inner = (inner[0] - 2 * mat, 0.02, inner[2] - 2 * mat)
    parts.append(box((0, -0.01, z), inner, canvas, PICTURE))
    return parts


def wall_clock(rng: Generator, z: float) -> list[Part]:
    """Return a round clock."""
    radius = between(rng, 0.13, 0.19)
    rim = plain(pick(rng, (BLACK, vivid(rng), (0.6, 0.6, 0.62))))
    dial = Material((WHITE, BLACK, WHITE), Pattern.CLOCK)
    turn = (0.0, math.pi / 2, 0.0)
    case = frustum((0, -0.02, z - 0.02), (radius, radius), 0.04, rim, Label.OBJECTS)
    face = frustum(
        (0, -0.042, z - 0.002), (0.88 * radius,) * 2, 0.004, dial, Label.OBJECTS
    )
    return [case._replace(turn=turn), face._replace(turn=turn)]


def skirting(length: float, colour: Colour, high: float) -> list[Part]:
    """Return the board along the foot of a wall."""
    size = (length, 0.018, high)
    return [box((0, -0.009, high / 2), size, plain(colour), WALL)]
