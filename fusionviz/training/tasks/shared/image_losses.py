"""How far images are from the truth, as what training lowers: one number a batch."""

from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import cosine_similarity

from fusionviz.errors import InputError
from fusionviz.models.encoders import Pyramid
from fusionviz.models.encoders.tokens import PretrainedFeatures
from fusionviz.models.inputs import ImageBatch
from fusionviz.models.modalities import MODALITIES

Images = Float[Tensor, "batch channel height width"]
Mask = Bool[Tensor, "batch 1 height width"]


def absolute_error(found: Images, wanted: Images, edges: float) -> Tensor:
    """Return the mean absolute error of pixels, plus `edges` times that of steps."""
    error = (found - wanted).abs().mean()
    for axis in (-1, -2):
        difference = found.diff(dim=axis) - wanted.diff(dim=axis)
        error = error + edges * difference.abs().mean()
    return error


def perceptual_error(
    found: Images, wanted: Pyramid, pretrained: PretrainedFeatures
) -> Tensor:
    """Return how far features of images are off, in their own deviations.

    The mean absolute difference of a pretrained encoder's levels of strides 4 and 8
    (Johnson et al. 2016), each in units of its standard deviation.

    Args:
        found: Images in -1..1; gradients reach them.
        wanted: Features of the true images.
        pretrained: The encoder, of these images' modality.
    """
    errors = [
        (level - truth).abs().mean() / truth.std().clamp_min(1e-3)
        for level, truth in zip(pretrained.early(found), wanted[:2], strict=True)
    ]
    return torch.stack(errors).mean()


def turn(found: Images, wanted: Images, valid: Mask) -> Tensor:
    """Return the mean of 1 - cos of the angle between directions, 0 where not valid."""
    cosine = cosine_similarity(found, wanted, dim=1, eps=1e-3)
    return ((1 - cosine) * valid[:, 0]).mean()


def translation_loss(
    model: Any,  # noqa: ANN401
    tokens: Tensor,
    images: ImageBatch,
    *,
    edges: float = 1.0,
    directions: float = 1.0,
) -> Tensor:
    """Return how far the model's translation of tokens is from its target.

    The absolute error with that of steps; of normals also the mean of 1 - cos of the
    angle that they are off. Pixels without a truth cost nothing.

    Args:
        model: Its config has a target.
        tokens: What its predictor reads, (batch, 2N, d).
        images: With the target's.
        edges: Weight of the error of horizontal and vertical differences.
        directions: Weight of the error of angles.

    Raises:
        InputError: The model has no target.
    """
    target = target_of(model)
    wanted, valid = images[target], images.valid[target]
    found = model.translate(tokens).to(wanted.dtype)
    loss = absolute_error(torch.where(valid, found, wanted), wanted, edges)
    if directions and MODALITIES[target].is_direction:
        loss = loss + directions * turn(found, wanted, valid)
    return loss


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
