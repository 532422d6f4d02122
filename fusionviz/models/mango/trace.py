"""What one pass through the flow did, as plain arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Floats = NDArray[np.floating]


@dataclass(frozen=True, kw_only=True, eq=False)
class LayerTrace:
    """One layer of one pass.

    Attributes:
        index: Place in the flow, from 0.
        block: Block, from 1.
        kind: `actnorm`, `mixing`, `mmca`, `imca`, `lica` or `coupling`.
        name: Block and layer in words.
        log_det: The layer's log-determinant, nats, (batch,).
        attention: S of each head, rows sum to 1, (batch, head, token, token), upper
            triangular; None for other layers and where it was not asked for.
        gate: Signed gate of each head (head,), None for forms without.
        key_tokens: Which of the 2N joint tokens the rows and columns stand for in X1,
            (token,); None for LICA, whose tokens are mixtures.
        value_tokens: The same in X2, which the layer changes.
        tokens_in: Joint tokens before the layer (batch, 2N, d), where asked for.
        tokens_out: Joint tokens after it.
    """

    index: int
    block: int
    kind: str
    name: str
    log_det: Floats
    attention: Floats | None = None
    gate: Floats | None = None
    key_tokens: NDArray[np.int64] | None = None
    value_tokens: NDArray[np.int64] | None = None
    tokens_in: Floats | None = None
    tokens_out: Floats | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class MangoTrace:
    """One pass from tokens to latents.

    Attributes:
        x: Joint tokens (batch, 2N, d).
        z: Latents (batch, 2N, d).
        log_det: log|det dZ/dX| in nats, (batch,).
        bits_per_dim: Negative log-likelihood of x, bits a dimension, (batch,).
        layers: The layers that were asked for, in order.
    """

    x: Floats
    z: Floats
    log_det: Floats
    bits_per_dim: Floats
    layers: tuple[LayerTrace, ...]

    @property
    def attention_layers(self) -> tuple[LayerTrace, ...]:
        """The layers that carry attention maps."""
        return tuple(layer for layer in self.layers if layer.attention is not None)


def to_host(
    tables: Sequence[Mapping[str, Tensor]],
) -> list[dict[str, NDArray[Any]]]:
    """Return tables of tensors as tables of arrays.

    From a GPU they travel together, one transfer a dtype: each transfer waits until the
    GPU is done, and a pass reports hundreds of tensors.
    """
    every = [tensor.detach() for table in tables for tensor in table.values()]
    is_here = all(tensor.is_cpu for tensor in every)
    arrays = iter([x.numpy() for x in every] if is_here else move_together(every))
    return [{name: next(arrays) for name in table} for table in tables]


def move_together(tensors: Sequence[Tensor]) -> list[NDArray[Any]]:
    """Return tensors of one device as arrays, those of a dtype in one transfer."""
    found: dict[int, NDArray[Any]] = {}
    for dtype in {tensor.dtype for tensor in tensors}:
        places = [n for n, tensor in enumerate(tensors) if tensor.dtype == dtype]
        flat = torch.cat([tensors[n].flatten() for n in places]).cpu().numpy()
        ends = np.cumsum([tensors[n].numel() for n in places])[:-1]
        for n, part in zip(places, np.split(flat, ends), strict=True):
            found[n] = part.reshape(tuple(tensors[n].shape))
    return [found[n] for n in range(len(tensors))]
