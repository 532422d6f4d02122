"""Colours of a view: texture times light, with four texture samples a pixel."""

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.rooms.casting import cast
from fusionviz.data.rooms.lighting import Lights, irradiance
from fusionviz.data.rooms.packing import Room
from fusionviz.data.rooms.shapes import inner, jit
from fusionviz.data.rooms.surfaces import (
    Places,
    mirrored_places,
    radiance,
    seen_places,
)
from fusionviz.data.rooms.view import View, supersample

SAME_FACE = 0.9
MIDDLE = 4
LEAST_GLOSS = 0.025


def light_pixels(
    room: Room, lights: Lights, pixels: Places, size: tuple[int, int]
) -> NDArray[np.float64]:
    """Return the light on what each pixel sees, linear RGB (pixel, 3).

    A pixel asks one of nine points of each lamp, in a pattern that repeats every three
    pixels; the mean over neighbours on the same face then has asked all nine
    (interleaved sampling, Keller and Heidrich 2001).
    """
    row, column = np.divmod(np.arange(size[0] * size[1]), size[1])
    raw = irradiance(room, lights, pixels, 3 * (row % 3) + column % 3)
    return _smooth(raw, pixels, size[1])


@inner
def _nearby(
    light: NDArray[np.float64],
    pixels: Places,
    width: int,
    row: int,
    column: int,
    part: int,
    n: NDArray[np.float64],
) -> tuple[float, float, float, int]:
    """Return the mean light of the pixels around on one face, and their number."""
    red, green, blue, found = 0.0, 0.0, 0.0, 0
    height = light.shape[0] // width
    for y in range(max(row - 1, 0), min(row + 2, height)):
        for x in range(max(column - 1, 0), min(column + 2, width)):
            k = y * width + x
            m = pixels.normal[k]
            if pixels.part[k] != part:
                continue
            if m[0] * n[0] + m[1] * n[1] + m[2] * n[2] < SAME_FACE:
                continue
            red, green, blue = (
                red + light[k, 0],
                green + light[k, 1],
                blue + light[k, 2],
            )
            found += 1
    most = max(found, 1)
    return red / most, green / most, blue / most, found


@jit
def _smooth(
    light: NDArray[np.float64], pixels: Places, width: int
) -> NDArray[np.float64]:
    """Return light averaged over neighbours on the same face."""
    out = np.empty_like(light)
    for k in range(light.shape[0]):
        out[k, 0], out[k, 1], out[k, 2], _ = _nearby(
            light,
            pixels,
            width,
            k // width,
            k % width,
            pixels.part[k],
            pixels.normal[k],
        )
    return out


@jit
def _spread(
    light: NDArray[np.float64], pixels: Places, fine: Places, width: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return light for two by two samples a pixel, and where there was none to have.

    A sample takes its pixel's light, or, where it sees another face, a neighbour's.
    """
    out = np.empty_like(fine.point)
    lost = np.zeros(fine.part.shape[0], dtype=np.bool_)
    for k in range(fine.part.shape[0]):
        row, column = k // (4 * width), k % (2 * width) // 2
        own = row * width + column
        n, m = fine.normal[k], pixels.normal[own]
        same = m[0] * n[0] + m[1] * n[1] + m[2] * n[2] >= SAME_FACE
        if same and pixels.part[own] == fine.part[k]:
            for c in range(3):
                out[k, c] = light[own, c]
            continue
        out[k, 0], out[k, 1], out[k, 2], found = _nearby(
            light, pixels, width, row, column, fine.part[k], n
        )
        lost[k] = found == 0
    return out, lost


def shade(
    room: Room,
    lights: Lights,
    view: View,
    pixels: Places,
    light: NDArray[np.float64],
    size: tuple[int, int],
) -> NDArray[np.float64]:
    """Return linear colours (pixel, 3), the mean of two by two samples a pixel.

    Every sample looks up its texture; light is computed anew only where no pixel around
    sees the sample's face.

    Args:
        room: The scene.
        lights: What lights it.
        view: The camera.
        pixels: What the pixels see, row by row.
        light: Light on that, from `light_pixels`.
        size: Height and width in pixels.
    """
    height, width = size
    fine_view = supersample(view, 2)
    fine = seen_places(room, fine_view, *cast(room, fine_view, 2 * height, 2 * width))
    fine_light, lost = _spread(light, pixels, fine, width)
    strays = np.flatnonzero(lost)
    middle = np.full(strays.size, MIDDLE)
    fine_light[strays] = irradiance(room, lights, fine.chosen(strays), middle)
    colour = radiance(room, fine, fine_light).reshape(height, 2, width, 2, 3)
    top, bottom = colour[:, 0], colour[:, 1]
    mean = 0.25 * (top[:, :, 0] + top[:, :, 1] + bottom[:, :, 0] + bottom[:, :, 1])
    return mean.reshape(-1, 3)


def add_gloss(
    room: Room, lights: Lights, view: View, pixels: Places, colour: NDArray[np.float64]
) -> None:
    """Mix mirror images into glossy pixels, more at grazing angles (after Schlick)."""
    gaze = pixels.point - view.position
    length = np.sqrt(np.einsum("pk,pk->p", gaze, gaze))
    cosine = -np.einsum("pk,pk->p", gaze, pixels.normal) / length
    share = 0.2 + 0.8 * (1.0 - np.clip(cosine, 0.0, 1.0)) ** 3
    share *= room.parts["gloss"][pixels.part]
    glossy = np.flatnonzero(share > LEAST_GLOSS)
    image = mirrored_places(room, view, pixels.chosen(glossy))
    light = irradiance(room, lights, image, np.full(glossy.size, MIDDLE))
    shown = radiance(room, image, light)
    colour[glossy] += share[glossy, None] * (shown - colour[glossy])
