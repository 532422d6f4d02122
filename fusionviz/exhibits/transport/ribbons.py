"""Words and frames on a time axis, and the mass between them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.shared.subjects.tokens import TokenSubject
from fusionviz.analysis.shared.time_axis import TimeAxis, time_axis
from fusionviz.analysis.transport.ribbons import (
    ALL_WORDS,
    MOST_RIBBONS,
    THIN,
    Ribbons,
    ribbons_of,
)
from fusionviz.analysis.transport.solvers import (
    EPSILON,
    SOLVER_TITLES,
    SOLVERS,
    Solver,
    solve,
)
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.shared.style import three_digits
from fusionviz.views.transport.ribbons.figure import draw_ribbons
from fusionviz.views.transport.ribbons.words import (
    describe_ribbons,
    say_tally,
    target_word,
    token_word,
)

BOTH = "both"

FORMULA = (
    r"C_{ij} = 1 - \cos(x_i, y_j),\qquad \text{width}_{ij} \propto M_{ij},\qquad "
    r"\text{score} = \frac{1}{|S|} \sum_{i \in S} \left[\arg\max_j M_{ij} = t_i\right]"
)


@dataclass(frozen=True, kw_only=True)
class RibbonControls(Controls):
    """Whose plan is drawn, and what of it stands out.

    Attributes:
        source: Name of a modality, or `both`; empty: both where there are two.
        solver: `relaxed`, `sinkhorn` or `exact`.
        epsilon: Of Sinkhorn, in the unit of the cost.
        word: Step of the anchor whose ribbons stand out; -1: none does.
        count: How many ribbons are drawn at most, of the largest mass.
    """

    source: str = ""
    solver: Solver = "relaxed"
    epsilon: float = EPSILON
    word: int = ALL_WORDS
    count: int = MOST_RIBBONS

    def __post_init__(self) -> None:
        """Refuse what no plan has."""
        if self.solver not in SOLVERS:
            raise ValueError(f"a solver is {', '.join(SOLVERS)}, got {self.solver!r}")
        if not self.epsilon > 0 or self.word < ALL_WORDS or self.count < 1:
            raise ValueError(
                f"epsilon is above 0, word at least -1, count at least 1, got {self}"
            )


def make_ribbons(request: Request[RibbonControls, TokenSubject]) -> Exhibit:
    """Return the plans of one or two sources as ribbons on one axis."""
    asked = request.controls
    plans = ribbon_plans(request.subject, asked)
    target = plans[0].case.target
    if asked.word >= len(target):
        raise InputError(
            f"steps of {target.name} are 0 to {len(target) - 1}, got {asked.word}"
        )
    axis = time_axis([target, *(one.case.source for one in plans)])
    names = np.repeat([one.case.source.name for one in plans], [len(p) for p in plans])
    return Exhibit(
        draw=lambda: draw_ribbons(plans, axis, word=asked.word),
        alt=describe_ribbons(plans, asked.word),
        caption=explain(plans, axis, asked),
        formula=FORMULA,
        numbers=_numbers(plans),
        arrays={
            f"plan_{one.case.source.name}": one.answer.plan.astype(np.float32)
            for one in plans
        },
        table={
            "modality": names,
            "source_token": np.concatenate([one.source for one in plans]),
            "target_token": np.concatenate([one.target for one in plans]),
            "target": [target.labels[j] for one in plans for j in one.target],
            "mass": np.concatenate([one.mass for one in plans]),
            "cost": np.concatenate([one.cost for one in plans]),
            "true_target_token": np.concatenate([_truth(one) for one in plans]),
        },
    )


def ribbon_plans(subject: TokenSubject, asked: RibbonControls) -> tuple[Ribbons, ...]:
    """Return the ribbons of the sources that are asked for.

    Raises:
        InputError: There is no such source, or nothing to send it to.
    """
    cases = [subject.case(name) for name in chosen_sources(subject, asked.source)]
    count = max(1, asked.count // len(cases))
    return tuple(
        ribbons_of(case, solve(case, asked.solver, asked.epsilon), count)
        for case in cases
    )


def chosen_sources(subject: TokenSubject, source: str = "") -> tuple[str, ...]:
    """Return the sources that are drawn: two at most; empty where one is missing."""
    if source == BOTH and BOTH not in subject.sources:
        return subject.sources[:2] or ("",)
    if source:
        return (source,)
    return subject.sources if len(subject.sources) == 2 else ("",)


def explain(plans: Sequence[Ribbons], axis: TimeAxis, asked: RibbonControls) -> str:
    """Return in words how ribbons are read, with the numbers of these plans."""
    first = plans[0]
    source, word = token_word(first.case.source), target_word(first)
    text = (
        f"Each box in the row of {first.case.target.name} is a {word}. A ribbon goes "
        f"from a {source} to each {word} that gets mass of it, and is as wide as that "
        "mass, in all rows alike. "
    )
    text += (
        "Where a token has no known time it stands where its neighbours' times put it. "
        if axis.guessed
        else ""
    )
    if any(one.has_truth for one in plans):
        text += (
            f"Full ribbons in the modality's colour go to {first.case.truth_word}, "
            f"hatched ones to another {word}, grey ones come from a {source} that "
            f"belongs to no {word} and does not count. The outermost row names "
            f"the true {word} of each {source}. "
        )
    if not all(one.has_truth for one in plans):
        text += (
            "Where nobody knows which is right, the colour is the cost of the pair, "
            "from 0."
        )
    text = text.rstrip() + f" Here the plan is {_solver(asked)}.\n\n"
    text += "\n".join(f"- {_explain_one(one)}" for one in plans)
    return text


def _solver(asked: RibbonControls) -> str:
    name = SOLVER_TITLES[asked.solver]
    if asked.solver == "sinkhorn":
        name += f" with ε = {three_digits(asked.epsilon)}"
    return f"**{name}**"


def _explain_one(one: Ribbons) -> str:
    case, tally = one.case, one.tally
    text = f"**{case.source.name}**: cost {three_digits(one.answer.cost)} of 2"
    if tally is not None:
        text += f", {say_tally(case.source, tally)} at {case.truth_word}"
        if tally.right_by_clock is not None:
            clock = tally.right_by_clock / tally.counted
            text += f"; by the clock alone it would be {clock:.0%}"
            if tally.right_by_clock == tally.counted:
                text += " (all streams were cut at the same times)"
    if one.left_out:
        text += (
            f". Drawn are {len(one)} ribbons with {one.shown_mass:.1%} of the mass; "
            f"{one.left_out} pairs with less are not (among them all below "
            f"{THIN:.1%} of what a {token_word(case.source)} sends)"
        )
    return text + "."


def _numbers(plans: Sequence[Ribbons]) -> dict[str, float | int | str]:
    numbers: dict[str, float | int | str] = {}
    for one in plans:
        name, tally = one.case.source.name, one.tally
        numbers[f"{name}_cost"] = one.answer.cost
        numbers[f"{name}_shown_mass"] = one.shown_mass
        if tally is None:
            continue
        numbers[f"{name}_counted"] = tally.counted
        numbers[f"{name}_right"] = tally.right
        numbers[f"{name}_score"] = tally.right / tally.counted
        if tally.right_by_clock is not None:
            numbers[f"{name}_score_by_clock"] = tally.right_by_clock / tally.counted
    return numbers


def _truth(one: Ribbons) -> np.ndarray:
    if one.case.truth is None:
        return np.full(len(one), -1)
    return one.case.truth[one.source]


RIBBONS = ExhibitKind(
    name="transport-ribbon",
    title="Where each frame goes",
    controls=RibbonControls,
    make=make_ribbons,
    reads="tokens",
)
