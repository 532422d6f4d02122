"""What plain Sinkhorn passes through on a case."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.alignment import sinkhorn_steps
from fusionviz.analysis.shared.subjects.tokens import AlignmentCase
from fusionviz.analysis.transport.solvers import TOLERANCE

ITERATIONS = 300
"""How long plain Sinkhorn is watched, in pairs of half steps: half a second of 256 by
256 tokens on one core."""

WATCHED = (
    *(0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20),
    *(25, 32, 40, 50, 63, 80, 100, 126, 159, 200),
)
"""Half steps whose plans are looked at: the first ones, then even on a log scale."""

KEPT = 2
"""How many runs are kept: 12 MB each at 256 by 256 tokens."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PlainSinkhorn:
    """Sinkhorn of Cuturi 2013 on one case, from the kernel on.

    Attributes:
        epsilon: In the unit of the cost.
        half_steps: Whose plans were kept, (kept,): 0 is the kernel scaled to mass 1,
            odd ones have just scaled the rows, even ones the columns.
        plans: There, (kept, source, target), each of mass 1.
        costs: <C, P> there, (kept,), 0..2.
        errors: Marginal error after each half step from 0 on, (half_step,).
    """

    epsilon: float
    half_steps: NDArray[np.int64]
    plans: NDArray[np.float64]
    costs: NDArray[np.float64]
    errors: NDArray[np.float64]

    @property
    def converged(self) -> bool:
        """Whether the marginal error fell to the tolerance."""
        return bool(self.errors[-1] <= TOLERANCE)

    @property
    def by_iteration(self) -> NDArray[np.float64]:
        """Marginal error after each pair of half steps, from 0 on, (iteration,).

        Where it stopped after half a pair, that counts as a whole one.
        """
        return self.errors[[*range(0, len(self.errors) - 1, 2), -1]]


@lru_cache(maxsize=KEPT)
def run_plain(
    case: AlignmentCase, epsilon: float, half_steps: tuple[int, ...] = WATCHED
) -> PlainSinkhorn:
    """Return what plain Sinkhorn passes through until it converges.

    Args:
        case: Of a subject.
        epsilon: Regularisation, in the unit of the cost.
        half_steps: Whose plans to keep; it runs to the last of them, or to the
            tolerance, and keeps the plan there too.
    """
    cost = torch.from_numpy(np.asarray(case.cost, np.float64))
    steps = sinkhorn_steps(cost, epsilon=epsilon, steps=half_steps, tolerance=TOLERANCE)
    plans = steps.couplings.numpy()
    return PlainSinkhorn(
        epsilon=epsilon,
        half_steps=steps.half_steps.numpy(),
        plans=plans,
        costs=np.einsum("kst,st->k", plans, cost.numpy()),
        errors=steps.errors.numpy(),
    )
