"""What a translation is judged by: how far a third modality's image is off."""

from typing import Any

import torch
from torch import Tensor

from fusionviz.errors import InputError
from fusionviz.models.inputs import ImageBatch, to_range
from fusionviz.models.modalities import DEPTH_RANGE_M, MODALITIES
from fusionviz.training.metrics.image import (
    angle_deg,
    luminance,
    mae,
    mse,
    psnr,
    ssim,
)
from fusionviz.training.tasks.shared.image_losses import Images, absolute_error, turn


def translation_loss(
    model: Any,  # noqa: ANN401
    tokens: Tensor,
    images: ImageBatch,
    *,
    edges: float = 1.0,
    directions: float = 1.0,
    structure: float = 0.0,
) -> Tensor:
    """Return how far the model's translation of tokens is from its target.

    The absolute error with that of steps; of normals also the mean of 1 - cos of the
    angle that they are off; and 1 - SSIM, of colours that of their luminance: an error
    of pixels alone is smallest where what cannot be told is grey and flat. Pixels
    without a truth cost nothing.

    Args:
        model: Its config has a target.
        tokens: What its predictor reads, (batch, 2N, d).
        images: With the target's.
        edges: Weight of the error of horizontal and vertical differences.
        directions: Weight of the error of angles.
        structure: Weight of 1 - SSIM.

    Raises:
        InputError: The model has no target.
    """
    target = target_of(model)
    wanted, valid = images[target], images.valid[target]
    found = model.translate(tokens).to(wanted.dtype)
    known = torch.where(valid, found, wanted)
    loss = absolute_error(known, wanted, edges)
    if directions and MODALITIES[target].is_direction:
        loss = loss + directions * turn(found, wanted, valid)
    if structure:
        seen, true = (_luminance(image, target) for image in (known, wanted))
        loss = loss + structure * (1 - ssim(seen, true, peak=1.0)).mean()
    return loss


def translation_errors(
    found: Images, images: ImageBatch, target: str
) -> dict[str, Tensor]:
    """Return what there is to say of translated images, one number a sample each.

    `mae`, `mse` and `psnr` (dB, peak 2) are of images in -1..1, `ssim` of the same in
    0..1; translated normals are given length 1 first, other images are clipped. Of
    depth also `depth_mae_m` in metres, of normals also `normal_angle_deg`, the mean
    angle, and of colours `luminance_ssim`: the mean of `ssim` over channels asks for
    the colours themselves. Pixels without a truth do not count; in SSIM they count as
    right.

    Args:
        found: As the model translates.
        images: With the true ones.
        target: Their modality.
    """
    truth, valid = images[target], images.valid[target]
    found = to_range(found, target)
    known = torch.where(valid, found, truth)
    off = mae(found, truth, valid)
    measured = {
        "mae": off,
        "mse": mse(found, truth, valid),
        "psnr": psnr(found, truth, valid, peak=2.0),
        "ssim": ssim(_from_zero(known), _from_zero(truth), peak=1.0),
    }
    if target == "depth":
        measured["depth_mae_m"] = off * (DEPTH_RANGE_M / 2)
    if MODALITIES[target].is_direction:
        measured[f"{target}_angle_deg"] = angle_deg(found, truth, valid)
    if target == "rgb":
        seen, true = (_luminance(image, target) for image in (known, truth))
        measured["luminance_ssim"] = ssim(seen, true, peak=1.0)
    return measured


def _luminance(image: Images, target: str) -> Images:
    """Return an image in 0..1, of colours their luminance."""
    shown = _from_zero(image.clamp(-1, 1))
    return luminance(shown) if target == "rgb" else shown


def _from_zero(image: Images) -> Images:
    """Return an image of -1..1 in 0..1."""
    return (image + 1) / 2


def target_of(model: Any) -> str:  # noqa: ANN401
    """Return the modality that a model translates into.

    Raises:
        InputError: It has none.
    """
    target = getattr(model.config, "target", "")
    if not target:
        raise InputError(
            "a translation needs a model with a target; give one in the config, such "
            'as { modalities = ["rgb", "edge"], target = "depth" }'
        )
    return target
