"""What one pass through the flow did, as plain arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
