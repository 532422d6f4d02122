"""A transport plan between sequences as ribbons, and how many of them are right."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.subjects.tokens import AlignmentCase
from fusionviz.analysis.transport.solvers import SolverAnswer
from fusionviz.data.sequences.correspondence import alignment_score

THIN = 0.005
"""Ribbons of less than this share of what their source token sends are left out."""

MOST_RIBBONS = 400
"""How many are drawn unless the reader wants fewer."""

TRUE, OTHER, NOWHERE = 1, 0, -1

ALL_WORDS = -1
"""In place of a target: none stands out."""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many source tokens are sent to where they belong.

    Attributes:
        counted: Tokens that belong somewhere.
        right: Those of them whose largest mass goes there.
        right_by_clock: Those that the clock alone puts there; None without a clock.
    """

    counted: int
    right: int
    right_by_clock: int | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Ribbons:
    """The pairs of one plan that carry mass, by source token and then by target.

    Attributes:
        case: Who is sent to whom.
        answer: The plan.
        source: Source token of each ribbon, (ribbon,).
        target: Target token of each, (ribbon,).
        mass: Of each, (ribbon,), in parts of the plan's.
        cost: Of each pair, (ribbon,), 0..2.
        left_out: How many pairs carry mass and are no ribbons.
    """

    case: AlignmentCase
    answer: SolverAnswer
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    mass: NDArray[np.float64]
    cost: NDArray[np.float64]
    left_out: int

    def __len__(self) -> int:
        return len(self.source)

    @property
    def shown_mass(self) -> float:
        """Mass of all ribbons, in parts of the plan's, 0..1."""
        return float(self.mass.sum() / self.answer.plan.sum())

    @property
    def share(self) -> NDArray[np.float64]:
        """Mass of each ribbon in parts of what its source token sends, (ribbon,)."""
        return self.mass / self.answer.sent[self.source]

    @property
    def has_truth(self) -> bool:
        """Whether it is known of any source token where it belongs."""
        return self.case.truth is not None and bool((self.case.truth >= 0).any())

    @property
    def verdict(self) -> NDArray[np.int64]:
        """Where ribbons lead, (ribbon,): `TRUE`, `OTHER`, or `NOWHERE` is right."""
        if self.case.truth is None:
            return np.full(len(self), NOWHERE)
        truth = self.case.truth[self.source]
        right = np.where(truth == self.target, TRUE, OTHER)
        return np.where(truth < 0, NOWHERE, right)

    @property
    def tally(self) -> Tally | None:
        """How many source tokens are sent to where they belong; None if unknown."""
        case = self.case
        if case.truth is None or not self.has_truth:
            return None
        counted = int((case.truth >= 0).sum())
        right = alignment_score(self.answer.plan, case.truth)
        by_clock = None
        if case.clock is not None:
            by_clock = round(counted * alignment_score(case.clock, case.truth))
        return Tally(
            counted=counted, right=round(counted * right), right_by_clock=by_clock
        )


def ribbons_of(
    case: AlignmentCase, answer: SolverAnswer, count: int = MOST_RIBBONS
) -> Ribbons:
    """Return the `count` ribbons of most mass, without those too thin to see."""
    plan = answer.plan
    thick = plan > THIN * answer.sent[:, None]
    source, target = np.nonzero(thick)
    if len(source) > count:
        heaviest = np.argsort(-plan[source, target], kind="stable")[:count]
        kept = np.sort(heaviest)
        source, target = source[kept], target[kept]
    return Ribbons(
        case=case,
        answer=answer,
        source=source,
        target=target,
        mass=plan[source, target],
        cost=np.asarray(case.cost, np.float64)[source, target],
        left_out=int((plan > 0).sum()) - len(source),
    )
