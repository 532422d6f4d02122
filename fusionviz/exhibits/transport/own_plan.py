"""A plan that came with a model's arrays."""

import numpy as np

from fusionviz.analysis.shared.subjects.arrays import ArraysSubject
from fusionviz.analysis.transport.own_plan import OwnPlan, measure_own_plan
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.shared.plain import as_code, in_markdown
from fusionviz.views.shared.style import three_digits
from fusionviz.views.transport.own_plan import describe_own_plan, draw_own_plan

MOST_TOLD = 4
"""Source tokens whose first target the words name."""


def make_own_plan(request: Request[Controls, ArraysSubject]) -> Exhibit:
    """Return the plan among arrays, with what its tokens send and receive.

    Raises:
        InputError: There is no plan.
    """
    own = measure_own_plan(request.subject)
    case, first = own.case, own.first
    cost = own.cost
    numbers: dict[str, float | int | str] = {
        "mass_as_it_came": own.total,
        "marginal_error": own.marginal_error,
        "entropy_bits": own.entropy_bits,
        "information_bits": own.information_bits,
    }
    if cost is not None:
        numbers["cost"] = cost
    return Exhibit(
        draw=lambda: draw_own_plan(own),
        alt=describe_own_plan(own),
        caption=_explain(own, request.subject),
        formula=r"\sum_{ij} P_{ij} = 1,\qquad \text{error} = "
        r"\lVert P \mathbf 1 - a \rVert_1 + \lVert P^\top \mathbf 1 - b \rVert_1",
        numbers=numbers,
        arrays={"plan": own.plan},
        table={
            "source": list(case.source.labels),
            "sends": own.plan.sum(axis=1),
            "first_target": [case.target.labels[place] for place in first],
            "share_of_it": _shares(own),
        },
    )


def _shares(own: OwnPlan) -> np.ndarray:
    """Return what part of each source's mass goes to its first target."""
    sent, most = own.plan.sum(axis=1), own.plan.max(axis=1)
    return np.divide(most, sent, out=np.zeros_like(sent), where=sent > 0)


def _explain(own: OwnPlan, subject: ArraysSubject) -> str:
    case = own.case
    source, target = in_markdown(case.source.name), in_markdown(case.target.name)
    first = own.first[:MOST_TOLD].tolist()
    told = ", ".join(
        f"{as_code(case.source.labels[place])} to {as_code(case.target.labels[to])}"
        for place, to in enumerate(first)
    )
    text = (
        f"A row is a {source} token, a column a {target} token, and a colour the share "
        "of the row's token that is sent to the column's; hover for both. Above the "
        f"plan stands what every {target} token receives, at its right what every "
        f"{source} token sends; dotted is an even share. The *error* is the sum of "
        "|what they send and receive − an even share| over both sides, 0 to 4 in units "
        "of the whole mass: 0 for a plan of uniform marginals, and no fault where the "
        "model has others.\n\n"
        f"Here it is **{three_digits(own.marginal_error)}**; the plan's entropy is "
        f"{three_digits(own.entropy_bits)} bits, and it tells "
        f"{three_digits(own.information_bits)} bits of where a token belongs. Most "
        f"mass goes from {told}."
    )
    if own.cost is None:
        text += (
            f" For costs, and other plans beside it, bring tokens_{source} and "
            f"tokens_{target} of one width."
        )
    else:
        text += (
            f" By the cosines of its tokens it costs {three_digits(own.cost)} of 2; "
            "the tab *Three solvers* shows what other plans cost."
        )
    notes = subject.arrays.notes.get("plan", ())
    return "\n\n".join([text, *map(in_markdown, notes)])


OWN_PLAN = ExhibitKind(
    name="transport-own",
    title="The plan of another model",
    controls=Controls,
    make=make_own_plan,
    reads="arrays",
    height=470,
)
