"""One patch of a plan between two pictures: where its mass goes, or comes from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.subjects.tokens import AlignmentCase, TokenSubject
from fusionviz.analysis.shared.transport_plan import (
    Correspondences,
    Role,
    Transport,
    patch_distances,
    transport_of,
)
from fusionviz.analysis.transport.solvers import EPSILON, SOLVER_TITLES, Solver, solve
from fusionviz.data.grid import Grid
from fusionviz.errors import InputError


@dataclass(frozen=True, kw_only=True, eq=False)
class PatchRow:
    """A patch of one picture, and its mass on the other.

    Attributes:
        role: Which picture the patch is of: `source` sends, `target` receives.
        patch: Place, row by row.
        mass: Of the patch, where 1 is a whole source patch.
        share: Of its mass at each patch of the other picture, (patch,), 1 altogether;
            all 0 where the patch has no mass.
        cost: Of the pair with each, (patch,), 0..2.
        distance: To each, in patches, (patch,).
    """

    role: Role
    patch: int
    mass: float
    share: NDArray[np.float64]
    cost: NDArray[np.float64]
    distance: NDArray[np.float64]

    @property
    def is_empty(self) -> bool:
        """Whether the patch sends or receives nothing."""
        return not self.mass > 0

    @property
    def mean_cost(self) -> float:
        """Mean cost of its mass, 0..2; 0 where it has none."""
        return float(self.share @ self.cost)

    @property
    def shift(self) -> float:
        """Mean distance that its mass moves, in patches; 0 where it has none."""
        return float(self.share @ self.distance)

    @property
    def in_place(self) -> float:
        """Share of its mass that stays at its own place, 0..1."""
        return float(self.share[self.patch])

    @property
    def entropy_bits(self) -> float:
        """How its mass is spread: 0 at one patch, log2 of them all where even."""
        return float(entropies(self.share[None])[0])

    def strongest(self, count: int) -> Correspondences:
        """Return the pairs of this patch with most mass, the cheaper first if equal."""
        count = min(count, int((self.share > 0).sum()))
        others = np.lexsort((self.cost, -self.share))[:count]
        own = np.full(count, self.patch)
        source, target = (own, others) if self.role == "source" else (others, own)
        return Correspondences(
            source=source,
            target=target,
            mass=(self.mass * self.share[others]).astype(np.float32),
            cost=self.cost[others].astype(np.float32),
        )


def patch_row(transport: Transport, role: Role, patch: int) -> PatchRow:
    """Return a patch's row of the plan, or for a target its column.

    Raises:
        InputError: There is no such patch.
    """
    patches = transport.grid.places
    if not 0 <= patch < patches:
        raise InputError(f"patches are 0 to {patches - 1}, got {patch}")
    coupling, cost = transport.coupling, transport.cost
    if role == "target":
        coupling, cost = coupling.T, cost.T
    row = coupling[patch].astype(np.float64)
    total = float(row.sum())
    return PatchRow(
        role=role,
        patch=patch,
        mass=total * patches,
        share=row / total if total > 0 else np.zeros(patches),
        cost=cost[patch].astype(np.float64),
        distance=patch_distances(transport.grid)[patch],
    )


def mean_entropy_bits(transport: Transport, role: Role) -> float:
    """Return the entropy in bits of a patch's mass, averaged over all mass."""
    plan = transport.coupling.astype(np.float64)
    plan = plan if role == "source" else plan.T
    mass = plan.sum(axis=1)
    share = plan / np.where(mass > 0, mass, 1)[:, None]
    return float(mass @ entropies(share) / mass.sum())


def entropies(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the entropy of each row in bits; rows are 1 or 0 altogether."""
    logs = np.log2(np.where(share > 0, share, 1))
    return np.maximum(-(share * logs).sum(axis=1), 0)


def telling_patch(case: AlignmentCase, role: Role) -> int:
    """Return a patch to begin with: by the subject's own plan, whatever is looked at.

    So solvers are compared at one patch. Of the source it is the one that is moved
    farthest, in the middle where none is moved; of the target the one that receives
    most.
    """
    plan = np.asarray(case.own_plan, np.float64)
    if role == "target":
        return int(plan.sum(axis=0).argmax())
    grid = case.source.grid or Grid(1, len(plan))
    moved = (plan * patch_distances(grid)).sum(axis=1)
    middle = grid.rows // 2 * grid.columns + grid.columns // 2
    return int(moved.argmax()) if moved.any() else middle


def picture_transport(
    subject: TokenSubject,
    solver: Solver,
    epsilon: float = EPSILON,
    source: str = "",
) -> Transport:
    """Return a solver's plan between two pictures.

    Raises:
        InputError: The subject has no pictures, or one of them is missing.
    """
    if subject.pictures is None:
        raise InputError(
            "Patches are of pairs of pictures: choose an RGB-D pair, or look at the "
            "ribbons of these sequences."
        )
    case = subject.case(source)
    return transport_of(
        source=case.source.name,
        target=case.target.name,
        coupling=solve(case, solver, epsilon).plan,
        cost=case.cost,
        grid=case.source.grid or Grid(1, len(case.cost)),
        pictures=subject.pictures,
        solver=SOLVER_TITLES[solver],
    )
