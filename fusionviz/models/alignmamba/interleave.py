"""Time-priority interleaving (Li et al. 2025, section 3.4).

Aligned sequences of one length are read moment by moment,

    [v_1, a_1, l_1, v_2, a_2, l_2, ...]

so that what belongs to one moment stands side by side in the backbone's scan; or, to
see what that is worth, one modality after the other,

    [v_1, v_2, ..., a_1, a_2, ..., l_1, l_2, ...]
"""

from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Int, Shaped
from torch import Tensor

Order = Literal["moments", "modalities"]


def interleave(
    sequences: Sequence[Shaped[Tensor, "batch token *rest"]], order: Order = "moments"
) -> Shaped[Tensor, "batch moment *rest"]:
    """Return sequences of equal shape as one, moment by moment.

    Args:
        sequences: One tensor a modality, in the order in which a moment is read:
            tokens (batch, token, channel), or masks (batch, token).
        order: Moment by moment, or one of the `modalities` after the other.

    Returns:
        Shape (batch, modalities * token, ...).

    Raises:
        ValueError: There is no sequence, or their shapes differ.
    """
    shapes = [tuple(sequence.shape) for sequence in sequences]
    if not shapes or len(set(shapes)) > 1:
        raise ValueError(f"interleaving needs sequences of equal shape, got {shapes}")
    return torch.stack(tuple(sequences), dim=_axis(order)).flatten(1, 2)


def separate(
    sequence: Shaped[Tensor, "batch moment *rest"],
    modalities: int,
    order: Order = "moments",
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
    sizes = (-1, modalities) if order == "moments" else (modalities, -1)
    return sequence.unflatten(1, sizes).unbind(dim=_axis(order))


def modality_of(
    tokens: int, modalities: int, order: Order = "moments"
) -> Int[Tensor, " moment"]:
    """Return which modality stands at each position of the interleaved sequence."""
    rows = torch.arange(modalities)[:, None].expand(modalities, tokens)
    return interleave([row[None] for row in rows], order)[0]


def token_of(
    tokens: int, modalities: int, order: Order = "moments"
) -> Int[Tensor, " moment"]:
    """Return which token of its modality stands at each position."""
    return interleave([torch.arange(tokens)[None]] * modalities, order)[0]


def _axis(order: Order) -> int:
    """Return where the axis of modalities stands before it is flattened."""
    return 2 if order == "moments" else 1
