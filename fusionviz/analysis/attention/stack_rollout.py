"""Rollout of attention arrays whose layers chain (Abnar & Zuidema 2020)."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.attention.stack import AttentionStack
from fusionviz.errors import InputError

MOST_TOKENS = 1024
"""Matrices of more tokens take too long to multiply while one waits."""

RESIDUAL = 0.5
"""Share of a token that a layer leaves as it is: the residual connection."""


def roll_out(stack: AttentionStack, residual: float = RESIDUAL) -> AttentionStack:
    """Return what each token is made of after each layer.

    R_l = (r I + (1 - r) A_l) R_(l-1), where A_l is the mean over heads of the absolute
    weights, its rows divided by their sums; a row that reads nothing stays as it is.

    Args:
        stack: Attention arrays.
        residual: r, 0..1.

    Raises:
        InputError: Queries and keys are not the same tokens, or there are too many.
    """
    count = stack.queries.count
    if count != stack.keys.count:
        raise InputError(
            "Layers chain where queries and keys are the same tokens; here "
            f"{count} queries read {stack.keys.count} keys, so there is no rollout."
        )
    if count > MOST_TOKENS:
        raise InputError(
            f"Rollout multiplies matrices of up to {MOST_TOKENS} tokens, and here are "
            f"{count}: take a part of them."
        )
    if not 0 <= residual <= 1:
        raise InputError(f"The residual share is 0 to 1, got {residual}.")
    rolled, products = np.eye(count), []
    for layer in stack.weights:
        mixed = residual * np.eye(count) + (1 - residual) * _mean_rows(layer)
        rolled = mixed @ rolled
        products.append(rolled.astype(np.float32))
    return replace(
        stack,
        weights=np.stack(products)[:, None],
        layers=tuple(f"after {name}" for name in stack.layers),
        heads=("rollout",),
        meaning=(
            "A weight in row i and column j says how much of input token j is in token "
            "i after so many layers, as attention alone moves it."
        ),
        has_mean=False,
    )


def _mean_rows(layer: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return a layer's matrix, the mean over its heads, with rows that sum to 1."""
    size = np.abs(np.nan_to_num(layer)).mean(axis=0, dtype=np.float64)
    total = size.sum(axis=1, keepdims=True)
    own = np.eye(len(size))
    return np.divide(size, total, out=own, where=total > 0)
