"""Sinkhorn's plan over the whole range of ε, and whether an ε suits a case."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.subjects.tokens import AlignmentCase
from fusionviz.analysis.transport.solvers import MAX_ITERATIONS, SolverAnswer, solve

EPSILONS = (
    *(0.001, 0.0015, 0.002, 0.003, 0.005, 0.007),
    *(0.01, 0.015, 0.02, 0.03, 0.05, 0.07),
    *(0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0),
)
"""Values of ε to look at, in the unit of a cost of 0..2, about even on a log scale."""

KEPT = 16
"""How many cases' sweeps are kept."""

HARD = 0.01
"""Share of the way from the exact plan to the product of the marginals, in cost and in
entropy, up to which a plan is as good as exact."""

BLURRED = 0.95
"""Share of the entropy of that product above which a plan is as good as the product."""

SILENT_BITS = 0.05
"""Information about the target below which a plan says nothing of it."""

Word = Literal["unconverged", "too small", "good", "too large", "no choice"]


@dataclass(frozen=True, kw_only=True, eq=False)
class EpsilonSweep:
    """What becomes of Sinkhorn's plan as ε grows, and its two ends.

    Attributes:
        epsilon: Rising, (value,), in the unit of the cost.
        cost: <C, P>, (value,), 0..2.
        entropy_bits: Of the plan, (value,).
        information_bits: That a source token tells of its target, (value,).
        score: Share of source tokens sent to their true target, (value,); None where
            nobody knows.
        iterations: Taken, (value,).
        marginal_error: Reached, (value,).
        converged: Whether that is the tolerance, (value,).
        relaxed: The plan without the column constraint.
        exact: The plan for ε to 0.
        product_cost: <C, a bᵀ>, for ε to infinity: the mean cost.
        product_bits: Entropy of a bᵀ: log2(source * target).
    """

    epsilon: NDArray[np.float64]
    cost: NDArray[np.float64]
    entropy_bits: NDArray[np.float64]
    information_bits: NDArray[np.float64]
    score: NDArray[np.float64] | None
    iterations: NDArray[np.int64]
    marginal_error: NDArray[np.float64]
    converged: NDArray[np.bool_]
    relaxed: SolverAnswer
    exact: SolverAnswer
    product_cost: float
    product_bits: float

    @property
    def has_choice(self) -> bool:
        """Whether some plans with these marginals are cheaper than others."""
        return self.product_cost - self.exact.cost > 1e-9


@lru_cache(maxsize=KEPT)
def sweep_epsilon(
    case: AlignmentCase, max_iterations: int = MAX_ITERATIONS
) -> EpsilonSweep:
    """Return what Sinkhorn makes of a case at each of `EPSILONS`.

    Args:
        case: Of a subject.
        max_iterations: Where each solve stops unconverged.
    """
    answers = [solve(case, "sinkhorn", one, max_iterations) for one in EPSILONS]
    cost = np.asarray(case.cost, np.float64)
    knows = answers[0].score is not None
    return EpsilonSweep(
        epsilon=np.array(EPSILONS),
        cost=np.array([one.cost for one in answers]),
        entropy_bits=np.array([one.entropy_bits for one in answers]),
        information_bits=np.array([one.information_bits for one in answers]),
        score=np.array([one.score for one in answers], float) if knows else None,
        iterations=np.array([one.iterations for one in answers]),
        marginal_error=np.array([one.marginal_error for one in answers]),
        converged=np.array([one.converged for one in answers]),
        relaxed=solve(case, "relaxed"),
        exact=solve(case, "exact"),
        product_cost=float(cost.mean()),
        product_bits=math.log2(cost.size),
    )


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Whether an ε suits a case, and which would.

    Attributes:
        word: What it is.
        low: Smallest ε of the sweep that is good, None where none is.
        high: The largest.
    """

    word: Word
    low: float | None
    high: float | None


def advise(answer: SolverAnswer, sweep: EpsilonSweep) -> Advice:
    """Return whether the ε that a plan of Sinkhorn was found with suits the case.

    It is too small where the plan is at most 1 % of the way from the exact one to the
    product of the marginals, in cost and in entropy; too large where the plan has over
    95 % of the entropy of that product, or tells less than 0.05 bits of the target;
    good in between. Where the solver stopped unconverged, the plan says nothing.

    Args:
        answer: Of Sinkhorn, on the case of the sweep.
        sweep: Over the range of ε.
    """
    good = [
        epsilon
        for place, epsilon in enumerate(sweep.epsilon.tolist())
        if _judge(
            sweep,
            cost=sweep.cost[place],
            entropy=sweep.entropy_bits[place],
            information=sweep.information_bits[place],
            converged=sweep.converged[place],
        )
        == "good"
    ]
    word = _judge(
        sweep,
        cost=answer.cost,
        entropy=answer.entropy_bits,
        information=answer.information_bits,
        converged=answer.converged,
    )
    return Advice(word=word, low=min(good, default=None), high=max(good, default=None))


def _judge(
    sweep: EpsilonSweep,
    *,
    cost: float,
    entropy: float,
    information: float,
    converged: bool,
) -> Word:
    if not sweep.has_choice:
        return "no choice"
    if not converged:
        return "unconverged"
    if entropy > BLURRED * sweep.product_bits or information < SILENT_BITS:
        return "too large"
    exact = sweep.exact
    dearer = (cost - exact.cost) / (sweep.product_cost - exact.cost)
    softer = entropy - exact.entropy_bits
    reach = sweep.product_bits - exact.entropy_bits
    return "too small" if dearer <= HARD and softer <= HARD * reach else "good"
