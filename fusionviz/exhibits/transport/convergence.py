"""How Sinkhorn converges, and its plan step by step."""

from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.shared.subjects.tokens import TokenSubject
from fusionviz.analysis.transport.plain_sinkhorn import (
    ITERATIONS,
    PlainSinkhorn,
    run_plain,
)
from fusionviz.analysis.transport.solvers import (
    EPSILON,
    TOLERANCE,
    ErrorCurve,
    SolverAnswer,
    solve,
)
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.exhibits.transport.solvers import case_of, check_epsilon
from fusionviz.views.shared.style import three_digits
from fusionviz.views.transport.convergence import (
    describe_convergence,
    draw_convergence,
    stages_of,
)
from fusionviz.views.transport.sinkhorn_film import describe_film, draw_film

SCALING = (
    r"K = e^{-C/\varepsilon}, \qquad u \leftarrow \frac{a}{K v}, \qquad "
    r"v \leftarrow \frac{b}{K^\top u}, \qquad P = \mathrm{diag}(u)\, K\, "
    r"\mathrm{diag}(v)"
)
ERROR = r"\lVert P \mathbf 1 - a \rVert_1 + \lVert P^\top \mathbf 1 - b \rVert_1"


@dataclass(frozen=True, kw_only=True)
class ConvergenceControls(Controls):
    """Which case, at which ε.

    Attributes:
        source: Name of the modality that is sent; empty: the first.
        epsilon: Of Sinkhorn, in the unit of the cost.
    """

    source: str = ""
    epsilon: float = EPSILON

    def __post_init__(self) -> None:
        """Refuse what Sinkhorn does not take."""
        check_epsilon(self.epsilon)


def make_convergence(request: Request[ConvergenceControls, TokenSubject]) -> Exhibit:
    """Return the marginal error over iterations, of our solver and of plain Sinkhorn.

    Raises:
        InputError: As `case_of`.
    """
    asked = request.controls
    case = case_of(request.subject, asked.source)
    answer = solve(case, "sinkhorn", asked.epsilon)
    plain = run_plain(case, asked.epsilon, (2 * ITERATIONS,))
    curve = _curve_of(answer)
    errors = plain.by_iteration
    return Exhibit(
        draw=lambda: draw_convergence(answer, plain),
        alt=describe_convergence(answer, plain),
        caption=_explain_convergence(answer, plain),
        formula=ERROR,
        numbers={
            "epsilon": asked.epsilon,
            "iterations": answer.iterations,
            "marginal_error": answer.marginal_error,
            "newton_steps": int(curve.newton.sum()),
            "converged": "yes" if answer.converged else "no",
            "plain_iterations": len(errors) - 1,
            "plain_marginal_error": float(errors[-1]),
            "plain_converged": "yes" if plain.converged else "no",
        },
        arrays={
            "iterations": curve.iterations,
            "epsilon": curve.epsilon,
            "errors": curve.errors,
            "plain_errors": errors,
        },
        table={
            "solver": ["ours"] * len(curve.errors) + ["plain"] * len(errors),
            "iterations": [*curve.iterations, *range(len(errors))],
            "epsilon": [*curve.epsilon, *[asked.epsilon] * len(errors)],
            "marginal_error": [*curve.errors, *errors],
        },
    )


def _curve_of(answer: SolverAnswer) -> ErrorCurve:
    if answer.curve is None:
        raise ValueError(f"{answer.solver} has no curve: it does not iterate")
    return answer.curve


def _explain_convergence(answer: SolverAnswer, plain: PlainSinkhorn) -> str:
    curve = _curve_of(answer)
    stages, newton = len(stages_of(curve)), int(curve.newton.sum())
    text = (
        "The marginal error says how far what tokens send and receive is from an even "
        "share, summed over both sides: 0 to 4, since the mass is 1. The axis is "
        "logarithmic. **Plain Sinkhorn** (Cuturi 2013) scales rows and columns in turn "
        "until both are right; the smaller ε, the slower. **Our solver** begins at a "
        "large ε, where that is quick, and lowers it: a dotted line up is a step to "
        "the next ε, for which the plan is not right yet. A dot is a check after 16 "
        "sweeps, a star one after 16 sweeps and a Newton step, which it takes where "
        "sweeps would cost more.\n\n"
        f"At ε = {plain.epsilon:g} ours took {stages} "
        f"{'value' if stages == 1 else 'values'} of ε and **{answer.iterations} "
        f"iterations**, {newton} of them Newton steps, to an error of "
        f"{three_digits(answer.marginal_error)}. "
    )
    count, error = len(plain.by_iteration) - 1, three_digits(float(plain.errors[-1]))
    if plain.converged:
        return text + f"Plain Sinkhorn took {count}, to {error}."
    return text + (
        f"Plain Sinkhorn was watched for {count} and has **not converged**: its error "
        f"is {error}, {three_digits(float(plain.errors[-1]) / TOLERANCE)} times the "
        "tolerance."
    )


def make_steps(request: Request[ConvergenceControls, TokenSubject]) -> Exhibit:
    """Return plain Sinkhorn's plan after each half step, to run through.

    Raises:
        InputError: As `case_of`.
    """
    asked = request.controls
    case = case_of(request.subject, asked.source)
    plain = run_plain(case, asked.epsilon)
    errors = plain.errors[plain.half_steps]
    return Exhibit(
        draw=lambda: draw_film(case, plain),
        alt=describe_film(case, plain),
        caption=_explain_steps(plain),
        formula=SCALING,
        numbers={
            "epsilon": asked.epsilon,
            "half_steps": int(plain.half_steps[-1]),
            "first_marginal_error": float(errors[0]),
            "last_marginal_error": float(errors[-1]),
            "first_cost": float(plain.costs[0]),
            "last_cost": float(plain.costs[-1]),
        },
        arrays={
            "half_steps": plain.half_steps,
            "last_plan": plain.plans[-1],
            "errors": plain.errors,
        },
        table={
            "half_step": plain.half_steps,
            "has_just_scaled": np.where(plain.half_steps % 2, "rows", "columns"),
            "marginal_error": errors,
            "cost": plain.costs,
        },
    )


def _explain_steps(plain: PlainSinkhorn) -> str:
    errors = plain.errors[plain.half_steps]
    text = (
        "Step 0 is the kernel exp(−C/ε), scaled to mass 1: cheap pairs have mass, and "
        "nobody minds who sends and who receives. An odd step scales each row so that "
        "its token sends an even share, an even one each column so that its token "
        "receives one; each undoes a little of the other, less and less. The marginals "
        "stand on the plan's edges, cut at 3 even shares; an even share is dotted. On "
        "the right the marginal error, on a logarithmic axis, and the cost ⟨C, P⟩ of "
        "all steps that are shown; dashed is the tolerance.\n\n"
        f"Here, at ε = {plain.epsilon:g}, the error falls from "
        f"{three_digits(float(errors[0]))} to {three_digits(float(errors[-1]))} in "
        f"**{int(plain.half_steps[-1])} half steps**, and the cost goes from "
        f"{three_digits(float(plain.costs[0]))} to "
        f"{three_digits(float(plain.costs[-1]))}"
    )
    if plain.converged:
        return text + "; it has converged."
    return text + "; it has not converged, and is not followed further."


CONVERGENCE = ExhibitKind(
    name="transport-convergence",
    title="How fast the marginals get right",
    controls=ConvergenceControls,
    make=make_convergence,
    reads="tokens",
)

STEPS = ExhibitKind(
    name="transport-steps",
    title="Sinkhorn step by step",
    controls=ConvergenceControls,
    make=make_steps,
    reads="tokens",
    height=484,
)
