"""AlignMamba's plan from one picture to the other, as correspondences."""

from dataclasses import dataclass

from fusionviz.analysis.inputs.pair_subject import PairSubject
from fusionviz.analysis.shared.transport_plan import Transport
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.shared.style import three_digits
from fusionviz.views.shared.transport_plan import describe_transport, draw_transport

COUNTS = (4, 8, 16, 32, 64)

_COST = r"C_{ij} = 1 - \cos(x_i, y_j),\qquad "
_ARGMIN = r"M = \arg\min_{M \ge 0}\ \langle C, M \rangle"
_EVEN = r"\ \text{with even marginals}"
FORMULA = {
    "relaxed": (
        _COST + r"M_{ij} = \tfrac{1}{T}\ \text{at}\ j = \arg\min_{j'} C_{ij'},"
        r"\ \text{else}\ 0"
    ),
    "sinkhorn": _COST + _ARGMIN + r" - \varepsilon H(M)" + _EVEN,
    "exact": _COST + _ARGMIN + _EVEN,
}


@dataclass(frozen=True, kw_only=True)
class CorrespondenceControls(Controls):
    """How much of the plan is drawn.

    Attributes:
        count: Pairs that are drawn as lines.
    """

    count: int = 16

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if not 1 <= self.count <= max(COUNTS):
            raise ValueError(f"lines are 1 to {max(COUNTS)}, got {self.count}")


def make_correspondences(
    request: Request[CorrespondenceControls, PairSubject],
) -> Exhibit:
    """Return the strongest pairs of AlignMamba's plan between the two pictures.

    Raises:
        InputError: There is no plan.
    """
    reading, count = request.subject.alignmamba, request.controls.count
    if reading is None:
        raise InputError(
            "The plan is AlignMamba's, and AlignMamba has not read this pair."
        )
    if reading.transport is None:
        raise InputError(
            f"A plan goes from one modality to the other, and {reading.missing} is "
            "missing."
        )
    transport = reading.transport
    pairs = transport.strongest(transport.grid.places)
    return Exhibit(
        draw=lambda: draw_transport(transport, count=count),
        alt=describe_transport(transport, count=count),
        caption=_explain(transport, reading.mmd),
        formula=FORMULA.get(transport.solver),
        numbers=_numbers(transport, reading.mmd),
        arrays={"plan": transport.coupling, "cost": transport.cost},
        table={
            f"{transport.source}_patch": pairs.source,
            f"{transport.target}_patch": pairs.target,
            "mass": pairs.mass,
            "cost": pairs.cost,
        },
    )


def _numbers(transport: Transport, mmd: float | None) -> dict[str, float | int | str]:
    numbers: dict[str, float | int | str] = {
        "solver": transport.solver,
        "in_place": transport.in_place,
        "mean_shift_patches": transport.mean_shift,
        "targets_used": transport.targets_used,
        "total_cost": transport.total_cost,
    }
    return numbers if mmd is None else {**numbers, "mmd2": mmd}


def _explain(transport: Transport, mmd: float | None) -> str:
    """Return in words what the picture shows, with this plan's numbers."""
    patches = transport.grid.places
    text = (
        f"Each of the {patches} {transport.source} patches is sent to "
        f"{transport.target} patches of like tokens. Drawn are the pairs with most "
        "mass, the cheapest first where masses are equal, as they are in the relaxed "
        "plan of the paper. RGB and depth show the same view, so a level line is a "
        "patch that found its own place.\n\n"
        f"Here {transport.in_place:.1%} of the mass stays in place (by chance "
        f"{1 / patches:.1%}); it moves {three_digits(transport.mean_shift)} patches on "
        f"average (by chance {three_digits(transport.chance_shift)}). "
        f"{transport.targets_used} of {patches} {transport.target} patches receive "
        f"any. The plan costs {three_digits(transport.total_cost)} on a scale of 0 to 2"
    )
    if mmd is not None:
        text += f"; MMD² between moved and {transport.target} tokens is "
        text += f"{three_digits(mmd)} (no unit)"
    return text + "."


CORRESPONDENCES = ExhibitKind(
    name="inputs-correspondences",
    title="Where AlignMamba sends each patch",
    controls=CorrespondenceControls,
    make=make_correspondences,
    reads="pair",
)
