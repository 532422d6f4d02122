"""All plans that a model can be given, by what they do to it."""

from dataclasses import dataclass

from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.transport.plan_swaps import (
    Measure,
    compare_swaps,
    measure_swaps,
)
from fusionviz.analysis.transport.solvers import EPSILON
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.exhibits.transport.plan_controls import EPSILONS
from fusionviz.views.shared.style import three_digits
from fusionviz.views.transport.plan_swaps import describe_plan_swaps, draw_plan_swaps


@dataclass(frozen=True, kw_only=True)
class SwapControls(Controls):
    """What plans are compared with.

    Attributes:
        epsilon: Of Sinkhorn, in the unit of the cost.
    """

    epsilon: float = EPSILON

    def __post_init__(self) -> None:
        """Refuse what is no regularisation."""
        low, high = EPSILONS
        if not low <= self.epsilon <= high:
            raise ValueError(f"epsilon is {low} to {high}, got {self.epsilon}")


def make_swap(request: Request[SwapControls, AlignMambaSubject]) -> Exhibit:
    """Return what each plan does to the model, one pass a plan."""
    effects = measure_swaps(request.subject, request.controls.epsilon)
    measures = compare_swaps(effects)
    names = {swap: effect.title for swap, effect in effects.items()}
    columns = {
        _column(one, name): [one.values[swap].get(name, "") for swap in effects]
        for one in measures
        for name in dict.fromkeys(n for by in one.values.values() for n in by)
    }
    return Exhibit(
        draw=lambda: draw_plan_swaps(measures, names),
        alt=describe_plan_swaps(measures),
        caption=_explain(measures, names),
        formula=r"\langle C, P \rangle = \sum_{ij} C_{ij} P_{ij},\qquad "
        r"\mathrm{MMD}^2(P^\top X, Y)",
        numbers={
            f"{_column(one, name)}_{swap}": value
            for one in measures
            for swap, by in one.values.items()
            for name, value in by.items()
        },
        table={"plan": list(names.values()), **columns},
    )


def _column(measure: Measure, name: str) -> str:
    """Return what a column of the table is called."""
    title = measure.title.replace("MMD²", "mmd2").split(" ⟨")[0]
    return "_".join([*title.lower().split(), *([name] if name else [])])


def _explain(measures: list[Measure], names: dict) -> str:
    first = measures[0]
    said = "; ".join(
        f"{names[swap]}: {three_digits(value)}"
        for swap, by in first.values.items()
        for value in by.values()
    )
    return (
        "Each row is one pass of the same model, given another plan for every source; "
        "nothing is edited here. The columns have scales of their own, from 0. "
        f"**{first.title}** ({first.unit}) is {said}.\n\n"
        "The **relaxed** plan is the cheapest there is, since it lets targets go "
        "empty; **exact** transport is the cheapest that fills every target evenly; "
        "Sinkhorn blurs that. The last row knows no tokens: it goes by the clock, or "
        "on pictures by place. MMD² compares where the aligned tokens lie with where "
        "the anchor's do: a low one alone does not say that the right tokens meet."
    )


SWAP = ExhibitKind(
    name="transport-swap",
    title="All plans by what they do to the model",
    controls=SwapControls,
    make=make_swap,
    reads="alignmamba",
    height=341,
)
