"""Three transport solvers side by side, and what ε does to the one that has it."""

import math
from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.shared.subjects.tokens import AlignmentCase, TokenSubject
from fusionviz.analysis.transport.epsilon_sweep import (
    EPSILONS,
    Advice,
    EpsilonSweep,
    advise,
    sweep_epsilon,
)
from fusionviz.analysis.transport.solvers import (
    EPSILON,
    SOLVER_TITLES,
    SOLVERS,
    TOLERANCE,
    Solver,
    SolverAnswer,
    solve,
)
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.shared.style import three_digits
from fusionviz.views.transport.epsilon_sweep import describe_sweep, draw_sweep
from fusionviz.views.transport.solvers import (
    count_empty,
    describe_solvers,
    draw_solvers,
)

ITERATIONS = 500
"""After which Sinkhorn stops unconverged, about a quarter of a second at 256 by 256."""

MOST_ITERATIONS = 2000

MOST_TOKENS = 512
"""A side: the whole range of ε then takes below two seconds."""

FORMULA = (
    r"\text{relaxed: } \min_{P \ge 0} \langle C, P \rangle,\ P \mathbf 1 = a \qquad "
    r"\text{exact: and } P^\top \mathbf 1 = b \qquad \text{Sinkhorn: } "
    r"\min\ \langle C, P \rangle + \varepsilon \sum_{ij} P_{ij} (\log P_{ij} - 1)"
)


@dataclass(frozen=True, kw_only=True)
class SolverControls(Controls):
    """Which case, and how Sinkhorn is asked.

    Attributes:
        source: Name of the modality that is sent; empty: the first.
        epsilon: Of Sinkhorn, in the unit of the cost.
        iterations: After which Sinkhorn stops, 1 to 2000.
    """

    source: str = ""
    epsilon: float = EPSILON
    iterations: int = ITERATIONS

    def __post_init__(self) -> None:
        """Refuse what no solver takes."""
        check_epsilon(self.epsilon)
        if not 1 <= self.iterations <= MOST_ITERATIONS:
            raise ValueError(
                f"iterations are 1 to {MOST_ITERATIONS}, got {self.iterations}"
            )


def check_epsilon(epsilon: float) -> None:
    """Refuse an ε that float64 cannot divide costs by.

    Raises:
        ValueError: It is not within 1e-5 and 1e5.
    """
    if not 1e-5 <= epsilon <= 1e5:
        raise ValueError(f"epsilon is 1e-5 to 1e5, got {epsilon}")


def case_of(subject: TokenSubject, source: str) -> AlignmentCase:
    """Return the case of a source that solvers can be compared on while one waits.

    Raises:
        InputError: There is no such source, nothing to send it to, or too many tokens.
    """
    case = subject.case(source)
    largest = max(len(case.source), len(case.target))
    if largest > MOST_TOKENS:
        raise InputError(
            f"Solvers are compared on up to {MOST_TOKENS} tokens a side, and here are "
            f"{largest}: bring a shorter piece."
        )
    return case


def make_solvers(request: Request[SolverControls, TokenSubject]) -> Exhibit:
    """Return the plans of the three solvers for one case, side by side.

    Raises:
        InputError: As `case_of`.
    """
    asked = request.controls
    case = case_of(request.subject, asked.source)
    sinkhorn = solve(case, "sinkhorn", asked.epsilon, asked.iterations)
    # The others are kept while ε changes: they do not look at it.
    answers = {
        solver: sinkhorn if solver == "sinkhorn" else solve(case, solver)
        for solver in SOLVERS
    }
    return Exhibit(
        draw=lambda: draw_solvers(case, answers),
        alt=describe_solvers(case, answers),
        caption=_explain_solvers(case, answers),
        formula=FORMULA,
        numbers={
            f"{solver}_{name}": value
            for solver, one in answers.items()
            for name, value in _numbers(one).items()
        },
        arrays={solver: one.plan for solver, one in answers.items()}
        | {"cost": np.asarray(case.cost)},
        table=_table(answers),
    )


def _table(answers: dict[Solver, SolverAnswer]) -> dict[str, list]:
    """Return a row for each solver."""
    every = list(answers.values())
    return {
        "solver": list(answers),
        "cost": [one.cost for one in every],
        "marginal_error": [one.marginal_error for one in every],
        "entropy_bits": [one.entropy_bits for one in every],
        "information_bits": [one.information_bits for one in every],
        "iterations": [one.iterations for one in every],
        "converged": [one.converged for one in every],
        "score": [math.nan if one.score is None else one.score for one in every],
        "targets_left_empty": [count_empty(one) for one in every],
    }


def _numbers(one: SolverAnswer) -> dict[str, float | int | str]:
    numbers: dict[str, float | int | str] = {
        "cost": one.cost,
        "marginal_error": one.marginal_error,
        "entropy_bits": one.entropy_bits,
        "iterations": one.iterations,
        "converged": "yes" if one.converged else "no",
    }
    return numbers if one.score is None else numbers | {"score": one.score}


def _explain_solvers(case: AlignmentCase, answers: dict[Solver, SolverAnswer]) -> str:
    relaxed, sinkhorn, exact = (answers[solver] for solver in SOLVERS)
    targets = len(case.target)
    text = (
        f"A row is a {case.source.name} token, a column a {case.target.name} token, "
        "and a colour the share of the row's token that is sent to the column's; hover "
        "for both and for their cost, 1 − cos. All plans share one scale; where it "
        "says ≥, larger shares have its last colour. Above each plan stands what every "
        f"{case.target.name} token receives, at its right what every "
        f"{case.source.name} token sends; dotted is an even share. The *error* is the "
        "sum of |what they send and receive − an even share| over both sides, 0 to 4 "
        "in units of the whole mass; *bits* are the plan's entropy.\n\n"
        f"**{SOLVER_TITLES['relaxed']}** sends each token to its cheapest target "
        f"whatever that already has: {count_empty(relaxed)} of {targets} get nothing, "
        f"and the cost, {three_digits(relaxed.cost)}, is the least there is. "
        f"**Exact** fills every target alike at {three_digits(exact.cost)}. "
        f"**Sinkhorn** at ε = {sinkhorn.epsilon:g} does, too, and blurs: it costs "
        f"{three_digits(sinkhorn.cost)}, and its plan has "
        f"{three_digits(sinkhorn.entropy_bits)} bits where the exact one has "
        f"{three_digits(exact.entropy_bits)}."
    )
    if relaxed.score is not None:
        text += (
            f" *Right* is the share of {case.source.name} tokens that are sent to "
            f"{case.truth_word} first of all, of those that have one."
        )
    return text if sinkhorn.converged else f"{say_unconverged(sinkhorn)}\n\n{text}"


def make_sweep(request: Request[SolverControls, TokenSubject]) -> Exhibit:
    """Return cost, entropy, score and iterations over the whole range of ε.

    Raises:
        InputError: As `case_of`.
    """
    asked = request.controls
    case = case_of(request.subject, asked.source)
    sweep = sweep_epsilon(case, asked.iterations)
    answer = solve(case, "sinkhorn", asked.epsilon, asked.iterations)
    advice = advise(answer, sweep)
    said = say_advice(advice, answer, sweep)
    numbers: dict[str, float | int | str] = {
        "epsilon": asked.epsilon,
        "epsilon_is": advice.word,
        "advice": said,
        "exact_cost": sweep.exact.cost,
        "product_cost": sweep.product_cost,
        "product_entropy_bits": sweep.product_bits,
    }
    if advice.low is not None and advice.high is not None:
        numbers |= {"good_epsilon_low": advice.low, "good_epsilon_high": advice.high}
    return Exhibit(
        draw=lambda: draw_sweep(sweep, epsilon=asked.epsilon),
        alt=describe_sweep(sweep),
        caption=f"{_explain_sweep(sweep)}\n\n{said}",
        formula=r"\varepsilon \to 0:\ P \to P_{\text{exact}}, \qquad "
        r"\varepsilon \to \infty:\ P \to a\, b^\top",
        numbers=numbers,
        table=_sweep_table(sweep),
    )


def _sweep_table(sweep: EpsilonSweep) -> dict[str, np.ndarray]:
    """Return a row for each ε."""
    table = {
        "epsilon": sweep.epsilon,
        "cost": sweep.cost,
        "entropy_bits": sweep.entropy_bits,
        "information_bits": sweep.information_bits,
        "iterations": sweep.iterations,
        "marginal_error": sweep.marginal_error,
        "converged": sweep.converged,
    }
    return table if sweep.score is None else table | {"score": sweep.score}


def _explain_sweep(sweep: EpsilonSweep) -> str:
    text = (
        "Every dot is a plan of Sinkhorn at another ε, on a logarithmic axis; the "
        "upright line is the ε that is set. A small ε gives nearly the exact plan at "
        f"cost {three_digits(sweep.exact.cost)}, with ties broken hard; a large one "
        "nearly the product of the marginals, which costs the mean of all costs, "
        f"{three_digits(sweep.product_cost)}, and has the most entropy there is, "
        f"{three_digits(sweep.product_bits)} bits. In between, blur is bought with "
        "cost."
    )
    if not sweep.converged.all():
        text += " Crosses are plans that have not converged."
    if sweep.score is not None:
        best = int(sweep.score.argmax())
        text += (
            f" Most tokens are sent right at ε = {sweep.epsilon[best]:g}: "
            f"{100 * sweep.score[best]:.0f} %."
        )
    return text


THREE_SOLVERS = ExhibitKind(
    name="transport-solvers",
    title="Three solvers for one case",
    controls=SolverControls,
    make=make_solvers,
    reads="tokens",
    height=433,
)

SWEEP = ExhibitKind(
    name="transport-sweep",
    title="What ε costs, and what it buys",
    controls=SolverControls,
    make=make_sweep,
    reads="tokens",
    height=330,
)


def say_advice(advice: Advice, answer: SolverAnswer, sweep: EpsilonSweep) -> str:
    """Return whether an ε suits a case, why, and which would, in Markdown.

    Args:
        advice: What `advise` made of the answer and the sweep.
        answer: Of Sinkhorn.
        sweep: Over the range of ε.
    """
    return f"{_WORDS[advice.word](answer, sweep)} {_say_range(advice)}".strip()


def say_unconverged(answer: SolverAnswer) -> str:
    """Return how far a solver got that stopped before its tolerance."""
    return (
        f"The solver stopped after {answer.iterations} iterations and has **not "
        f"converged**: the marginal error is {three_digits(answer.marginal_error)}, "
        f"wanted is {TOLERANCE:g}".replace("1e-06", "10⁻⁶")
        + ", so sources or targets do not get their share."
    )


def _say_unconverged(answer: SolverAnswer, sweep: EpsilonSweep) -> str:
    return f"{say_unconverged(answer)} Allow more iterations, or raise ε."


def _say_small(answer: SolverAnswer, sweep: EpsilonSweep) -> str:
    last = int(sweep.iterations[sweep.converged].min(initial=answer.iterations))
    return (
        f"**ε = {answer.epsilon:g} is smaller than it need be**: in cost "
        f"({three_digits(answer.cost)}) and entropy "
        f"({three_digits(answer.entropy_bits)} bits) the plan is within 1 % of the way "
        "from the exact plan to the product of the marginals. Ties are broken hard, "
        f"and it takes {answer.iterations} iterations, where a large ε takes {last}."
    )


def _say_good(answer: SolverAnswer, sweep: EpsilonSweep) -> str:
    return (
        f"**ε = {answer.epsilon:g} suits this case**: the plan is softer than the "
        f"exact one ({three_digits(answer.entropy_bits)} bits of entropy against "
        f"{three_digits(sweep.exact.entropy_bits)}) and still tells "
        f"{three_digits(answer.information_bits)} bits of where a token belongs."
    )


def _say_large(answer: SolverAnswer, sweep: EpsilonSweep) -> str:
    return (
        f"**ε = {answer.epsilon:g} is too large**: the plan is close to the product of "
        f"the marginals, which sends every token everywhere. Its entropy is "
        f"{three_digits(answer.entropy_bits)} of {three_digits(sweep.product_bits)} "
        f"bits, and it tells {three_digits(answer.information_bits)} bits of where a "
        "token belongs: next to no correspondence."
    )


def _say_no_choice(answer: SolverAnswer, sweep: EpsilonSweep) -> str:
    return (
        f"**Every plan costs {three_digits(sweep.product_cost)} here**: all costs are "
        "alike, or one side has a single token. Whatever ε is, there is nothing to "
        "choose."
    )


_WORDS = {
    "unconverged": _say_unconverged,
    "too small": _say_small,
    "good": _say_good,
    "too large": _say_large,
    "no choice": _say_no_choice,
}


def _say_range(advice: Advice) -> str:
    if advice.word == "no choice":
        return ""
    if advice.low is None:
        return (
            f"No ε from {EPSILONS[0]:g} to {EPSILONS[-1]:g} lies well between the two."
        )
    reach = f"{advice.low:g}"
    if advice.high != advice.low:
        reach += f" to {advice.high:g}"
    if advice.word == "good":
        return f"So do others from {reach}." if " to " in reach else ""
    return f"Try {reach}."
