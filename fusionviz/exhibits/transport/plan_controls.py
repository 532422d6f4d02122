"""What the exhibits of another plan share: their controls, and what plans cannot do."""

from dataclasses import dataclass

from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.transport.plan_edits import Pair, PlanEdits
from fusionviz.analysis.transport.plan_effects import (
    SWAPS,
    PlanEffect,
    Swap,
    measure_plan_effect,
)
from fusionviz.analysis.transport.solvers import EPSILON
from fusionviz.exhibits.shared.exhibit import Controls
from fusionviz.views.shared.plain import as_code
from fusionviz.views.shared.style import three_digits

EPSILONS = (0.001, 10.0)
"""Lowest and highest regularisation that can be asked for."""


@dataclass(frozen=True, kw_only=True)
class PlanControls(Controls):
    """Which plan the model is given in place of its own.

    Attributes:
        solver: `own`, `relaxed`, `sinkhorn`, `exact`, or `clock`: by time or place
            alone. It answers for every source.
        epsilon: Of Sinkhorn, in the unit of the cost; a model's own has its own.
        source: The modality whose plan is edited; empty: the first.
        forced: (source token, target token) of each pair that gets all of its source.
        forbidden: The same of each pair that gets nothing.
    """

    solver: Swap = "sinkhorn"
    epsilon: float = EPSILON
    source: str = ""
    forced: tuple[Pair, ...] = ()
    forbidden: tuple[Pair, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no solver, no regularisation and no pair."""
        if self.solver not in SWAPS:
            raise ValueError(f"solver is {', '.join(SWAPS)}, got {self.solver!r}")
        low, high = EPSILONS
        if not low <= self.epsilon <= high:
            raise ValueError(f"epsilon is {low} to {high}, got {self.epsilon}")
        for pair in (*self.forced, *self.forbidden):
            if len(pair) != 2 or not all(type(one) is int for one in pair):
                raise ValueError(f"edits are pairs (source, target), got {pair}")

    @property
    def edits(self) -> PlanEdits:
        """Pairs that are forced and forbidden."""
        return PlanEdits(forced=self.forced, forbidden=self.forbidden)


def effect_of(subject: AlignMambaSubject, asked: PlanControls) -> PlanEffect:
    """Return what the plan that some controls ask for does to the model.

    Raises:
        InputError: See `measure_plan_effect`.
    """
    return measure_plan_effect(
        subject, asked.solver, asked.epsilon, asked.source, asked.edits
    )


def explain_limits(effect: PlanEffect, name: str) -> str:
    """Return what a plan could not keep, a sentence each; empty where it kept all."""
    one = effect.sources[name]
    text = ""
    if not one.converged:
        text += (
            " The solver stopped before it converged: the marginals are off by "
            f"{three_digits(one.marginal_error)}."
        )
    if one.disobeyed > 0.5e-3:
        text += (
            f" {three_digits(one.disobeyed)} tokens' mass stays on forbidden pairs: "
            "this solver fills every target evenly, and it had nowhere else to go."
        )
    solver = one.case.own_solver if effect.swap == "own" else effect.swap
    is_even = solver in ("sinkhorn", "exact")
    if one.overfull and is_even:
        labels = (one.case.target.labels[t] for t in one.overfull[:4])
        names = ", ".join(map(as_code, labels))
        text += (
            f" What is forced gives {names} more than an even share, so that the other "
            f"targets share what is left: the marginals are off by "
            f"{three_digits(one.marginal_error)}."
        )
    return text
