"""Many samples' tokens at once as pictures."""

import torch

from fusionviz.analysis.shared.pictures import Pictures, to_colours, to_metres
from fusionviz.models.mango import Mango
from fusionviz.models.mango.layers.partition import Tokens


def decode_each(model: Mango, x: Tokens) -> tuple[Pictures, ...]:
    """Return the pictures of every sample's tokens.

    Args:
        model: Its codec.
        x: Joint tokens, (batch, 2N, d).
    """
    with torch.inference_mode():
        images = model.decode(x)
    return tuple(
        Pictures(rgb=to_colours(rgb[None]), depth_m=to_metres(depth[None]))
        for rgb, depth in zip(images["rgb"], images["depth"], strict=True)
    )
