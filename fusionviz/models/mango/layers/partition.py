"""Partitions: which half of the joint tokens attention reads, and which it changes.

A partition sends the joint tokens X (batch, 2N, d) to two halves (X1, X2) of N tokens
and takes them back. Queries and keys come from X1, values from X2 (Truong et al. 2025,
sections 3.2 to 3.4):

    MMCA  X1 is all of one modality, X2 all of the other
    IMCA  even or odd tokens of one modality joined with even or odd of the other
    LICA  the halves of W X, with W a learned invertible mixing of the 2N tokens
"""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from fusionviz.models.mango.layers.lu import LUMatrix

Tokens = Float[Tensor, "batch joint channel"]
Half = Float[Tensor, "batch token channel"]

PAIRINGS: tuple[tuple[str, str, str, str], ...] = (
    ("even", "even", "odd", "odd"),
    ("odd", "odd", "even", "even"),
    ("even", "odd", "odd", "even"),
    ("odd", "even", "even", "odd"),
)
"""Of each IMCA pairing: X1's tokens of modality a and b, then X2's."""


class IndexPartition(nn.Module):
    """A partition that only picks tokens: two index lists that cover all of them."""

    first: Tensor
    second: Tensor
    undo: Tensor

    def __init__(self, first: Tensor, second: Tensor) -> None:
        super().__init__()
        self.register_buffer("first", first, persistent=False)
        self.register_buffer("second", second, persistent=False)
        undo = torch.argsort(torch.cat([first, second]))
        self.register_buffer("undo", undo, persistent=False)

    @property
    def tokens(self) -> int:
        """Tokens of one modality, N."""
        return len(self.first)

    @property
    def places(self) -> Int[Tensor, " token"]:
        """Joint token that each position of X2 is."""
        return self.second

    def split(self, x: Tokens) -> tuple[Half, Half]:
        """Return (X1, X2)."""
        return x.index_select(1, self.first), x.index_select(1, self.second)

    def merge(self, first: Half, second: Half) -> Tokens:
        """Return the joint tokens in their own order; the inverse of `split`."""
        return torch.cat([first, second], dim=1).index_select(1, self.undo)


class ModalityPartition(IndexPartition):
    """MMCA: attention from all of one modality to all of the other.

    >>> partition = ModalityPartition(2)
    >>> first, second = partition.split(torch.arange(4.0).view(1, 4, 1))
    >>> first.flatten().tolist(), second.flatten().tolist()
    ([0.0, 1.0], [2.0, 3.0])

    Args:
        tokens: Tokens of one modality, N.
        flipped: False: X1 is the first modality and the second is changed.
    """

    def __init__(self, tokens: int, flipped: bool = False) -> None:
        first, second = torch.arange(tokens), torch.arange(tokens, 2 * tokens)
        super().__init__(*((second, first) if flipped else (first, second)))
        self.flipped = flipped


class InterModalityPartition(IndexPartition):
    """IMCA: even and odd tokens of both modalities, in one of four pairings.

    >>> partition = InterModalityPartition(4, pairing=2)
    >>> first, second = partition.split(torch.arange(8.0).view(1, 8, 1))
    >>> first.flatten().tolist(), second.flatten().tolist()
    ([0.0, 2.0, 5.0, 7.0], [1.0, 3.0, 4.0, 6.0])

    Args:
        tokens: Tokens of one modality, N, even.
        pairing: 0..3, see `PAIRINGS`.

    Raises:
        ValueError: `tokens` is odd or `pairing` is not one of the four.
    """

    def __init__(self, tokens: int, pairing: int = 0) -> None:
        if tokens % 2:
            raise ValueError(f"tokens must be even, got {tokens}")
        if pairing not in range(len(PAIRINGS)):
            raise ValueError(f"pairing must be 0, 1, 2 or 3, got {pairing}")
        every = {"even": torch.arange(0, tokens, 2), "odd": torch.arange(1, tokens, 2)}
        a1, b1, a2, b2 = (every[parity] for parity in PAIRINGS[pairing])
        super().__init__(torch.cat([a1, b1 + tokens]), torch.cat([a2, b2 + tokens]))
        self.pairing = pairing


class LearnedPartition(nn.Module):
    """LICA: the two halves of a learned invertible mixing of all tokens.

    W = P L (U + diag(s)) starts as a permutation: the tokens of both modalities from
    the last to the first, even rows in one half and odd rows in the other. So its
    attention first reads back where that of MMCA and IMCA reads ahead. `merge` applies
    W⁻¹, so the log-determinants of `split` and `merge` cancel exactly.

    >>> partition = LearnedPartition(4)  # a grid of 2 x 2
    >>> first, second = partition.split(torch.arange(8.0).view(1, 8, 1))
    >>> first.flatten().tolist(), second.flatten().tolist()
    ([5.0, 4.0, 1.0, 0.0], [7.0, 6.0, 3.0, 2.0])
    >>> partition.merge(first, second).flatten().tolist()
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]

    Args:
        tokens: Tokens of one modality, N.
        flipped: False: X1 starts as the even rows and the odd ones are changed.
        columns: Tokens in a row of the grid; of a square one if not given.
    """

    def __init__(
        self, tokens: int, flipped: bool = False, columns: int | None = None
    ) -> None:
        super().__init__()
        self.tokens = tokens
        columns = columns or math.ceil(math.sqrt(tokens))
        self.matrix = LUMatrix(start=_backwards(tokens, columns, flipped))

    @property
    def places(self) -> Int[Tensor, " token"]:
        """Joint token that each position of X2 is before W has learned anything."""
        return self.matrix.order[self.tokens :]

    def split(self, x: Tokens) -> tuple[Half, Half]:
        """Return the halves of W X."""
        mixed = self.matrix.mix(x)
        return mixed[:, : self.tokens], mixed[:, self.tokens :]

    def merge(self, first: Half, second: Half) -> Tokens:
        """Return W⁻¹ [X1; X2] by two triangular solves; the inverse of `split`."""
        return self.matrix.solve(torch.cat([first, second], dim=1))

    def nearest_permutation(self) -> Tensor:
        """Return the hard assignment that W is closest to.

        The permutation p that maximises sum_i |W[i, p(i)]|, by the Hungarian method:
        the token that each mixed position mostly holds.

        Returns:
            Token index of each of the 2N mixed positions, shape (2N,), on the CPU.
        """
        from scipy.optimize import linear_sum_assignment

        weight = self.matrix.weight().detach().abs().double().cpu().numpy()
        _, columns = linear_sum_assignment(weight, maximize=True)
        return torch.from_numpy(columns)


def _backwards(tokens: int, columns: int, flipped: bool) -> Int[Tensor, " joint"]:
    """Return all joint tokens, last first, those of every other row before the rest."""
    joint = torch.arange(2 * tokens).flip(0)
    is_odd = joint % tokens // columns % 2 == 1
    order = torch.cat([joint[~is_odd], joint[is_odd]])
    return order.roll(tokens) if flipped else order


Partition = ModalityPartition | InterModalityPartition | LearnedPartition
