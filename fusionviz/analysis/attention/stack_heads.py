"""Heads of attention arrays: how evenly each of them reads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.attention.stack import AttentionStack


@dataclass(frozen=True, kw_only=True, eq=False)
class StackHeads:
    """How evenly the rows of each head are spread.

    Attributes:
        stack: The arrays.
        entropy: Mean over rows of the entropy, as a share of what an even row over the
            keys that it may read has, 0..1, (layer, head); NaN where no row reads.
        bits: Mean over rows of the entropy, (layer, head).
    """

    stack: AttentionStack
    entropy: NDArray[np.float64]
    bits: NDArray[np.float64]


def measure_stack_heads(stack: AttentionStack) -> StackHeads:
    """Return how evenly each head of attention arrays reads.

    Rows are divided by the sums of their absolute weights; NaN cannot be read. A row
    that can read one key has no choice, and an entropy share of 0.
    """
    layers, heads = stack.weights.shape[:2]
    found = np.full((2, layers, heads), np.nan)
    for layer in range(layers):
        for head in range(heads):
            found[:, layer, head] = _entropy(stack.weights[layer, head])
    return StackHeads(stack=stack, entropy=found[0], bits=found[1])


def _entropy(matrix: NDArray[np.floating]) -> tuple[float, float]:
    """Return the mean entropy of a matrix's rows: as a share, and in bits."""
    size = np.abs(np.nan_to_num(matrix)).astype(np.float64)
    total = size.sum(axis=1)
    reads = total > 0
    if not reads.any():
        return np.nan, np.nan
    shares = size[reads] / total[reads, None]
    terms = np.zeros_like(shares)
    np.log2(shares, out=terms, where=shares > 0)
    bits = np.maximum(-(shares * terms).sum(axis=1), 0)
    most = np.log2(np.isfinite(matrix[reads]).sum(axis=1))
    part = np.divide(bits, most, out=np.zeros_like(bits), where=most > 0)
    return float(part.mean()), float(bits.mean())
