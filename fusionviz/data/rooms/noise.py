"""Repeatable noise and filtered lines, for textures."""

import math

from numba import njit

from fusionviz.data.rooms.shapes import inner


# The signature stops numba from compiling it once for every literal argument.
@njit("float64(int64, int64, int64)", cache=True, nogil=True)
def hashed(x: int, y: int, seed: int) -> float:
    """Return a number in 0..1 that looks random and depends on three integers."""
    h = (x * 374761393 + y * 668265263 + seed * 974711) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 1274126177) & 0xFFFFFFFF
    h = ((h ^ (h >> 16)) * 668265263) & 0xFFFFFFFF
    return (h >> 8) / 16777216.0


@inner
def noise(x: float, y: float, seed: int) -> float:
    """Return value noise in 0..1 on the unit lattice, smoothly interpolated."""
    left, low = math.floor(x), math.floor(y)
    fx, fy = x - left, y - low
    i, j = int(left), int(low)
    fx, fy = fx * fx * (3.0 - 2.0 * fx), fy * fy * (3.0 - 2.0 * fy)
    a, b = hashed(i, j, seed), hashed(i + 1, j, seed)
    c, d = hashed(i, j + 1, seed), hashed(i + 1, j + 1, seed)
    return (a + (b - a) * fx) * (1.0 - fy) + (c + (d - c) * fx) * fy


@inner
def layered(x: float, y: float, seed: int) -> float:
    """Return three octaves of noise, in 0..1."""
    coarse = noise(x, y, seed)
    middle = noise(2.03 * x, 2.03 * y, seed + 1)
    fine = noise(4.1 * x, 4.1 * y, seed + 2)
    return 0.57 * coarse + 0.29 * middle + 0.14 * fine


@inner
def clamp(x: float) -> float:
    """Return x held to 0..1."""
    return min(1.0, max(0.0, x))


@inner
def flag(condition: bool) -> float:
    """Return 1 where a condition holds, else 0."""
    return 1.0 if condition else 0.0


@inner
def step(edge: float, x: float, blur: float) -> float:
    """Return 0 below the edge and 1 above it, with a ramp of width `blur`."""
    return clamp((x - edge) / blur + 0.5)


@inner
def fade(size: float, pixel: float) -> float:
    """Return how much of a detail of a given size a pixel still resolves, 0..1."""
    return clamp(0.5 * size / pixel - 0.5)


@inner
def fraction(x: float) -> float:
    """Return x minus the integer below it."""
    return x - math.floor(x)


@inner
def seam(x: float, period: float, width: float, pixel: float) -> float:
    """Return how much of a pixel a line covers that comes back every period."""
    gap = abs(x - math.floor(x / period + 0.5) * period)
    blur = max(pixel, 1e-4)
    return clamp((0.5 * (width + blur) - gap) / blur) * min(1.0, width / blur)
