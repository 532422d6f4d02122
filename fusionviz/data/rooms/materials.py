"""Random colours and materials that go together."""

import colorsys
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from numpy.random import Generator

from fusionviz.data.rooms.parts import Colour, Material
from fusionviz.data.rooms.textures import Pattern

T = TypeVar("T")

WOODS: tuple[Colour, ...] = (
    (0.74, 0.57, 0.38),
    (0.55, 0.36, 0.23),
    (0.38, 0.25, 0.18),
    (0.84, 0.69, 0.48),
    (0.52, 0.27, 0.17),
    (0.64, 0.56, 0.47),
)
WHITE: Colour = (0.93, 0.92, 0.90)
BLACK: Colour = (0.10, 0.10, 0.11)


def between(rng: Generator, low: float, high: float) -> float:
    """Return a uniform random number."""
    return low + (high - low) * float(rng.random())


def chance(rng: Generator, probability: float) -> bool:
    """Return true with a probability."""
    return float(rng.random()) < probability


def pick(rng: Generator, choices: Sequence[T]) -> T:
    """Return one of the choices."""
    return choices[int(rng.random() * len(choices))]


def count(rng: Generator, low: int, high: int) -> int:
    """Return a random whole number from `low` to `high`, both included."""
    return low + int(rng.random() * (high - low + 1))


def hue(h: float, saturation: float, value: float) -> Colour:
    """Return the sRGB of a hue in turns, a saturation and a value."""
    r, g, b = colorsys.hsv_to_rgb(h % 1.0, saturation, value)
    return r, g, b


def vivid(rng: Generator) -> Colour:
    """Return a strong colour."""
    return hue(rng.random(), between(rng, 0.4, 0.85), between(rng, 0.4, 0.92))


def pastel(rng: Generator) -> Colour:
    """Return a pale colour."""
    return hue(rng.random(), between(rng, 0.04, 0.28), between(rng, 0.78, 0.97))


def scaled(colour: Colour, gain: float) -> Colour:
    """Return a colour made lighter or darker."""
    r, g, b = (min(1.0, part * gain) for part in colour)
    return r, g, b


def number(rng: Generator) -> int:
    """Return a seed for a pattern."""
    return int(rng.random() * 100_000)


def plain(colour: Colour, *, gloss: float = 0.0, glow: float = 0.0) -> Material:
    """Return a surface of one colour."""
    return Material((colour, scaled(colour, 0.93), colour), gloss=gloss, glow=glow)


def wood(rng: Generator, colour: Colour, gloss: float = 0.04) -> Material:
    """Return planed wood of about a colour."""
    colours = (scaled(colour, 1.1), scaled(colour, 0.72), colour)
    return Material(colours, Pattern.GRAIN, gloss=gloss, seed=number(rng))


def cloth(rng: Generator, colour: Colour, *, printed: float = 0.0) -> Material:
    """Return fabric, with a probability of checks, stripes or flowers."""
    seed = number(rng)
    if not chance(rng, printed):
        colours = (scaled(colour, 1.06), scaled(colour, 0.8), colour)
        return Material(colours, Pattern.FABRIC, 0.12, seed=seed)
    kind = pick(rng, (Pattern.PLAID, Pattern.STRIPES, Pattern.MOTIF))
    other = vivid(rng) if chance(rng, 0.5) else scaled(colour, 0.55)
    return Material((colour, other, WHITE), kind, between(rng, 0.1, 0.25), seed=seed)


class Style(NamedTuple):
    """The colours that recur in one room."""

    wood: Colour
    storage: Colour
    metal: Colour
    fabric: Colour
    accents: tuple[Colour, ...]


def random_style(rng: Generator) -> Style:
    """Return the colours of a room."""
    base = pick(rng, WOODS)
    painted = (WHITE, pastel(rng), scaled(vivid(rng), 0.8), BLACK)
    storage = base if chance(rng, 0.5) else pick(rng, WOODS + painted)
    dull = hue(rng.random(), between(rng, 0.0, 0.25), between(rng, 0.2, 0.75))
    return Style(
        wood=base,
        storage=storage,
        metal=pick(rng, (BLACK, (0.55, 0.56, 0.58), (0.62, 0.5, 0.3))),
        fabric=vivid(rng) if chance(rng, 0.55) else dull,
        accents=tuple(vivid(rng) for _ in range(4)),
    )


def floor_material(rng: Generator) -> Material:
    """Return planks, parquet, tiles or carpet."""
    seed = number(rng)
    kind = rng.random()
    if kind < 0.55:
        base = pick(rng, WOODS)
        colours = (scaled(base, 1.12), scaled(base, 0.72), base)
        pattern = Pattern.PLANKS if kind < 0.4 else Pattern.PARQUET
        wide = between(rng, 0.08, 0.2) if kind < 0.4 else between(rng, 0.06, 0.1)
        return Material(colours, pattern, wide, between(rng, 0.05, 0.3), seed=seed)
    if kind < 0.8:
        base = hue(rng.random(), between(rng, 0.0, 0.2), between(rng, 0.6, 0.95))
        dark = scaled(base, between(rng, 0.3, 0.75))
        pattern = Pattern.CHECKER if kind > 0.72 else Pattern.TILES
        colours = (base, scaled(base, 0.85) if kind < 0.72 else dark, scaled(base, 0.6))
        size = between(rng, 0.25, 0.6)
        return Material(colours, pattern, size, between(rng, 0.05, 0.35), seed=seed)
    base = hue(rng.random(), between(rng, 0.05, 0.45), between(rng, 0.4, 0.8))
    colours = (scaled(base, 1.1), scaled(base, 0.75), base)
    return Material(colours, Pattern.CARPET, 0.3, seed=seed)


def wall_material(rng: Generator) -> Material:
    """Return paint, mostly, or wallpaper or bricks."""
    seed = number(rng)
    base = pastel(rng)
    kind = rng.random()
    if kind < 0.12:
        base = hue(between(rng, 0.01, 0.08), between(rng, 0.3, 0.6), 0.7)
        if chance(rng, 0.4):
            base = (0.88, 0.87, 0.85)
        colours = (base, scaled(base, 0.75), (0.8, 0.78, 0.74))
        return Material(colours, Pattern.BRICKS, between(rng, 0.2, 0.26), seed=seed)
    if kind < 0.36:
        pattern = Pattern.STRIPES if kind < 0.24 else Pattern.MOTIF
        other = scaled(base, between(rng, 0.72, 0.92))
        colours = (base, other, scaled(base, 1.1))
        return Material(colours, pattern, between(rng, 0.18, 0.45), seed=seed)
    if kind < 0.52:
        base = hue(rng.random(), between(rng, 0.25, 0.55), between(rng, 0.4, 0.75))
    return Material((base, scaled(base, 0.95), base), scale=0.7, seed=seed)


def ceiling_material(rng: Generator) -> Material:
    """Return white, mostly, sometimes boards or tinted paint."""
    if chance(rng, 0.1):
        base = pick(rng, WOODS)
        colours = (scaled(base, 1.1), scaled(base, 0.8), base)
        return Material(colours, Pattern.PLANKS, 0.14, seed=number(rng))
    value = between(rng, 0.86, 0.97)
    return plain((value, value, value - between(rng, 0.0, 0.05)))


def metal(colour: Colour) -> Material:
    """Return metal or lacquer."""
    return plain(colour, gloss=0.15)
