"""A transport plan with some pairs forced and others forbidden.

A forced pair (i, j) sends all of source i's mass, 1/n, to target j. What is left of
the sources and of the targets is a smaller transport problem, in which a forbidden
pair costs more than any way around it could.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.alignment import SOLVERS, Solver, solve
from fusionviz.errors import InputError

Pair = tuple[int, int]
"""A source token and a target token, from 0."""

ROUNDING = 1e-12
"""A target with less mass than this left is full."""


@dataclass(frozen=True, kw_only=True)
class PlanEdits:
    """Pairs of tokens that a reader forces into a plan, or forbids it.

    Attributes:
        forced: Pairs whose source sends everything to their target.
        forbidden: Pairs that may get no mass.
    """

    forced: tuple[Pair, ...] = ()
    forbidden: tuple[Pair, ...] = ()

    def __bool__(self) -> bool:
        """Whether any pair is forced or forbidden."""
        return bool(self.forced or self.forbidden)


@dataclass(frozen=True, kw_only=True, eq=False)
class EditedPlan:
    """A plan under edits, and how far they and the marginals could be kept.

    Attributes:
        plan: Mass from each source to each target, (source, target), 1 altogether.
        marginal_error: ‖P 1 - a‖₁ + ‖Pᵀ 1 - b‖₁ for even a and b, 0..4.
        converged: Whether the solver did what it was asked to.
        disobeyed: Mass on forbidden pairs, in source tokens: what had nowhere else to
            go, since Sinkhorn and exact transport fill every target.
        overfull: Targets that forced sources alone give more than an even share.
    """

    plan: NDArray[np.floating]
    marginal_error: float
    converged: bool
    disobeyed: float = 0.0
    overfull: tuple[int, ...] = ()


def edit_plan(
    cost: NDArray[np.floating], solver: Solver, edits: PlanEdits, *, epsilon: float
) -> EditedPlan:
    """Return the plan that a solver finds when some pairs are forced or forbidden.

    Forced rows are set. The rest is solved with the mass that targets have left,

        b'_j ∝ max(1/m - forced mass at j, 0),

    so that a target which forced sources fill takes nothing else; where they give it
    more than 1/m, it keeps that, and `marginal_error` says so.

    Args:
        cost: What the solver is asked, (source, target), 0..2.
        solver: `relaxed`, `sinkhorn` or `exact`.
        edits: What is forced and forbidden.
        epsilon: Of Sinkhorn, in the unit of the cost.

    Raises:
        InputError: The edits contradict each other, or a pair is not there.
        ValueError: There is no such solver.
    """
    if solver not in SOLVERS:
        raise ValueError(f"a solver is {', '.join(SOLVERS)}, got {solver!r}")
    sources, targets = cost.shape
    check_edits(edits, (sources, targets))
    plan = np.zeros((sources, targets))
    for source, target in edits.forced:
        plan[source, target] = 1 / sources
    free = plan.sum(axis=1) == 0
    left = 1 / targets - plan.sum(axis=0)
    left[left < ROUNDING] = 0
    converged = True
    if free.any():
        rest, converged = _solve_rest(cost, solver, edits, free, left, epsilon)
        plan += rest * free.mean()
    return EditedPlan(
        plan=plan,
        marginal_error=marginal_error_of(plan),
        converged=converged,
        disobeyed=sources * sum(float(plan[pair]) for pair in set(edits.forbidden)),
        overfull=_overfull(edits, (sources, targets)),
    )


def check_edits(edits: PlanEdits, shape: tuple[int, int]) -> None:
    """Refuse edits that contradict each other, or whose tokens are not there.

    Args:
        edits: What is asked.
        shape: Tokens of the source, and of the target.

    Raises:
        InputError: In a sentence with the pair, tokens counted from 1.
    """
    sources, targets = shape
    for source, target in (*edits.forced, *edits.forbidden):
        if not (0 <= source < sources and 0 <= target < targets):
            raise InputError(
                f"There is no pair {source + 1} → {target + 1}: source tokens are 1 to "
                f"{sources}, targets 1 to {targets}. Take the edit back."
            )
    forced = set(edits.forced)
    for source, target in sorted(forced & set(edits.forbidden)):
        raise InputError(
            f"The pair {source + 1} → {target + 1} is both forced and forbidden: take "
            "one of the two back."
        )
    for source, count in Counter(source for source, _ in forced).items():
        if count > 1:
            raise InputError(
                f"Source token {source + 1} is forced to {count} targets at once: all "
                "its mass can go to one only. Take the others back."
            )
    for source, count in Counter(row for row, _ in set(edits.forbidden)).items():
        if count == targets:
            raise InputError(
                f"Every target of source token {source + 1} is forbidden: its mass has "
                "nowhere to go. Take one back."
            )


def _solve_rest(
    cost: NDArray[np.floating],
    solver: Solver,
    edits: PlanEdits,
    free: NDArray[np.bool_],
    left: NDArray[np.float64],
    epsilon: float,
) -> tuple[NDArray[np.float64], bool]:
    """Return the plan of the sources that nothing forces, of mass 1, and if it is one.

    A detour around a forbidden pair moves at most source + target other pairs, each at
    a cost of at most 2: four times their number is more than it can be worth.
    """
    dear = np.asarray(cost, np.float64).copy()
    for pair in edits.forbidden:
        dear[pair] = 4 * sum(dear.shape)
    problem = torch.from_numpy(dear)[None]
    rows = torch.from_numpy(free.astype(np.float64))[None]
    columns = torch.from_numpy(left)[None]
    with torch.inference_mode():
        found = solve(
            solver,
            problem,
            epsilon=epsilon,
            source_weights=rows,
            # Relaxed transport asks nothing of targets, full ones included.
            target_weights=None if solver == "relaxed" else columns,
        )
    return found.coupling[0].numpy(), bool(found.converged[0])


def _overfull(edits: PlanEdits, shape: tuple[int, int]) -> tuple[int, ...]:
    """Return the targets t that k forced sources overfill: k / n > 1 / m."""
    sources, targets = shape
    counts = Counter(target for _, target in set(edits.forced))
    return tuple(
        sorted(one for one, count in counts.items() if count * targets > sources)
    )


def marginal_error_of(plan: NDArray[np.floating]) -> float:
    """Return ‖P 1 - a‖₁ + ‖Pᵀ 1 - b‖₁ of a plan for even a and b, 0..4."""
    sources, targets = plan.shape
    sent = np.abs(plan.sum(axis=1) - 1 / sources).sum()
    return float(sent + np.abs(plan.sum(axis=0) - 1 / targets).sum())
