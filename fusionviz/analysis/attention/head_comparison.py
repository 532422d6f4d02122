"""Two heads side by side: of two samples, of two checkpoints, or of one pass."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr

from fusionviz.analysis.attention.heads import head_differences
from fusionviz.analysis.shared.attention.mango import LayerAttention


@dataclass(frozen=True, kw_only=True, eq=False)
class HeadSide:
    """One attention head on one sample, and the row of it that is looked at.

    Attributes:
        attention: The head's layer.
        head: From 0.
        row: From 0.
    """

    attention: LayerAttention
    head: int
    row: int

    @property
    def matrix(self) -> NDArray[np.float32]:
        """S, (token, token), upper triangular; rows sum to 1."""
        return self.attention.weights[self.head]

    @property
    def weights(self) -> NDArray[np.float32]:
        """The row, (token,)."""
        return self.matrix[self.row]

    @property
    def maps(self) -> NDArray[np.float32]:
        """The row over both pictures, (2, grid, grid), see `over_pictures`."""
        return self.attention.over_pictures(self.head, self.row)

    @property
    def gate(self) -> float | None:
        """The head's gate; None in forms without."""
        gate = self.attention.gate
        return None if gate is None else float(gate[self.head])


@dataclass(frozen=True, kw_only=True, eq=False)
class HeadComparison:
    """Two attention heads, and what A reads more than B where they can be compared.

    Attributes:
        a: The head that was pinned.
        b: The head that it is compared with.
        difference: S_A - S_B, (token, token); None where they have different numbers
            of tokens.
        map_difference: Maps of A less those of B, (2, grid, grid), NaN where either
            mask forbids reading; None where their grids differ.
        distance: Jensen-Shannon distance of the heads, mean over rows, 0..1, see
            `fusionviz.analysis.attention.heads`; None likewise.
        row_distance: The same of the two rows alone.
    """

    a: HeadSide
    b: HeadSide
    difference: NDArray[np.float32] | None
    map_difference: NDArray[np.float32] | None
    distance: float | None
    row_distance: float | None

    @property
    def reads_the_same_tokens(self) -> bool:
        """Whether rows and columns stand for the same tokens in both."""
        a, b = self.a.attention, self.b.attention
        if a.mixing is not None or b.mixing is not None:
            return a.layer == b.layer and a.mixing is not None and a.grid == b.grid
        return bool(
            np.array_equal(a.value_tokens, b.value_tokens)
            and np.array_equal(a.key_tokens, b.key_tokens)
        )


def compare_heads(a: HeadSide, b: HeadSide) -> HeadComparison:
    """Return two attention heads and the difference between them."""
    difference = maps = distance = row_distance = None
    if a.attention.tokens == b.attention.tokens:
        difference = a.matrix - b.matrix
        distance = float(head_differences(np.stack([a.matrix, b.matrix]))[0, 1])
        if a.attention.tokens == 1:
            distance = 0.0
        row_distance = jensen_shannon_distance(a.weights, b.weights)
    if a.attention.grid == b.attention.grid:
        maps = a.maps - b.maps
    return HeadComparison(
        a=a,
        b=b,
        difference=difference,
        map_difference=maps,
        distance=distance,
        row_distance=row_distance,
    )


def jensen_shannon_distance(
    one: NDArray[np.floating], other: NDArray[np.floating]
) -> float:
    """Return sqrt(JSD) of two distributions, logarithms to base 2, 0..1.

    0 are the same, 1 share nothing (Endres & Schindelin 2003).

    Args:
        one: Probabilities, (token,).
        other: The same of the other.
    """
    p, q = one.astype(np.float64), other.astype(np.float64)
    mixed = entr((p + q) / 2).sum()
    divergence = (mixed - (entr(p).sum() + entr(q).sum()) / 2) / np.log(2)
    return float(np.sqrt(divergence.clip(0, 1)))
