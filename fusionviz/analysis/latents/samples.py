"""Pairs that a model makes up: latents from the prior, through the inverse flow."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.analysis.latents.pictures import decode_each
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.models.mango import Mango


@dataclass(frozen=True, kw_only=True, eq=False)
class Samples:
    """Pairs drawn from a model.

    Attributes:
        tokens: Joint tokens, (sample, 2N, d).
        pictures: What the codec makes of them.
        bits_per_dim: Of each pair's tokens, (sample,).
        temperature: Standard deviation that the latents were drawn with.
    """

    tokens: NDArray[np.floating]
    pictures: tuple[Pictures, ...]
    bits_per_dim: NDArray[np.float64]
    temperature: float


def draw_samples(
    model: Mango, *, count: int = 6, temperature: float = 1.0, seed: int = 0
) -> Samples:
    """Return pairs drawn from a model.

    The latents of a seed are those of temperature 1 times the temperature, so that
    one pair can be followed from one temperature to the next.

    Args:
        model: A flow and its codec.
        count: How many pairs.
        temperature: Standard deviation of the latents; 0 gives the one
            pair of z = 0, the mode of the prior. That is not the mode of pairs, whose
            density has log|det dz/dx| besides.
        seed: Of the latents.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.inference_mode():
        x = model.sample(count, temperature=temperature, generator=generator)
        bits = model.bits_per_dim(x)
    return Samples(
        tokens=x.cpu().numpy(),
        pictures=decode_each(model, x),
        bits_per_dim=bits.double().cpu().numpy(),
        temperature=temperature,
    )
