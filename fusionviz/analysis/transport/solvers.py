"""A transport solver's answer to one case."""

import time
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.alignment import (
    EPSILON,
    MAX_ITERATIONS,
    SOLVERS,
    TOLERANCE,
    Solver,
    TransportPlan,
)
from fusionviz.alignment import solve as solve_cost
from fusionviz.alignment.entropic import SWEEPS
from fusionviz.analysis.shared.subjects.tokens import AlignmentCase
from fusionviz.data.sequences.correspondence import alignment_score

__all__ = [
    "EPSILON",
    "MAX_ITERATIONS",
    "SOLVERS",
    "SOLVER_TITLES",
    "TOLERANCE",
    "ErrorCurve",
    "SolverAnswer",
    "Solver",
    "entropy_bits",
    "information_bits",
    "score_of",
    "solve",
]

SOLVER_TITLES: dict[Solver, str] = {
    "relaxed": "Relaxed (the paper)",
    "sinkhorn": "Sinkhorn",
    "exact": "Exact",
}

KEPT = 48
"""How many answers are kept, of whichever cases were asked last."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ErrorCurve:
    """How the marginal error fell.

    Attributes:
        iterations: Taken by each check, (check,).
        epsilon: At each check, (check,).
        errors: Marginal error at each check, (check,).
    """

    iterations: NDArray[np.int64]
    epsilon: NDArray[np.float64]
    errors: NDArray[np.float64]

    @property
    def newton(self) -> NDArray[np.bool_]:
        """Whether the sweeps before each check ended with a Newton step, (check,)."""
        return np.diff(self.iterations, prepend=0) > SWEEPS


@dataclass(frozen=True, kw_only=True, eq=False)
class SolverAnswer:
    """A plan and how far it can be trusted.

    Attributes:
        solver: Which one answered.
        plan: Mass from each source to each target, (source, target), 1 altogether.
        cost: <C, P>, 0..2.
        marginal_error: ‖P 1 - a‖₁ + ‖Pᵀ 1 - b‖₁ for even marginals a and b, 0..4.
        converged: Whether the solver did what it was asked to.
        iterations: That it took; 0 in closed form.
        seconds: That it took.
        score: Share of source tokens sent to their true target; None where nobody
            knows, or nothing has a true target.
        epsilon: Of Sinkhorn, else None.
        curve: Of Sinkhorn, else None.
    """

    solver: Solver
    plan: NDArray[np.float64]
    cost: float
    marginal_error: float
    converged: bool
    iterations: int
    seconds: float
    score: float | None
    epsilon: float | None = None
    curve: ErrorCurve | None = None

    @property
    def sent(self) -> NDArray[np.float64]:
        """Mass that each source sends, (source,)."""
        return self.plan.sum(axis=1)

    @property
    def received(self) -> NDArray[np.float64]:
        """Mass that each target receives, (target,)."""
        return self.plan.sum(axis=0)

    @property
    def entropy_bits(self) -> float:
        """Entropy of the whole plan in bits, 0 to log2(source * target)."""
        return entropy_bits(self.plan)

    @property
    def information_bits(self) -> float:
        """Mutual information of source and target under the plan, in bits.

        sum P log2(P / (P 1)(Pᵀ 1)): 0 for the product of its marginals, which says of
        no source where it goes, and at most log2 of the smaller side's tokens.
        """
        return information_bits(self.plan)


def entropy_bits(plan: NDArray[np.float64]) -> float:
    """Return the entropy of a plan in bits, 0 to log2(source * target)."""
    mass = plan[plan > 0]
    return float(max(-(mass * np.log2(mass)).sum(), 0.0))


def information_bits(plan: NDArray[np.float64]) -> float:
    """Return the mutual information of source and target under a plan, in bits."""
    where = plan > 0
    alone = np.outer(plan.sum(axis=1), plan.sum(axis=0))[where]
    mass = plan[where]
    return float(max((mass * np.log2(mass / alone)).sum(), 0.0))


@lru_cache(maxsize=KEPT)
def solve(
    case: AlignmentCase,
    solver: Solver,
    epsilon: float = EPSILON,
    max_iterations: int = MAX_ITERATIONS,
) -> SolverAnswer:
    """Return a solver's plan for a case, in float64.

    Args:
        case: Of a subject.
        solver: Which one.
        epsilon: Of Sinkhorn, in the unit of the cost; the others do not look at it.
        max_iterations: Of Sinkhorn: where it stops unconverged.

    Raises:
        ValueError: There is no such solver, or epsilon is not above 0.
    """
    cost = torch.from_numpy(np.asarray(case.cost, np.float64))[None]
    start = time.perf_counter()
    with torch.inference_mode():
        plan = solve_cost(solver, cost, epsilon=epsilon, max_iterations=max_iterations)
    seconds = time.perf_counter() - start
    coupling = plan.coupling[0].numpy()
    return SolverAnswer(
        solver=solver,
        plan=coupling,
        cost=float(plan.cost[0]),
        marginal_error=float(plan.marginal_error[0]),
        converged=bool(plan.converged[0]),
        iterations=int(plan.iterations[0]),
        seconds=seconds,
        score=score_of(case, coupling),
        epsilon=epsilon if solver == "sinkhorn" else None,
        curve=_curve(plan),
    )


def score_of(case: AlignmentCase, plan: NDArray[np.floating]) -> float | None:
    """Return the share of source tokens sent to their true target, None if unknown."""
    if case.truth is None or not (case.truth >= 0).any():
        return None
    return alignment_score(plan, case.truth)


def _curve(plan: TransportPlan) -> ErrorCurve | None:
    if plan.curve is None:
        return None
    return ErrorCurve(
        iterations=plan.curve.iterations[0].numpy(),
        epsilon=plan.curve.epsilon[0].numpy(),
        errors=plan.curve.errors[0].numpy(),
    )
