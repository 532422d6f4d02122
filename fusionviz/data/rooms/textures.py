"""Which surface looks like what: a pattern turns a place into colour weights.

Each pattern returns `(second, third, gain)`: the first colour of a material is mixed
with its second by `second`, the result with its third by `third`, and the mixture is
multiplied by `gain`. Places come as metres `u, v` and as fractions `s, t` of the face;
`pixel` is the size of a pixel on the surface in metres, for filtering.
"""

from enum import IntEnum

from fusionviz.data.rooms.coverings import (
    bricks,
    carpet,
    fabric,
    grain,
    marble,
    motif,
    panel,
    parquet,
    plaid,
    planks,
    rug,
    slats,
    spine,
    stripes,
    tiles,
)
from fusionviz.data.rooms.noise import (
    clamp,
    noise,
)
from fusionviz.data.rooms.pictures import art, clock, outdoors, screen
from fusionviz.data.rooms.shapes import inner

Weights = tuple[float, float, float]


class Pattern(IntEnum):
    """Names of the patterns."""

    PLAIN = 0
    GRAIN = 1
    PLANKS = 2
    PARQUET = 3
    TILES = 4
    CHECKER = 5
    STRIPES = 6
    MOTIF = 7
    BRICKS = 8
    FABRIC = 9
    CARPET = 10
    PLAID = 11
    RUG = 12
    ART = 13
    OUTDOORS = 14
    SCREEN = 15
    SPINE = 16
    MARBLE = 17
    FOLIAGE = 18
    PANEL = 19
    SLATS = 20
    CLOCK = 21


@inner
def weights(
    pattern: int,
    u: float,
    v: float,
    wide: float,
    high: float,
    scale: float,
    seed: int,
    pixel: float,
) -> Weights:
    """Return the weights of a pattern at a place; see the head of this file.

    `wide` and `high` are the sides of the face in metres.
    """
    s, t = u / wide, v / high
    if pattern == Pattern.GRAIN:
        if high > wide:
            u, v = v, u
        return clamp(grain(u, v, seed, pixel)), 0.0, 1.0
    if pattern == Pattern.PLANKS:
        return planks(u, v, scale, seed, pixel)
    if pattern == Pattern.PARQUET:
        return parquet(u, v, scale, seed, pixel)
    if pattern == Pattern.TILES or pattern == Pattern.CHECKER:
        return tiles(u, v, scale, seed, pixel, pattern == Pattern.CHECKER)
    if pattern == Pattern.STRIPES:
        return stripes(u, scale, pixel)
    if pattern == Pattern.MOTIF:
        return motif(u, v, scale, seed, pixel)
    if pattern == Pattern.BRICKS:
        return bricks(u, v, scale, seed, pixel)
    if pattern == Pattern.FABRIC:
        return fabric(u, v, scale, seed, pixel)
    if pattern == Pattern.CARPET:
        return carpet(u, v, scale, seed, pixel)
    if pattern == Pattern.PLAID:
        return plaid(u, v, scale, pixel)
    if pattern == Pattern.RUG:
        return rug(u, v, s, t, scale, seed, pixel)
    if pattern == Pattern.ART:
        return art(s, t, seed)
    if pattern == Pattern.OUTDOORS:
        return outdoors(s, t, wide / high, seed)
    if pattern == Pattern.SCREEN:
        return screen(s, t, seed)
    if pattern == Pattern.SPINE:
        return spine(s, t, seed)
    if pattern == Pattern.MARBLE:
        return marble(u, v, scale, seed)
    if pattern == Pattern.FOLIAGE:
        leaf = noise(u / scale, v / scale, seed)
        return leaf, 0.0, 0.7 + 0.6 * noise(2.7 * u / scale, 2.7 * v / scale, seed + 3)
    if pattern == Pattern.PANEL:
        return panel(s, t, wide, high, seed)
    if pattern == Pattern.SLATS:
        return slats(v, scale, pixel)
    if pattern == Pattern.CLOCK:
        return clock(s, t)
    return 0.3 * noise(u / scale, v / scale, seed), 0.0, 1.0
