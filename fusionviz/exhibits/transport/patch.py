"""Where the mass of a patch goes on the other picture."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import plotly.graph_objects as go

from fusionviz.analysis.shared.placeholder import ANY
from fusionviz.analysis.shared.subjects.tokens import TokenSubject
from fusionviz.analysis.shared.transport_plan import Correspondences, Transport
from fusionviz.analysis.transport.patch import (
    PatchRow,
    mean_entropy_bits,
    patch_row,
    picture_transport,
    telling_patch,
)
from fusionviz.analysis.transport.solvers import EPSILON, SOLVERS, Solver
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.shared.style import three_digits
from fusionviz.views.shared.transport_plan import (
    describe_transport,
    draw_transport,
)
from fusionviz.views.transport.patch import (
    OTHER,
    add_picture_targets,
    describe_patch,
    draw_patch,
    largest_of_plan,
)

Side = Literal["source", "target", "all"]
SIDES: tuple[Side, ...] = get_args(Side)

MOST_LINES = 64

FORMULA = (
    r"C_{ij} = 1 - \cos(x_i, y_j),\qquad \text{share}_j = \frac{M_{ij}}{\sum_{j'} "
    r"M_{ij'}},\qquad \text{moved} = \sum_j \text{share}_j\, \lVert p_i - p_j \rVert,"
    r"\qquad H = -\sum_j \text{share}_j \log_2 \text{share}_j"
)


@dataclass(frozen=True, kw_only=True)
class PatchControls(Controls):
    """Whose plan, and which patch of it.

    Attributes:
        source: Name of the modality that is sent; empty: the first.
        solver: `relaxed`, `sinkhorn` or `exact`.
        epsilon: Of Sinkhorn, in the unit of the cost.
        side: `source`: where a patch's mass goes; `target`: where it came from; `all`:
            the strongest pairs of the whole plan.
        patch: Place, row by row; -1: the source patch that the subject's own plan
            moves farthest, or the target patch that receives most of it.
        count: How many pairs are drawn as lines.
    """

    source: str = ""
    solver: Solver = "relaxed"
    epsilon: float = EPSILON
    side: Side = "source"
    patch: int = ANY
    count: int = 16

    def __post_init__(self) -> None:
        """Refuse what no plan has."""
        if self.solver not in SOLVERS or self.side not in SIDES:
            raise ValueError(
                f"a solver is {', '.join(SOLVERS)} and a side {', '.join(SIDES)}, got "
                f"{self.solver!r} and {self.side!r}"
            )
        if not self.epsilon > 0 or self.patch < ANY:
            raise ValueError(f"epsilon is above 0 and patch at least -1, got {self}")
        if not 1 <= self.count <= MOST_LINES:
            raise ValueError(f"lines are 1 to {MOST_LINES}, got {self.count}")


def make_patch(request: Request[PatchControls, TokenSubject]) -> Exhibit:
    """Return a patch's mass on the other picture, or the whole plan as lines."""
    asked = request.controls
    transport = picture_transport(
        request.subject, asked.solver, asked.epsilon, asked.source
    )
    if asked.side == "all":
        return _make_whole(transport, asked)
    patch = asked.patch
    if patch == ANY:
        patch = telling_patch(request.subject.case(asked.source), asked.side)
    row = patch_row(transport, asked.side, patch)
    return Exhibit(
        draw=lambda: draw_patch(transport, row, count=asked.count),
        alt=describe_patch(transport, row),
        caption=_explain_row(transport, row),
        formula=FORMULA,
        numbers=_row_numbers(row) | plan_numbers(transport),
        arrays={"share": row.share, "cost": row.cost},
        table=_table(transport, row.strongest(transport.grid.places)),
    )


def _make_whole(transport: Transport, asked: PatchControls) -> Exhibit:
    most = largest_of_plan(transport)
    return Exhibit(
        draw=lambda: _draw_whole(transport, asked.count, most),
        alt=describe_transport(transport, count=asked.count),
        caption=(
            f"Drawn are the {asked.count} pairs with most mass, the cheapest first "
            "where masses are equal. Colour is the cost of a pair, from 0 to the "
            "largest of any two patches. RGB and depth show the same view, so a level "
            "line is a patch that found its own place."
            f"\n\n{_explain_plan(transport)}"
        ),
        formula=FORMULA,
        numbers=plan_numbers(transport),
        arrays={"plan": transport.coupling, "cost": transport.cost},
        table=_table(transport, transport.strongest(transport.grid.places)),
    )


def _draw_whole(transport: Transport, count: int, most: float) -> go.Figure:
    figure = draw_transport(transport, count=count, most=most)
    add_picture_targets(figure, transport)
    return figure


def _table(transport: Transport, pairs: Correspondences) -> dict[str, Any]:
    grid = transport.grid
    return {
        f"{transport.source}_patch": pairs.source,
        f"{transport.target}_patch": pairs.target,
        "mass_in_source_patches": pairs.mass,
        "cost": pairs.cost,
        "from": [grid.name(patch) for patch in pairs.source],
        "to": [grid.name(patch) for patch in pairs.target],
    }


def plan_numbers(transport: Transport) -> dict[str, float | int | str]:
    """Return what a whole plan is like, in numbers."""
    return {
        "plan_cost": transport.total_cost,
        "plan_shift_patches": transport.mean_shift,
        "plan_share_in_place": transport.in_place,
        "plan_entropy_bits_a_source": mean_entropy_bits(transport, "source"),
        "plan_entropy_bits_a_target": mean_entropy_bits(transport, "target"),
        "plan_targets_used": transport.targets_used,
    }


def _row_numbers(row: PatchRow) -> dict[str, float | int | str]:
    numbers: dict[str, float | int | str] = {
        "side": row.role,
        "patch": row.patch,
        "mass_in_source_patches": row.mass,
    }
    if not row.is_empty:
        numbers |= {
            "cost": row.mean_cost,
            "shift_patches": row.shift,
            "share_in_place": row.in_place,
            "entropy_bits": row.entropy_bits,
        }
    return numbers


def _explain_row(transport: Transport, row: PatchRow) -> str:
    own, other = transport.names[row.role], transport.names[OTHER[row.role]]
    place = transport.grid.name(row.patch)
    way = "goes to" if row.role == "source" else "came from"
    text = (
        f"The framed {own} patch was picked; the map on {other} is the share of its "
        f"mass that {way} each patch. Lines lead to the largest shares, the wider the "
        "larger, in the colour of their cost, from 0 to the largest of any two "
        "patches. Both pictures show the same view: the dotted frame is the patch's "
        "own place.\n\n"
    )
    if row.is_empty:
        text += (
            f"In the plan of **{transport.solver}** {own} {place} has **no mass**: no "
            "patch is sent here. Only the relaxed plan may leave patches out."
        )
    else:
        top = int(row.share.argmax())
        text += (
            f"In the plan of **{transport.solver}** the mass of {own} {place} is "
            f"{three_digits(row.mass)} of a source patch; {row.share[top]:.1%} of it "
            f"{way} {transport.grid.name(top)}, and {row.in_place:.1%} stays in "
            f"place. It costs {three_digits(row.mean_cost)} on a scale of 0 to 2, "
            f"moves {three_digits(row.shift)} patches, and its entropy is "
            f"{three_digits(row.entropy_bits)} bits (0 would be one patch)."
        )
    return f"{text}\n\n{_explain_plan(transport)}"


def _explain_plan(transport: Transport) -> str:
    patches = transport.grid.places
    return (
        f"The whole plan costs {three_digits(transport.total_cost)}; "
        f"{transport.in_place:.1%} of the mass stays in place (by chance "
        f"{1 / patches:.1%}), it moves {three_digits(transport.mean_shift)} patches "
        f"(by chance {three_digits(transport.chance_shift)}), a {transport.source} "
        f"patch's entropy is {three_digits(mean_entropy_bits(transport, 'source'))} "
        f"bits of {three_digits(float(np.log2(patches)))}, and "
        f"{transport.targets_used} of {patches} {transport.target} patches receive "
        "any."
    )


PATCH = ExhibitKind(
    name="transport-patch",
    title="Where a patch goes",
    controls=PatchControls,
    make=make_patch,
    reads="tokens",
)
