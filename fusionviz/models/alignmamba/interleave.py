"""Time-priority interleaving (Li et al. 2025, section 3.4).

Aligned sequences of one length are read moment by moment,

    [v_1, a_1, l_1, v_2, a_2, l_2, ...]

so that what belongs to one moment stands side by side in the backbone's scan.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Int, Shaped
from torch import Tensor


def interleave(
    sequences: Sequence[Shaped[Tensor, "batch token *rest"]],
) -> Shaped[Tensor, "batch moment *rest"]:
    """Return sequences of equal shape as one, moment by moment.

    Args:
        sequences: One tensor a modality, in the order in which a moment is read:
            tokens (batch, token, channel), or masks (batch, token).

    Returns:
        Shape (batch, modalities * token, ...).

    Raises:
        ValueError: There is no sequence, or their shapes differ.
    """
    shapes = [tuple(sequence.shape) for sequence in sequences]
    if not shapes or len(set(shapes)) > 1:
        raise ValueError(f"interleaving needs sequences of equal shape, got {shapes}")
    return torch.stack(tuple(sequences), dim=2).flatten(1, 2)


def separate(
    sequence: Shaped[Tensor, "batch moment *rest"], modalities: int
) -> tuple[Shaped[Tensor, "batch token *rest"], ...]:
    """Return the sequence of each modality: the inverse of `interleave`.

    Raises:
        ValueError: The length is no multiple of `modalities`.
    """
    if modalities < 1 or sequence.shape[1] % modalities:
        raise ValueError(
            f"the length must divide by the {modalities} modalities, got "
            f"{sequence.shape[1]}"
        )
    return sequence.unflatten(1, (-1, modalities)).unbind(dim=2)


def modality_of(tokens: int, modalities: int) -> Int[Tensor, " moment"]:
    """Return which modality stands at each position of the interleaved sequence."""
    return torch.arange(modalities).repeat(tokens)
