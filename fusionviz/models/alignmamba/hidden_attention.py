"""Mamba's hidden attention: the matrix that the selective scan applies to its input.

With delta, B and C fixed, the scan is linear in u, y = M u, with a lower-triangular M
for each channel. Unlike softmax attention its entries have a sign and no fixed sum.
Ali, Zimerman and Wolf 2024, "The Hidden Attention of Mamba Models" (arXiv 2403.01590).
"""

import torch
from jaxtyping import Float
from torch import Tensor


def hidden_attention(
    delta: Float[Tensor, "batch channel token"],
    A: Float[Tensor, "channel state"],
    B: Float[Tensor, "batch state token"],
    C: Float[Tensor, "batch state token"],
    D: Float[Tensor, " channel"] | None = None,
) -> Float[Tensor, "batch channel token token"]:
    """Return the matrix of each channel: row t, column s says what u_s adds to y_t.

        M[t, s] = sum_n C_t[n] exp(A[n] (delta_{s+1} + ... + delta_t)) delta_s B_s[n]

    for s <= t, else 0, and D more on the diagonal where D is given. Memory is
    batch x channel x token^2: pass the channels that are wanted.

    Args:
        delta: Step sizes as the recurrence uses them, after softplus: those of a
            `MambaTrace`, (batch, channel, token).
        A: State matrix, (channel, state).
        B: Input parameters, (batch, state, token).
        C: Output parameters, (batch, state, token).
        D: Skip weights, (channel,).

    Returns:
        Signed weights without unit, (batch, channel, token, token).

    Raises:
        ValueError: If the shapes do not fit together.
    """
    _check(delta, A, B, C, D)
    # differences of long sums: float64 keeps the short ones exact
    time = delta.double().cumsum(dim=-1)
    elapsed = (time[..., :, None] - time[..., None, :]).tril().to(delta.dtype)
    weights = torch.zeros_like(elapsed)
    for n in range(A.shape[1]):
        outer = C[:, None, n, :, None] * B[:, None, n, None, :]
        weights += outer * torch.exp(A[:, n, None, None] * elapsed)
    weights = (weights * delta[..., None, :]).tril()
    if D is not None:
        weights.diagonal(dim1=-2, dim2=-1).add_(D[:, None])
    return weights


def summed_hidden_attention(
    delta: Float[Tensor, "batch channel token"],
    A: Float[Tensor, "channel state"],
    B: Float[Tensor, "batch state token"],
    C: Float[Tensor, "batch state token"],
    D: Float[Tensor, " channel"] | None = None,
    *,
    at_once: int = 8,
) -> Float[Tensor, "batch token token"]:
    """Return `hidden_attention` summed over channels, signs kept.

    Args:
        delta: See `hidden_attention`, as for A, B, C and D.
        A: State matrix.
        B: Input parameters.
        C: Output parameters.
        D: Skip weights.
        at_once: How many channels are held in memory together.

    Returns:
        Signed weights without unit, (batch, token, token).

    Raises:
        ValueError: If the shapes do not fit together.
    """
    _check(delta, A, B, C, D)
    batch, channels, length = delta.shape
    weights = delta.new_zeros(batch, length, length)
    for start in range(0, channels, at_once):
        part = slice(start, start + at_once)
        skip = None if D is None else D[part]
        weights += hidden_attention(delta[:, part], A[part], B, C, skip).sum(dim=1)
    return weights


def _check(delta: Tensor, A: Tensor, B: Tensor, C: Tensor, D: Tensor | None) -> None:
    """Raise ValueError unless all shapes follow from those of delta and A."""
    if delta.ndim != 3 or A.ndim != 2:
        raise ValueError(
            "delta must be (batch, channel, token) and A (channel, state), "
            f"got {tuple(delta.shape)} and {tuple(A.shape)}"
        )
    batch, channels, length = delta.shape
    parameter = (batch, A.shape[1], length)
    wanted = {
        "A": (A, (channels, A.shape[1])),
        "B": (B, parameter),
        "C": (C, parameter),
    }
    if D is not None:
        wanted["D"] = (D, (channels,))
    for name, (tensor, shape) in wanted.items():
        if tensor.shape != shape:
            raise ValueError(f"{name} must be {shape}, got {tuple(tensor.shape)}")
