"""What to think of an ε, in words."""

from fusionviz.analysis.transport.epsilon_advice import Advice
from fusionviz.analysis.transport.epsilon_sweep import EPSILONS, EpsilonSweep
from fusionviz.analysis.transport.solvers import TOLERANCE, Solved
from fusionviz.views.shared.style import three_digits


def say_advice(advice: Advice, answer: Solved, sweep: EpsilonSweep) -> str:
    """Return whether an ε suits a case, why, and which would, in Markdown.

    Args:
        advice: What `advise` made of the answer and the sweep.
        answer: Of Sinkhorn.
        sweep: Over the range of ε.
    """
    return f"{_WORDS[advice.word](answer, sweep)} {_say_range(advice)}".strip()


def say_unconverged(answer: Solved) -> str:
    """Return how far a solver got that stopped before its tolerance."""
    return (
        f"The solver stopped after {answer.iterations} iterations and has **not "
        f"converged**: the marginal error is {three_digits(answer.marginal_error)}, "
        f"wanted is {TOLERANCE:g}".replace("1e-06", "10⁻⁶")
        + ", so sources or targets do not get their share."
    )


def _say_unconverged(answer: Solved, sweep: EpsilonSweep) -> str:
    return f"{say_unconverged(answer)} Allow more iterations, or raise ε."


def _say_small(answer: Solved, sweep: EpsilonSweep) -> str:
    last = int(sweep.iterations[sweep.converged].min(initial=answer.iterations))
    return (
        f"**ε = {answer.epsilon:g} is smaller than it need be**: in cost "
        f"({three_digits(answer.cost)}) and entropy "
        f"({three_digits(answer.entropy_bits)} bits) the plan is within 1 % of the way "
        "from the exact plan to the product of the marginals. Ties are broken hard, "
        f"and it takes {answer.iterations} iterations, where a large ε takes {last}."
    )


def _say_good(answer: Solved, sweep: EpsilonSweep) -> str:
    return (
        f"**ε = {answer.epsilon:g} suits this case**: the plan is softer than the "
        f"exact one ({three_digits(answer.entropy_bits)} bits of entropy against "
        f"{three_digits(sweep.exact.entropy_bits)}) and still tells "
        f"{three_digits(answer.information_bits)} bits of where a token belongs."
    )


def _say_large(answer: Solved, sweep: EpsilonSweep) -> str:
    return (
        f"**ε = {answer.epsilon:g} is too large**: the plan is close to the product of "
        f"the marginals, which sends every token everywhere. Its entropy is "
        f"{three_digits(answer.entropy_bits)} of {three_digits(sweep.product_bits)} "
        f"bits, and it tells {three_digits(answer.information_bits)} bits of where a "
        "token belongs: next to no correspondence."
    )


def _say_no_choice(answer: Solved, sweep: EpsilonSweep) -> str:
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
