"""What alignment is made of: costs, plans and MMD between two halves of the tokens."""

from dataclasses import dataclass
from typing import Literal

from fusionviz.alignment import (
    cosine_cost,
    exact_transport,
    median_bandwidth,
    mmd2,
    relaxed_transport,
    sinkhorn,
)
from fusionviz.scaling import operations as ops
from fusionviz.scaling.cells import Cell
from fusionviz.scaling.workloads.base import Call, Family, random_tokens

EPSILON = 0.05
"""Of Sinkhorn, with as many iterations as it needs for 1e-3."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Cost and plan between two halves of the tokens, by one solver."""

    name: str
    title: str
    solver: Literal["relaxed", "sinkhorn", "exact"]
    family: Family = "alignment"

    def prepare(self, cell: Cell, length: int) -> Call:
        """Return the solver on random tokens."""
        source, target = random_tokens(cell, length).chunk(2, dim=1)

        def call() -> object:
            cost = cosine_cost(source, target)
            if self.solver == "relaxed":
                return relaxed_transport(cost)
            if self.solver == "exact":
                return exact_transport(cost)
            return sinkhorn(cost, epsilon=EPSILON, tolerance=1e-3, max_iterations=1000)

        return call

    def operations(self, cell: Cell) -> int:
        """Return those of the cost; what a solver does on top depends on the data."""
        half = cell.length // 2
        return cell.batch * ops.cosine_cost(half, half, cell.width)


@dataclass(frozen=True, kw_only=True)
class Discrepancy:
    """MMD² between two halves of the tokens, with the median bandwidth."""

    name: str
    title: str
    family: Family = "alignment"

    def prepare(self, cell: Cell, length: int) -> Call:
        """Return MMD² of random tokens."""
        first, second = random_tokens(cell, length).chunk(2, dim=1)
        sigma = median_bandwidth(first[:, :64], second[:, :64])
        return lambda: mmd2(first, second, bandwidth=sigma)

    def operations(self, cell: Cell) -> int:
        """Return those of the Gram matrices."""
        half = cell.length // 2
        return cell.batch * ops.gaussian_mmd(half, half, cell.width)
