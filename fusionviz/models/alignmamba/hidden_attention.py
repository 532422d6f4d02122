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
    block: int = 32,
) -> Float[Tensor, "batch token token"]:
    """Return `hidden_attention` summed over channels, signs kept.

    The tokens are taken in blocks. What a block reads of itself is computed as there.
    For what it reads of earlier tokens, with T the sum of steps and T0 that before the
    block, T_s <= T0 <= T_t,

        exp(A (T_t - T_s)) = exp(A (T_t - T0)) exp(A (T0 - T_s))

    where no factor exceeds 1, so that the sum over channels and states is one matrix
    product. Where a factor underflows, so does the weight.

    Args:
        delta: See `hidden_attention`, as for A, B, C and D.
        A: State matrix.
        B: Input parameters.
        C: Output parameters.
        D: Skip weights.
        block: How many tokens are taken together.

    Returns:
        Signed weights without unit, (batch, token, token).

    Raises:
        ValueError: If the shapes do not fit together.
    """
    _check(delta, A, B, C, D)
    batch, _, length = delta.shape
    time = delta.double().cumsum(dim=-1)
    weights = delta.new_zeros(batch, length, length)
    for start in range(0, length, block):
        rows = slice(start, start + block)
        own = hidden_attention(delta[..., rows], A, B[..., rows], C[..., rows], D)
        weights[:, rows, rows] = own.sum(dim=1)
        if start:
            origin = time[..., start - 1, None]
            past = slice(0, start)
            since = (time[..., rows] - origin).to(delta.dtype)
            until = (origin - time[..., past]).to(delta.dtype)
            read = _decayed(since, A) * C[:, None, :, rows]
            written = _decayed(until, A) * B[:, None, :, past]
            written = written * delta[:, :, None, past]
            product = read.flatten(1, 2).mT @ written.flatten(1, 2)
            weights[:, rows, past] = product
    return weights


def _decayed(
    elapsed: Float[Tensor, "batch channel token"], A: Float[Tensor, "channel state"]
) -> Float[Tensor, "batch channel state token"]:
    """Return what is left of each state after a time."""
    return torch.exp(A[:, :, None] * elapsed[:, :, None])


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
