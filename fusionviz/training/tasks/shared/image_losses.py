"""How far images are from the truth, as what training lowers: one number a batch."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import cosine_similarity

from fusionviz.models.encoders import Pyramid
from fusionviz.models.encoders.tokens import PretrainedFeatures

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
