"""LICA's learned mixing W: which tokens each mixed position holds, and how much."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fusionviz.models.mango.layers.partition import LearnedPartition


@dataclass(frozen=True, kw_only=True, eq=False)
class Mixing:
    """W of one LICA layer: position p of W X holds sum_t W[p, t] X[t].

    The first N positions are X1, the others X2. W is learned once, for all samples.

    Attributes:
        weight: W, (position, token), both 2N.
        nearest: The one token that stands for each position in the permutation that
            W is closest to, (position,).
        start: The token that each position was before training, (position,).
    """

    weight: NDArray[np.float32]
    nearest: NDArray[np.int64]
    start: NDArray[np.int64]

    @property
    def tokens(self) -> int:
        """Tokens of one modality, N."""
        return len(self.weight) // 2

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """|W[p, t]| over the sum of its row: what part of p token t is, (p, t)."""
        size = np.abs(self.weight.astype(np.float64))
        return size / size.sum(axis=1, keepdims=True)

    @property
    def nearest_share(self) -> NDArray[np.float64]:
        """What part of each position is the token that it is nearest to, (p,)."""
        return self.shares[np.arange(len(self.nearest)), self.nearest]

    @property
    def second_share(self) -> NDArray[np.float64]:
        """How much of each token goes into X2 and not into X1, 0..1, (token,).

        In squares, as variance does: many small weights would else outweigh the one
        large weight that most columns have.
        """
        size = self.weight.astype(np.float64) ** 2
        return size[self.tokens :].sum(axis=0) / size.sum(axis=0)

    def spread(self, weights: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return weights of X2's positions as weights of the tokens that they hold.

        Each position's weight is shared out by |W[p, t]|, so none is lost.

        Args:
            weights: Of the N positions of X2, (N,).

        Returns:
            Weights of the 2N tokens, (2N,), with the same sum.
        """
        return weights.astype(np.float64) @ self.shares[self.tokens :]


def mixing_of(partition: LearnedPartition) -> Mixing:
    """Return what a learned partition mixes."""
    return Mixing(
        weight=partition.matrix.weight().detach().float().cpu().numpy(),
        nearest=partition.nearest_permutation().numpy(),
        start=partition.matrix.order.cpu().numpy(),
    )
