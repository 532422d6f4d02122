"""Whether an ε suits a case, and which would."""

from dataclasses import dataclass
from typing import Literal

from fusionviz.analysis.transport.epsilon_sweep import EpsilonSweep
from fusionviz.analysis.transport.solvers import Solved

HARD = 0.01
"""Share of the way from the exact plan to the product of the marginals, in cost and in
entropy, up to which a plan is as good as exact."""

BLURRED = 0.95
"""Share of the entropy of that product above which a plan is as good as the product."""

SILENT_BITS = 0.05
"""Information about the target below which a plan says nothing of it."""

Word = Literal["unconverged", "too small", "good", "too large", "no choice"]


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What to think of an ε.

    Attributes:
        word: What it is.
        low: Smallest ε of the sweep that is good, None where none is.
        high: The largest.
    """

    word: Word
    low: float | None
    high: float | None


def advise(answer: Solved, sweep: EpsilonSweep) -> Advice:
    """Return what to think of the ε that a plan of Sinkhorn was found with.

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
