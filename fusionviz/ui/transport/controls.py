"""What the tabs of the Transport page have in common to set: source, solver and ε."""

from fusionviz.analysis.shared.subjects.tokens import TokenSubject
from fusionviz.analysis.transport.epsilon_sweep import EPSILONS
from fusionviz.analysis.transport.solvers import EPSILON, SOLVER_TITLES, SOLVERS, Solver
from fusionviz.ui.shared.controls import choose_name, choose_step
from fusionviz.views.shared.style import MODALITY_NAMES

_EPSILONS = tuple(f"{epsilon:g}" for epsilon in EPSILONS)
_DEFAULT = f"{EPSILON:g}"


def choose_source(subject: TokenSubject) -> str:
    """Draw the choice of the modality that is sent, where there is one; return it.

    Raises:
        InputError: There is nothing to send, or nothing to send it to.
    """
    names = subject.sources
    first = subject.case().source.name
    if len(names) == 1:
        return first
    return choose_name(
        "Sent",
        "s_source",
        {name: MODALITY_NAMES.get(name, name) for name in names},
        default=first,
        width=130,
        help=f"Whose tokens are sent to those of {subject.anchor}.",
    )


def choose_epsilon(width: int = 480) -> float:
    """Draw the slider of ε, logarithmic and one for all tabs, and return its value.

    Args:
        width: Pixels.
    """
    chosen = choose_step(
        "ε of Sinkhorn, in the unit of the cost" if width > 250 else "ε of Sinkhorn",
        "epsilon",
        _EPSILONS,
        default=_DEFAULT,
        width=width,
        help="How much blur is paid for: small is close to the exact plan, large to "
        "the product of the marginals. The costs are 0 to 2.",
    )
    return float(chosen)


def choose_solver() -> tuple[Solver, float]:
    """Draw the choice of a solver, and of Sinkhorn's ε; return both."""
    solver = choose_name(
        "Solver",
        "d_solver",
        {solver: SOLVER_TITLES[solver] for solver in SOLVERS},
        width=176,
        help="The relaxed plan sends each token to its cheapest target; the others "
        "give each target as much as any other.",
    )
    if solver != "sinkhorn":
        return solver, EPSILON
    return solver, choose_epsilon(width=160)
