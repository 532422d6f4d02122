"""Costs of sending one token to another.

Cosine cost (Li et al. 2025), in [0, 2] and without unit:

    C_ij = 1 - <x_i, y_j> / (|x_i| |y_j|)
"""

import torch
from jaxtyping import Float
from torch import Tensor


def cosine_cost(
    source: Float[Tensor, "*batch source channel"],
    target: Float[Tensor, "*batch target channel"],
) -> Float[Tensor, "*batch source target"]:
    """Return one minus the cosine between each source and each target token.

    As in Li et al. 2025. A token of length 0 points nowhere: its cost is 1 to
    everything, and its gradient is 0.

    >>> source = torch.tensor([[1.0, 0.0], [0.0, 0.0]])
    >>> target = torch.tensor([[2.0, 0.0], [0.0, 3.0], [-1.0, 0.0]])
    >>> cosine_cost(source, target).tolist()
    [[0.0, 1.0, 2.0], [1.0, 1.0, 1.0]]

    Args:
        source: Tokens, shape (batch, source, channel); the batch axis may be absent.
        target: Tokens of the same width, shape (batch, target, channel).

    Returns:
        Cost in [0, 2], shape (batch, source, target): 0 for tokens that point the
        same way, 1 at right angles, 2 for opposite ones.

    Raises:
        ValueError: If the widths differ, or there are no channels.
    """
    if (
        min(source.ndim, target.ndim) < 2
        or source.shape[-1] != target.shape[-1]
        or source.shape[-1] == 0
    ):
        raise ValueError(
            "source and target need shapes (batch, token, channel) of equal width, "
            f"got {tuple(source.shape)} and {tuple(target.shape)}"
        )
    cosine = _direction(source) @ _direction(target).mT
    # in place: to find room for a large matrix takes longer than to change it
    return cosine.neg_().add_(1).clamp_(0, 2)


def _direction(x: Tensor) -> Tensor:
    """Return tokens scaled to length 1; those of length 0 stay 0."""
    # Scaling by the largest channel first keeps the squares from under- or overflowing.
    largest = x.detach().abs().amax(dim=-1, keepdim=True)
    x = x / torch.where(largest > 0, largest, torch.ones_like(largest))
    square = x.square().sum(dim=-1, keepdim=True)
    per_length = torch.where(largest > 0, square, torch.ones_like(square)).rsqrt()
    return x * torch.where(largest > 0, per_length, 0.0)
