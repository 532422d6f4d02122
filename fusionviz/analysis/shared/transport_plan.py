"""A transport plan between the patches of two pictures."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.data.grid import Grid

Role = Literal["source", "target"]
"""Of the two pictures: which sends, and which receives."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Correspondences:
    """The strongest pairs of a plan, strongest first.

    Attributes:
        source: Patch of the source picture, (pair,).
        target: Patch of the target picture, (pair,).
        mass: Mass sent, times the number of source patches: 1 is a whole patch.
        cost: Cost of the pair, (pair,).
    """

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    mass: NDArray[np.float32]
    cost: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, eq=False)
class Transport:
    """How one modality's patches are sent to another's.

    Attributes:
        source: Name of the modality that is sent.
        target: Name of the anchor.
        coupling: Mass from each source patch to each target patch, (source, target),
            1 altogether.
        cost: 1 - cosine of the tokens, (source, target), 0..2.
        grid: Rows and columns of patches, of both pictures.
        pictures: What the model read.
        solver: Which transport it is, in words.
    """

    source: str
    target: str
    coupling: NDArray[np.float32]
    cost: NDArray[np.float32]
    grid: Grid
    pictures: Pictures
    solver: str

    @property
    def names(self) -> dict[Role, str]:
        """Names of the two modalities, by what they do."""
        return {"source": self.source, "target": self.target}

    @property
    def total_cost(self) -> float:
        """<C, P>: mean cost of the mass moved, 0..2."""
        return float((self.coupling.astype(np.float64) * self.cost).sum())

    @property
    def in_place(self) -> float:
        """Share of the mass that stays at its own patch, for registered pictures."""
        return float(np.trace(self.coupling) / self.coupling.sum())

    @property
    def mean_shift(self) -> float:
        """Mean distance that mass moves across the picture, in patches."""
        moved = self.coupling * patch_distances(self.grid)
        return float(moved.sum() / self.coupling.sum())

    @property
    def chance_shift(self) -> float:
        """Mean shift of a plan that sends every patch anywhere alike."""
        return float(patch_distances(self.grid).mean())

    @property
    def targets_used(self) -> int:
        """How many target patches receive any mass."""
        return int((self.coupling.sum(axis=0) > 0).sum())

    def strongest(self, count: int) -> Correspondences:
        """Return the pairs with most mass, the cheaper first where mass is equal."""
        count = min(count, int((self.coupling > 0).sum()))
        flat_mass = self.coupling.ravel()
        order = np.lexsort((self.cost.ravel(), -flat_mass))[:count]
        source, target = np.divmod(order, self.coupling.shape[1])
        return Correspondences(
            source=source,
            target=target,
            mass=flat_mass[order] * self.coupling.shape[0],
            cost=self.cost.ravel()[order],
        )


def patch_distances(grid: Grid) -> NDArray[np.float64]:
    """Return the distance between any two patches of a grid, in patches."""
    rows, columns = grid.coordinates()
    return np.hypot(rows[:, None] - rows[None], columns[:, None] - columns[None])


def transport_of(
    *,
    source: str,
    target: str,
    coupling: NDArray[np.floating],
    cost: NDArray[np.floating],
    grid: Grid,
    pictures: Pictures,
    solver: str,
) -> Transport:
    """Return a plan as a record.

    Raises:
        ValueError: The plan is not between two pictures of this grid.
    """
    expected = (grid.places, grid.places)
    if coupling.shape != expected or cost.shape != expected:
        raise ValueError(
            f"coupling and cost must have shape {expected}, got {coupling.shape} and "
            f"{cost.shape}"
        )
    return Transport(
        source=source,
        target=target,
        coupling=np.asarray(coupling, np.float32),
        cost=np.asarray(cost, np.float32),
        grid=grid,
        pictures=pictures,
        solver=solver,
    )
