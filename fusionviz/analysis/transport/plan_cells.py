"""A plan as the cells of a picture: in tokens, pooled where there are too many."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.subjects.tokens import AlignmentCase

LARGEST_SIDE = 256
"""Cells a side of a picture; more tokens share cells."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanCells:
    """A plan of mass 1, in units that do not depend on the number of tokens.

    Attributes:
        mass: Share of a cell's source tokens that is sent to its target tokens, (row,
            column): rows of a plan with the right marginals sum to 1.
        cost: Mean cost of a cell's pairs, (row, column).
        sent: Mass that source tokens send, in even shares, (row,).
        received: Mass that target tokens receive, in even shares, (column,).
        rows: What the source tokens of each row are called.
        columns: What the target tokens of each column are called.
        tokens: Source and target tokens that a cell holds, fewer in the last ones.
    """

    mass: NDArray[np.float64]
    cost: NDArray[np.float64]
    sent: NDArray[np.float64]
    received: NDArray[np.float64]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    tokens: tuple[int, int]

    @property
    def is_pooled(self) -> bool:
        """Whether cells hold several tokens."""
        return self.tokens != (1, 1)


def cells_of(
    case: AlignmentCase, plan: NDArray[np.floating], largest: int = LARGEST_SIDE
) -> PlanCells:
    """Return a plan of a case as cells, at most `largest` a side."""
    sources, targets = plan.shape
    step_down, step_across = (-(-count // largest) for count in plan.shape)
    down = np.arange(0, sources, step_down)
    across = np.arange(0, targets, step_across)
    high = np.diff(down, append=sources)
    wide = np.diff(across, append=targets)
    mass = _sums(np.asarray(plan, np.float64), down, across)
    cost = _sums(np.asarray(case.cost, np.float64), down, across)
    return PlanCells(
        mass=mass * sources / high[:, None],
        cost=cost / (high[:, None] * wide),
        sent=mass.sum(axis=1) * sources / high,
        received=mass.sum(axis=0) * targets / wide,
        rows=_names(case.source.labels, down, high),
        columns=_names(case.target.labels, across, wide),
        tokens=(step_down, step_across),
    )


def _sums(
    values: NDArray[np.float64], down: NDArray[np.int64], across: NDArray[np.int64]
) -> NDArray[np.float64]:
    if len(down) == len(values) and len(across) == values.shape[1]:
        return values
    return np.add.reduceat(np.add.reduceat(values, down, axis=0), across, axis=1)


def _names(
    labels: tuple[str, ...], starts: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[str, ...]:
    ends = starts + counts - 1
    return tuple(
        labels[start] if start == end else f"{labels[start]} to {labels[end]}"
        for start, end in zip(starts, ends, strict=True)
    )
