"""From what models read to the pictures that an encoder of photographs takes.

An encoder takes three channels in 0..255. Colours are such already. Depth becomes
three: how far a place is, and the two slopes of its surface. Slopes are of log depth,
which a sensor's unit does not change: on a plane that is seen through a lens of focal
length f (in pixels), f ∂ log z / ∂u is the tangent of the angle by which the surface
turns away, up to the perspective of places off the middle. They are read over a few
pixels, since a sensor's depth goes in steps.
"""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import avg_pool2d, pad

from fusionviz.models.encoders.pyramid import Grid, Picture
from fusionviz.models.modalities import DEPTH_RANGE_M, MODALITIES

FOCAL_LENGTH = 0.8
"""Of the cameras of NYU Depth V2, in widths of the picture."""
NEAREST_M = 0.2
SMOOTHING = 1 / 64
"""Side of the window that log depth is averaged over, in widths; and its step."""


def to_picture(image: Grid, modality: str) -> Picture:
    """Return an image as a model reads it as a picture, (batch, 3, h, w) in 0..255.

    Args:
        image: In -1..1, (batch, channels, height, width).
        modality: A name in `MODALITIES`.
    """
    if modality == "depth":
        return depth_picture((image + 1) * (DEPTH_RANGE_M / 2))
    picture = (image + 1) * 127.5
    if MODALITIES[modality].channels == 1:
        return picture.expand(-1, 3, -1, -1)
    return picture


def depth_picture(depth_m: Float[Tensor, "batch 1 height width"]) -> Picture:
    """Return depth and its two slopes as a picture, (batch, 3, h, w) in 0..255.

    The first channel is depth, 0 to 10 m; the others are 127.5 (1 + sin of the angle
    by which the surface turns away to the side and upwards).

    Args:
        depth_m: Without holes, (batch, 1, height, width).
    """
    width = depth_m.shape[-1]
    step = max(1, round(width * SMOOTHING))
    log = depth_m.clamp_min(NEAREST_M).log()
    smooth = avg_pool2d(
        log, 2 * step + 1, stride=1, padding=step, count_include_pad=False
    )
    focal = FOCAL_LENGTH * width
    slopes = [
        _sine(_difference(smooth, axis, step) * (focal / (2 * step)))
        for axis in (-1, -2)
    ]
    near = depth_m.clamp(0, DEPTH_RANGE_M) * (255 / DEPTH_RANGE_M)
    return torch.cat([near, *(127.5 * (1 + slope) for slope in slopes)], dim=1)


def _difference(values: Grid, axis: int, step: int) -> Grid:
    """Return value `step` further minus value `step` before; edges are continued."""
    around = (step, step, 0, 0) if axis == -1 else (0, 0, step, step)
    wide = pad(values, around, mode="replicate")
    length = values.shape[axis]
    return wide.narrow(axis, 2 * step, length) - wide.narrow(axis, 0, length)


def _sine(tangent: Tensor) -> Tensor:
    return tangent / torch.sqrt(1 + tangent.square())
