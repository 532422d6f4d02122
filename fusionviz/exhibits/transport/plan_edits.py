"""A plan edited by hand, pair by pair."""

from dataclasses import dataclass

from fusionviz.analysis.shared.placeholder import ANY
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.tokens import AlignmentCase
from fusionviz.analysis.transport.plan_edits import Pair
from fusionviz.analysis.transport.plan_effects import SourceEffect
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Exhibit, ExhibitKind, Request
from fusionviz.exhibits.transport.plan_controls import (
    PlanControls,
    effect_of,
    explain_limits,
)
from fusionviz.views.shared.plain import as_code
from fusionviz.views.shared.style import three_digits
from fusionviz.views.transport.plan_edits import (
    PlanEditView,
    describe_plan_edit,
    draw_plan_edit,
)


@dataclass(frozen=True, kw_only=True)
class EditControls(PlanControls):
    """Which plan, and which pair of it is looked at.

    Attributes:
        source_token: From 0; -1 for the one in the middle.
        target_token: From 0; -1 for where the own plan sends most of the source token.
    """

    source_token: int = ANY
    target_token: int = ANY

    def __post_init__(self) -> None:
        """Refuse what is below -1."""
        super().__post_init__()
        if min(self.source_token, self.target_token) < ANY:
            raise ValueError("tokens are at least -1")


def find_pair(case: AlignmentCase, source: int, target: int) -> Pair:
    """Return the pair that two tokens stand for, -1 as in `EditControls`.

    Raises:
        InputError: There is no such token.
    """
    sources, targets = case.cost.shape
    if source >= sources or target >= targets:
        raise InputError(
            f"tokens of {case.source.name} are 0 to {sources - 1}, of "
            f"{case.target.name} 0 to {targets - 1}, got {source} and {target}"
        )
    if source == ANY:
        side = case.source.grid
        if side is None:
            source = sources // 2
        else:
            source = side.rows // 2 * side.columns + side.columns // 2
    return source, int(case.own_plan[source].argmax()) if target == ANY else target


def make_edit(request: Request[EditControls, AlignMambaSubject]) -> Exhibit:
    """Return the model's own plan beside the changed one, with the edits marked."""
    asked = request.controls
    effect = effect_of(request.subject, asked)
    one = effect.sources[effect.edited]
    pair = find_pair(one.case, asked.source_token, asked.target_token)
    view = PlanEditView(effect=effect, pair=pair, pictures=request.subject.pictures)
    own, changed = (share[pair[0]] for share in view.shares)
    return Exhibit(
        draw=lambda: draw_plan_edit(view),
        alt=describe_plan_edit(view),
        caption=_explain(view, one, explain_limits(effect, effect.edited)),
        formula=(
            r"P_{ij} = \tfrac{1}{n} \text{ where forced},\qquad C_{ij} = \infty "
            r"\text{ where forbidden}"
        ),
        numbers={
            "source_token": pair[0],
            "target_token": pair[1],
            "share_own": float(own[pair[1]]),
            "share_changed": float(changed[pair[1]]),
            "pair_cost": float(one.case.cost[pair]),
            "disobeyed_tokens": one.disobeyed,
            "marginal_error": one.marginal_error,
        },
        arrays={"plan_own": one.own, "plan_changed": one.plan, "cost": one.case.cost},
        table={
            one.case.target.name: one.case.target.labels,
            "cost": one.case.cost[pair[0]],
            "share_own": own,
            "share_changed": changed,
        },
    )


def _explain(view: PlanEditView, one: SourceEffect, limits: str) -> str:
    case, (source, target) = one.case, view.pair
    own, changed = (three_digits(float(share[view.pair])) for share in view.shares)
    return (
        f"A row of either matrix is a token of {case.source.name}, a column one of "
        f"{case.target.name}; a cell is the share of the source token's mass that goes "
        f"there, so that rows sum to 1. The square is the picked pair, "
        f"{as_code(case.source.labels[source])} → "
        f"{as_code(case.target.labels[target])}: its cost is "
        f"{three_digits(float(case.cost[view.pair]))}, its share {own} under the own "
        f"plan and {changed} under **{view.effect.title}**. A star is forced: all of "
        "its source goes there. A cross is forbidden: it gets nothing, and the solver "
        "finds the best plan without it. Both plans share one scale, which ends at the "
        f"smaller of their largest shares.{limits}"
    )


EDIT = ExhibitKind(
    name="transport-edit",
    title="The plan, edited by hand",
    controls=EditControls,
    make=make_edit,
    reads="alignmamba",
    height=341,
)
