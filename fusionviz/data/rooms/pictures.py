"""What hangs on walls, stands behind windows and runs on screens."""

import math

from fusionviz.data.rooms.noise import (
    clamp,
    flag,
    fraction,
    hashed,
    layered,
    noise,
    step,
)
from fusionviz.data.rooms.shapes import inner

Weights = tuple[float, float, float]


@inner
def art(s: float, t: float, seed: int) -> Weights:
    """Return a painting: hills, blocks, discs, bands or a head; see `textures`."""
    kind = seed % 5
    shade = 0.8 + 0.4 * noise(9.0 * s, 9.0 * t, seed)
    if kind == 0:
        return _hills(s, t, seed, shade)
    if kind == 1:
        i = int(s * 3.0 + hashed(int(t * 3.0), 1, seed))
        j = int(t * 3.0 + hashed(int(s * 2.0), 2, seed))
        pick = hashed(i, j, seed)
        return flag(pick > 0.35), flag(pick > 0.7), 0.75 + 0.5 * hashed(j, i, seed)
    if kind == 2:
        second, third = 0.0, 0.0
        for disc in range(4):
            x, y = hashed(disc, 3, seed) - s, hashed(disc, 4, seed) - t
            radius = 0.1 + 0.2 * hashed(disc, 5, seed)
            inside = 1.0 - step(radius, math.sqrt(x * x + y * y), 0.03)
            if disc % 2 == 0:
                second = max(second, inside)
            else:
                third = max(third, inside)
        return second, third, shade
    if kind == 3:
        tilt = 2.0 * hashed(1, 1, seed) - 1.0
        place = fraction(3.0 * (t + tilt * s) + 0.4 * noise(4.0 * s, 4.0 * t, seed))
        return step(0.4, place, 0.05), step(0.8, place, 0.05), shade
    x, y = (s - 0.5) / 0.2, (t - 0.62) / 0.2
    head = 1.0 - step(1.0, math.sqrt(x * x + y * y), 0.1)
    bust = 1.0 - step(1.0, math.sqrt((0.55 * x) ** 2 + ((t + 0.05) / 0.42) ** 2), 0.1)
    return bust, head, shade


@inner
def _hills(s: float, t: float, seed: int, shade: float) -> Weights:
    """Return a landscape: sky, far hills in the second colour, near in the third."""
    far = 0.45 + 0.25 * noise(3.0 * s, 0.5, seed + 1)
    near = 0.2 + 0.25 * noise(4.0 * s, 1.5, seed + 2)
    x, y = s - 0.2 - 0.6 * hashed(0, 0, seed), t - 0.8
    sun = 1.0 - step(0.08, math.sqrt(x * x + y * y), 0.02)
    hill = 1.0 - step(far, t, 0.02)
    return hill, 1.0 - step(near, t, 0.02), shade * (1.0 - 0.3 * t + 0.5 * sun)


@inner
def outdoors(s: float, t: float, aspect: float, seed: int) -> Weights:
    """Return what a window shows: sky, trees or houses (second), ground (third)."""
    x = s * aspect
    cloud = layered(2.5 * x, 5.0 * t, seed)
    glow = 1.25 - 0.3 * t + 0.3 * clamp(2.0 * cloud - 0.9)
    ground = 0.12 + 0.08 * hashed(0, 9, seed)
    if t < ground:
        return 0.0, 1.0, 0.9
    if seed % 3 == 0:
        block = int(math.floor(5.0 * x + hashed(0, 2, seed)))
        top = ground + 0.5 * hashed(block, 1, seed)
        if t < top:
            lit = fraction(24.0 * x) < 0.5 and fraction(14.0 * t) < 0.55
            return 1.0, 0.0, 0.75 if lit else 1.05
        return 0.0, 0.0, glow
    crown = ground + 0.14 + 0.4 * noise(3.0 * x, 0.5, seed) * hashed(1, 1, seed)
    crown += 0.07 * noise(14.0 * x, 0.5, seed + 1)
    if t < crown:
        return 1.0, 0.0, 0.7 + 0.6 * noise(16.0 * x, 16.0 * t, seed)
    return 0.0, 0.0, glow


@inner
def screen(s: float, t: float, seed: int) -> Weights:
    """Return what a screen shows: a landscape, a news desk or a menu."""
    kind = seed % 3
    if kind == 0:
        return _hills(s, t, seed, 1.0)
    if kind == 1:
        if t < 0.2:
            return 1.0, 0.0, 1.0 + 0.5 * flag(abs(t - 0.1) < 0.03 and s < 0.7)
        x, y = (s - 0.35) / 0.12, (t - 0.62) / 0.2
        head = x * x + y * y < 1.0
        body = abs(s - 0.35) < 0.2 and t < 0.45
        return flag(body), flag(head), 0.8 + 0.4 * s
    i, j = int(s * 4.0), int(t * 3.0)
    x, y = fraction(s * 4.0), fraction(t * 3.0)
    inside = abs(x - 0.5) < 0.38 and abs(y - 0.5) < 0.36
    pick = hashed(i, j, seed)
    return flag(inside and pick > 0.4), flag(inside and pick > 0.75), 1.0


@inner
def clock(s: float, t: float) -> Weights:
    """Return a dial with twelve marks and two hands."""
    x, y = s - 0.5, t - 0.5
    radius, angle = math.sqrt(x * x + y * y), math.atan2(y, x)
    mark = abs(fraction(angle * 12.0 / (2.0 * math.pi) + 0.5) - 0.5) < 0.12
    hand = (abs(x) < 0.025 and 0.0 < y < 0.33) or (abs(y) < 0.03 and 0.0 < x < 0.24)
    dark = (mark and 0.34 < radius < 0.43) or hand
    return flag(dark), flag(radius > 0.45), 1.0
