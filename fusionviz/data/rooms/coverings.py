"""Wood, tiles, bricks, wallpaper, fabric, rugs: patterns as functions of a place.

What each returns is said in `textures`.
"""

import math

from fusionviz.data.rooms.noise import (
    clamp,
    fade,
    flag,
    fraction,
    hashed,
    layered,
    noise,
    seam,
    step,
)
from fusionviz.data.rooms.shapes import inner

Weights = tuple[float, float, float]


@inner
def grain(u: float, v: float, seed: int, pixel: float) -> float:
    """Return the light and dark of wood whose fibres run along u, in 0..1."""
    wander = 0.03 * noise(2.5 * u, 6.0 * v, seed)
    coarse = noise(1.3 * u, 22.0 * (v + wander), seed + 5)
    fine = noise(5.0 * u, 110.0 * v, seed + 9)
    weight = 0.35 * fade(0.012, pixel)
    return 0.5 + (coarse - 0.5) * fade(0.05, pixel) + (fine - 0.5) * weight


@inner
def planks(u: float, v: float, scale: float, seed: int, pixel: float) -> Weights:
    """Return floor boards of width `scale` along u."""
    row = int(math.floor(v / scale))
    length = scale * 8.0
    along = u + hashed(row, 3, seed) * length
    board = int(math.floor(along / length))
    tone = hashed(row, board, seed)
    gap = max(
        seam(v, scale, 0.005, pixel),
        seam(along, length, 0.005, pixel),
    )
    mixed = 0.6 * tone + 0.4 * grain(u, v, seed + board * 7 + row, pixel)
    return mixed, 0.0, (0.9 + 0.2 * hashed(board, row, seed + 1)) * (1.0 - 0.6 * gap)


@inner
def parquet(u: float, v: float, scale: float, seed: int, pixel: float) -> Weights:
    """Return squares of four strips each, turned by turns."""
    size = 4.0 * scale
    i, j = int(math.floor(u / size)), int(math.floor(v / size))
    if (i + j) % 2 == 0:
        u, v = v, u
    strip = int(math.floor(v / scale))
    tone = hashed(strip, i * 31 + j, seed)
    gap = max(seam(v, scale, 0.003, pixel), seam(u, size, 0.004, pixel))
    mixed = 0.65 * tone + 0.35 * grain(u, v, seed + strip, pixel)
    return mixed, 0.0, 1.0 - 0.45 * gap


@inner
def tiles(
    u: float, v: float, scale: float, seed: int, pixel: float, chequered: bool
) -> Weights:
    """Return square tiles with grout in the third colour."""
    i, j = int(math.floor(u / scale)), int(math.floor(v / scale))
    grout = max(seam(u, scale, 0.01, pixel), seam(v, scale, 0.01, pixel))
    cloud = layered(3.0 * u, 3.0 * v, seed + i * 13 + j)
    second = 1.0 * ((i + j) % 2) if chequered else 0.5 * hashed(i, j, seed)
    return second, grout, 0.93 + 0.14 * cloud


@inner
def stripes(u: float, scale: float, pixel: float) -> Weights:
    """Return upright stripes, a broad one and a thin one."""
    place = fraction(u / scale)
    blur = max(pixel / scale, 0.01)
    broad = step(0.0, place, blur) * (1.0 - step(0.5, place, blur))
    thin = seam(u + 0.25 * scale, scale, 0.06 * scale, pixel)
    return broad * fade(scale, pixel), thin * fade(scale, pixel), 1.0


@inner
def motif(u: float, v: float, scale: float, seed: int, pixel: float) -> Weights:
    """Return rosettes on a staggered grid."""
    row = math.floor(v / scale)
    x = fraction(u / scale + 0.5 * (row % 2)) - 0.5
    y = fraction(v / scale) - 0.5
    radius, angle = math.sqrt(x * x + y * y), math.atan2(y, x)
    petals = 3.0 + seed % 4
    outline = 0.26 + 0.1 * math.cos(petals * angle)
    blur = max(pixel / scale, 0.04)
    weight = fade(0.5 * scale, pixel)
    flower = 1.0 - step(outline, radius, blur)
    return flower * weight, (1.0 - step(0.08, radius, blur)) * weight, 1.0


@inner
def bricks(u: float, v: float, scale: float, seed: int, pixel: float) -> Weights:
    """Return courses of bricks with mortar in the third colour."""
    height = 0.34 * scale
    row = int(math.floor(v / height))
    along = u + 0.5 * scale * (row % 2)
    column = int(math.floor(along / scale))
    mortar = max(seam(v, height, 0.012, pixel), seam(along, scale, 0.012, pixel))
    tone = hashed(row, column, seed)
    rough = layered(25.0 * u, 25.0 * v, seed)
    return tone, mortar, 0.85 + 0.3 * (0.5 + (rough - 0.5) * fade(0.04, pixel))


@inner
def fabric(u: float, v: float, scale: float, seed: int, pixel: float) -> Weights:
    """Return a mottled weave."""
    cloud = layered(u / scale, v / scale, seed)
    thread = math.sin(u * 900.0) * math.sin(v * 900.0) * fade(0.007, pixel)
    return 0.7 * cloud, 0.0, 0.95 + 0.1 * cloud + 0.06 * thread


@inner
def carpet(u: float, v: float, scale: float, seed: int, pixel: float) -> Weights:
    """Return tufts, with paler paths where people walk."""
    tuft = noise(u / 0.012, v / 0.012, seed)
    clump = noise(u / 0.05, v / 0.05, seed + 4)
    path = noise(u / (8.0 * scale), v / (8.0 * scale), seed + 8)
    fine = (tuft - 0.5) * fade(0.012, pixel) + 0.7 * (clump - 0.5) * fade(0.05, pixel)
    return clamp(0.5 + fine), 0.0, 0.92 + 0.16 * path + 0.2 * fine


@inner
def plaid(u: float, v: float, scale: float, pixel: float) -> Weights:
    """Return crossing stripes."""
    across, _, _ = stripes(u, scale, pixel)
    down, _, _ = stripes(v, scale, pixel)
    thin = max(
        seam(u, scale, 0.07 * scale, pixel),
        seam(v, scale, 0.07 * scale, pixel),
    )
    return 0.5 * (across + down), 0.7 * thin, 1.0


@inner
def rug(
    u: float, v: float, s: float, t: float, scale: float, seed: int, pixel: float
) -> Weights:
    """Return a rug: a border, and diamonds, stripes, rings or waves inside."""
    edge = 0.5 - max(abs(s - 0.5), abs(t - 0.5))
    weave = 0.92 + 0.16 * noise(u / 0.02, v / 0.02, seed) * fade(0.02, pixel)
    if edge < 0.09:
        return 1.0, 0.0, weave
    if edge < 0.12:
        return 0.0, 1.0, weave
    kind = seed % 4
    x, y = u / scale, v / scale
    if kind == 0:
        wave = abs(fraction(x) - 0.5) + abs(fraction(y) - 0.5)
    elif kind == 1:
        wave = abs(fraction(y) - 0.5) * 2.0
    elif kind == 2:
        wave = fraction(4.0 * math.sqrt((s - 0.5) ** 2 + (t - 0.5) ** 2))
    else:
        wave = fraction(x + 0.25 * math.sin(6.3 * y))
    blur = max(pixel / scale, 0.03)
    return step(0.55, wave, blur), 1.0 - step(0.18, wave, blur), weave


@inner
def panel(s: float, t: float, wide: float, high: float, seed: int) -> Weights:
    """Return sunk panels, as on doors; `wide` and `high` are the face in metres."""
    rows = 1 + seed % 3
    columns = 1 + (seed // 3) % 2
    x, y = fraction(s * columns), fraction(t * rows)
    margin = 0.09
    left = min(x, 1.0 - x) * wide / columns
    low = min(y, 1.0 - y) * high / rows
    edge = min(left, low)
    if edge < margin:
        return 0.0, 0.0, 1.0
    if edge > margin + 0.03:
        return 0.35, 0.0, 1.0
    bright = (y < 0.5 and low <= left) or (x > 0.5 and left < low)
    return 0.0, 0.0, 1.12 if bright else 0.68


@inner
def spine(s: float, t: float, seed: int) -> Weights:
    """Return a book's back: two bands and a title in the other colours."""
    low = 0.08 + 0.15 * hashed(seed, 1, 7)
    band = abs(t - low) < 0.025 or abs(t - 1.0 + low) < 0.025
    title = abs(t - 0.55) < 0.17 and abs(s - 0.5) < 0.25
    return 0.8 * flag(band), 0.8 * flag(title), 1.0


@inner
def marble(u: float, v: float, scale: float, seed: int) -> Weights:
    """Return veins through pale stone."""
    warp = layered(u / scale, v / scale, seed)
    vein = abs(math.sin(6.0 * (u + 0.5 * v) / scale + 9.0 * warp))
    return clamp(1.0 - 4.0 * vein) * 0.7, 0.5 * warp, 1.0


@inner
def slats(v: float, scale: float, pixel: float) -> Weights:
    """Return the slats of a blind, lit from outside."""
    place = fraction(v / scale)
    weight = fade(scale, pixel)
    gap = seam(v, scale, 0.18 * scale, pixel)
    return gap * weight, 0.0, 1.0 + (place - 0.5) * 0.35 * weight
