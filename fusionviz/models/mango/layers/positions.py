"""Relative positions: what a head prefers to read by place alone.

Each head adds to its scores one learned number for every difference between the place
that is written and the place that is read (Liu et al. 2021, eq. 4, with the modality as
a third coordinate). It starts with every head looking at a neighbour of its own, so
that heads differ from the first step and what they read has to do with what they
change. Without that, a head's average over all later tokens is nearly the same for
every head and of no use to the density, and training turns its gate to nothing.
"""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import pad

STARTS: tuple[tuple[bool, int, int], ...] = (
    (False, 0, 1),
    (False, 1, 0),
    (False, 1, 1),
    (False, 1, -1),
    (True, 0, 0),
    (True, 0, 1),
    (False, 0, 2),
    (False, 2, 0),
)
"""Where the heads look at first: in the other modality or not, and how many of the
places that can be read ahead, by row and by column."""

SHARPNESS = 2.0
"""Fall of a score with half the squared distance from where a head looks at first."""
FARTHEST = 3.0
"""Distance beyond which the scores fall no further."""
OTHER_MODALITY = 3.0
"""Fall of a score in the modality that a head does not look at first."""


class RelativePosition(nn.Module):
    """A learned score for every head and difference of places.

    Args:
        places: Joint token of each position, in the order of attention: n < N is the
            first modality's token n, N + n the second's. Tokens lie row by row on a
            grid.
        heads: Attention heads.
        columns: Tokens in a row of the grid; of a square one if not given.
    """

    index: Tensor

    def __init__(
        self,
        places: Int[Tensor, " token"],
        heads: int,
        columns: int | None = None,
    ) -> None:
        super().__init__()
        tokens = len(places)
        self.columns = columns or math.ceil(math.sqrt(tokens))
        self.rows = math.ceil(tokens / self.columns)
        on_grid = torch.stack(
            [
                places // tokens,
                places % tokens // self.columns,
                places % tokens % self.columns,
            ]
        )
        difference = on_grid[:, None, :] - on_grid[:, :, None]
        modality, row, column = difference
        index = (modality + 1) * (2 * self.rows - 1) + row + self.rows - 1
        index = index * (2 * self.columns - 1) + column + self.columns - 1
        self.score = nn.Parameter(_first_scores(self, on_grid, heads))
        is_earlier = torch.ones_like(index).tril(-1).bool()
        index = index.masked_fill(is_earlier, self.score.shape[1])
        self.register_buffer("index", index.flatten(), persistent=False)
        self.tokens = tokens

    def forward(self) -> Float[Tensor, "head token token"]:
        """Return what each head adds to the score of query i and key j.

        Minus infinity for the keys before i, which must not be read.
        """
        scores = pad(self.score, (0, 1), value=-math.inf)
        return scores.index_select(1, self.index).unflatten(1, (self.tokens, -1))


def _first_scores(
    position: RelativePosition, on_grid: Int[Tensor, "3 token"], heads: int
) -> Float[Tensor, "head difference"]:
    """Return scores that are highest at the neighbour where each head starts."""
    modality = torch.arange(-1, 2).view(-1, 1, 1)
    row = torch.arange(1 - position.rows, position.rows).view(1, -1, 1)
    column = torch.arange(1 - position.columns, position.columns).view(1, 1, -1)
    row_step, column_step = (_step(axis) for axis in on_grid[1:])
    ahead = 1 if on_grid[1, -1] >= on_grid[1, 0] else -1
    has_both = bool((on_grid[0] != on_grid[0, 0]).any())
    scores = []
    for head in range(heads):
        other, rows, columns = STARTS[head % len(STARTS)]
        if other and not has_both:
            scores.append(torch.zeros(3 * row.numel() * column.numel()))
            continue
        squares = (row / row_step - ahead * rows).square() + (
            column / column_step - ahead * columns
        ).square()
        score = -SHARPNESS * squares.clamp_max(FARTHEST**2) / 2
        score = score - OTHER_MODALITY * ((modality != 0) != other)
        scores.append(score.flatten())
    return torch.stack(scores)


def _step(axis: Int[Tensor, " token"]) -> int:
    """Return the distance between neighbours along an axis of the grid."""
    places = axis.unique()
    return int(places.diff().min()) if len(places) > 1 else 1
