"""A plan that came with a model's arrays: how even it is, and how sharp."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.subjects.arrays import OWN, ArraysSubject
from fusionviz.analysis.shared.subjects.tokens import AlignmentCase, TokenSide
from fusionviz.analysis.transport.solvers import entropy_bits, information_bits
from fusionviz.errors import InputError


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnPlan:
    """A plan, its case, and what it says in numbers.

    Attributes:
        case: Names of its tokens, and their costs; zeros where there are none.
        has_cost: Whether the costs are known: tokens of one width on both sides.
        plan: Mass, (source, target), 1 altogether.
        total: What the mass added up to as it came.
    """

    case: AlignmentCase
    has_cost: bool
    plan: NDArray[np.float64]
    total: float

    @property
    def cost(self) -> float | None:
        """<C, P>, 0..2; None where costs are not known."""
        if not self.has_cost:
            return None
        return float((self.plan * self.case.cost).sum())

    @property
    def marginal_error(self) -> float:
        """‖P 1 - a‖₁ + ‖Pᵀ 1 - b‖₁ for even marginals a and b, 0..4."""
        return float(
            sum(
                np.abs(self.plan.sum(axis=axis) - 1 / self.plan.shape[1 - axis]).sum()
                for axis in (0, 1)
            )
        )

    @property
    def entropy_bits(self) -> float:
        """Entropy of the whole plan."""
        return entropy_bits(self.plan)

    @property
    def information_bits(self) -> float:
        """Mutual information of source and target under the plan."""
        return information_bits(self.plan)

    @property
    def first(self) -> NDArray[np.int64]:
        """Target that each source sends most to, (source,)."""
        return self.plan.argmax(axis=1)


def measure_own_plan(subject: ArraysSubject) -> OwnPlan:
    """Return the plan among arrays, with costs where its tokens are there.

    Raises:
        InputError: There is no plan.
    """
    plan = subject.plan
    known = _known_case(subject)
    case = known or AlignmentCase(
        source=TokenSide(name=plan.source, labels=plan.source_labels),
        target=TokenSide(name=plan.target, labels=plan.target_labels),
        x=np.zeros((len(plan.mass), 0)),
        y=np.zeros((plan.mass.shape[1], 0)),
        cost=np.zeros_like(plan.mass),
        own_plan=plan.mass,
        own_solver=OWN,
    )
    return OwnPlan(
        case=case, has_cost=known is not None, plan=plan.mass, total=plan.total
    )


def _known_case(subject: ArraysSubject) -> AlignmentCase | None:
    """Return the case of the plan where the tokens of its two sides can be compared."""
    try:
        case = subject.tokens.case(subject.plan.source)
    except InputError:
        return None
    return case if case.own_solver == OWN else None
