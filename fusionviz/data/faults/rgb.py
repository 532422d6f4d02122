"""Faults of RGB pictures, uint8 (height, width, 3) sRGB.

Severities follow the scale of ImageNet-C (Hendrycks and Dietterich 2019) in spirit: 1
is seen when one looks for it, 5 leaves the scene hard to recognise. Blurs have Gaussian
profiles, so that more of them is always more change: a box, as a shutter that opens at
once has it, brings fine stripes back.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from fusionviz.data.faults.fault import Fault, level

Picture = NDArray[np.uint8]

GREY = 128
"""Of the box that hides something."""

TUNGSTEN = (1.35, 0.95, 0.45)
"""Factors of linear red, green and blue under a lamp of about 2700 K, seen by a camera
that is balanced for daylight."""


def _to_linear(rgb: Picture) -> NDArray[np.float32]:
    x = rgb.astype(np.float32) / 255
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def _to_srgb(linear: NDArray[np.floating]) -> Picture:
    x = np.clip(linear, 0, 1)
    x = np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)
    return _rounded(255 * x)


def _rounded(values: NDArray[np.floating]) -> Picture:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _dark(rgb: Picture, severity: float, random: np.random.Generator) -> Picture:
    return _to_srgb(_to_linear(rgb) * 2.0**-severity)


def _bright(rgb: Picture, severity: float, random: np.random.Generator) -> Picture:
    return _to_srgb(_to_linear(rgb) * 2.0 ** (0.7 * severity))


def _gaussian(rgb: Picture, severity: float, random: np.random.Generator) -> Picture:
    sigma = level(severity, 0, 8, 16, 28, 44, 64)
    return _rounded(rgb + sigma * random.standard_normal(rgb.shape, dtype=np.float32))


def _salt_and_pepper(
    rgb: Picture, severity: float, random: np.random.Generator
) -> Picture:
    share = level(severity, 0, 0.01, 0.03, 0.07, 0.14, 0.25)
    drawn, is_salt = random.random(rgb.shape[:2]), random.random(rgb.shape[:2]) < 0.5
    changed = np.where(is_salt, 255, 0).astype(np.uint8)[..., None]
    return np.where((drawn < share)[..., None], changed, rgb)


def _motion(rgb: Picture, severity: float, random: np.random.Generator) -> Picture:
    sigma = severity * min(rgb.shape[:2]) / 100
    angle = random.uniform(0, math.pi)
    reach = max(1, math.ceil(3 * sigma))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    along = x * math.cos(angle) + y * math.sin(angle)
    across = -x * math.sin(angle) + y * math.cos(angle)
    kernel = np.exp(-(along**2) / (2 * sigma**2) - across**2 / (2 * 0.3**2))
    blurred = cv2.filter2D(
        rgb.astype(np.float32),
        -1,
        kernel / kernel.sum(),
        borderType=cv2.BORDER_REFLECT,
    )
    return _rounded(np.asarray(blurred, np.float32))


def _defocus(rgb: Picture, severity: float, random: np.random.Generator) -> Picture:
    sigma = severity * min(rgb.shape[:2]) / 150
    blurred = cv2.GaussianBlur(
        rgb.astype(np.float32), (0, 0), sigma, borderType=cv2.BORDER_REFLECT
    )
    return _rounded(np.asarray(blurred, np.float32))


def _jpeg(rgb: Picture, severity: float, random: np.random.Generator) -> Picture:
    quality = round(level(severity, 95, 40, 25, 14, 7, 3))
    bgr = np.ascontiguousarray(rgb[..., ::-1])
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    back = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(back[..., ::-1])


def _box(rgb: Picture, severity: float, random: np.random.Generator) -> Picture:
    height, width = rgb.shape[:2]
    side = math.sqrt(level(severity, 0, 0.05, 0.12, 0.22, 0.35, 0.5))
    row, column = random.uniform(0.3, 0.7, size=2)
    top, bottom = (round(height * (row + end * side / 2)) for end in (-1, 1))
    left, right = (round(width * (column + end * side / 2)) for end in (-1, 1))
    out = rgb.copy()
    out[max(0, top) : bottom, max(0, left) : right] = GREY
    return out


def _grey(rgb: Picture, severity: float, random: np.random.Generator) -> Picture:
    luma = rgb @ np.array([0.299, 0.587, 0.114])
    return _rounded(rgb + severity / 5 * (luma[..., None] - rgb))


def _cast(rgb: Picture, severity: float, random: np.random.Generator) -> Picture:
    under_lamp = _to_srgb(_to_linear(rgb) * np.array(TUNGSTEN)).astype(np.float32)
    return _rounded(rgb + severity / 5 * (under_lamp - rgb))


RGB_FAULTS: tuple[Fault[Picture], ...] = (
    Fault(
        name="darkness",
        title="Darkness",
        imitates="A lamp that is off: light falls by one stop a step, to 1/32.",
        change=_dark,
        at_random=False,
    ),
    Fault(
        name="over-exposure",
        title="Over-exposure",
        imitates="A window in view: 0.7 stops more light a step, and white is clipped.",
        change=_bright,
        at_random=False,
    ),
    Fault(
        name="gaussian-noise",
        title="Gaussian noise",
        imitates="A high gain: noise of deviation 8, 16, 28, 44, 64 of 255.",
        change=_gaussian,
    ),
    Fault(
        name="salt-and-pepper",
        title="Salt and pepper",
        imitates="Dead and stuck pixels: 1, 3, 7, 14, 25 % are black or white.",
        change=_salt_and_pepper,
    ),
    Fault(
        name="motion-blur",
        title="Motion blur",
        imitates="A camera that moves while it looks: a smear along one direction, "
        "of deviation 1 % of the shorter side a step.",
        change=_motion,
    ),
    Fault(
        name="defocus",
        title="Defocus",
        imitates="A lens out of focus: blur of deviation 1/150 of the shorter side a "
        "step.",
        change=_defocus,
        at_random=False,
    ),
    Fault(
        name="jpeg",
        title="JPEG",
        imitates="A weak link: JPEG of quality 40, 25, 14, 7, 3.",
        change=_jpeg,
        at_random=False,
    ),
    Fault(
        name="box",
        title="Hidden by a box",
        imitates="Something in front of the lens: a grey box over 5, 12, 22, 35, 50 % "
        "of the picture, less where it reaches over the edge.",
        change=_box,
    ),
    Fault(
        name="grey",
        title="Grey",
        imitates="A camera without colour: saturation falls by a fifth a step.",
        change=_grey,
        at_random=False,
    ),
    Fault(
        name="colour-cast",
        title="Colour cast",
        imitates="A warm lamp with the white balance of daylight.",
        change=_cast,
        at_random=False,
    ),
)
"""In the order of pages."""
