"""What another transport plan does to what an AlignMamba makes of a sample."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.alignment import clock_plan
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.tokens import AlignmentCase
from fusionviz.analysis.transport.plan_edits import (
    EditedPlan,
    PlanEdits,
    edit_plan,
    marginal_error_of,
)
from fusionviz.analysis.transport.predictions import (
    DensePrediction,
    Prediction,
    prediction_of,
)
from fusionviz.analysis.transport.solvers import EPSILON, SOLVERS, score_of, solve
from fusionviz.data.grid import Grid
from fusionviz.errors import InputError
from fusionviz.models.alignmamba import AlignMambaTrace

Swap = Literal["own", "relaxed", "sinkhorn", "exact", "clock"]
"""Whose plan the model is given: its own, a solver's, or that of the clock alone."""

SWAPS: tuple[Swap, ...] = get_args(Swap)
SWAP_NAMES: dict[Swap, str] = {
    "own": "Own plan",
    "relaxed": "Relaxed",
    "sinkhorn": "Sinkhorn",
    "exact": "Exact",
    "clock": "Clock alone",
}

KEPT = 4
"""How many effects are kept, of whichever subjects were asked last."""

Floats = NDArray[np.floating]


@dataclass(frozen=True, kw_only=True, eq=False)
class SourceEffect:
    """One source under its own plan and under another.

    Attributes:
        case: The source and the anchor.
        own: The model's own plan, (source, target), mass 1.
        plan: The other plan, the same.
        mmd: MMD² of aligned and anchor tokens under either, no unit.
        cost: <C, P> of either, C without edits, 0..2.
        score: Share of tokens at their true target under either, None where unknown.
        shift: How far the aligned token at each anchor position moved, (target,): the
            length of the change over the mean length of the tokens under the own plan.
        converged: Whether the other plan's solver did what it was asked to.
        marginal_error: Of the other plan: ‖P 1 - a‖₁ + ‖Pᵀ 1 - b‖₁ for even a and b.
        disobeyed: Mass on forbidden pairs, in source tokens.
        overfull: Targets that forced sources alone give more than an even share.
    """

    case: AlignmentCase
    own: Floats
    plan: Floats
    mmd: tuple[float, float]
    cost: tuple[float, float]
    score: tuple[float, float] | None
    shift: Floats
    converged: bool
    marginal_error: float
    disobeyed: float = 0.0
    overfull: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanEffect:
    """A sample read twice: under the model's own plans and under others.

    Attributes:
        swap: Whose plans the others are.
        epsilon: Of Sinkhorn; None where another was asked.
        edits: What the reader forced and forbade of `edited`'s plan.
        edited: The source that the edits are of.
        sources: By name.
        own: What the model predicts under its own plans.
        changed: What it predicts under the others.
        align_loss: L_align under either: the sum of MMD² over the sources.
        grid: Rows and columns of the tokens where the anchor is a picture, else None.
    """

    swap: Swap
    epsilon: float | None
    edits: PlanEdits
    edited: str
    sources: Mapping[str, SourceEffect]
    own: Prediction
    changed: Prediction
    align_loss: tuple[float, float]
    grid: Grid | None

    @property
    def title(self) -> str:
        """What the other plan is called."""
        title = SWAP_NAMES[self.swap]
        if self.swap == "clock" and self.grid is not None:
            title = "Place alone"  # the clock of a picture's patches is their order
        if self.epsilon is not None:
            title += f", ε = {self.epsilon:g}"
        count = len(self.edits.forced) + len(self.edits.forbidden)
        if count:
            title += f", {count} edit" + ("s" if count > 1 else "")
        return title

    @property
    def relabelled(self) -> float | None:
        """Share of the pixels whose class is another one; None without pixels."""
        if not isinstance(self.own, DensePrediction):
            return None
        other = cast(DensePrediction, self.changed).segmentation.labels
        return float((self.own.segmentation.labels != other).mean())

    @property
    def probability_change(self) -> float | None:
        """Mean over pixels of ½ Σ_c |p'_c - p_c|, 0..1; None without pixels."""
        if not isinstance(self.own, DensePrediction):
            return None
        other = cast(DensePrediction, self.changed).probabilities.astype(np.float64)
        return float(np.abs(other - self.own.probabilities).sum(axis=0).mean() / 2)


@lru_cache(maxsize=KEPT)
def measure_plan_effect(
    subject: AlignMambaSubject,
    swap: Swap = "own",
    epsilon: float = EPSILON,
    source: str = "",
    edits: PlanEdits = PlanEdits(),  # noqa: B008 - frozen
) -> PlanEffect:
    """Return what a model makes of a sample under other plans than its own.

    Every source gets the plan of `swap`; that of `source` also obeys the edits.

    Args:
        subject: A sample as a model reads it; neither is changed.
        swap: Whose plans.
        epsilon: Of Sinkhorn, in the unit of the cost; a model's own has its own.
        source: Whose plan is edited; empty: the first source's.
        edits: What is forced and forbidden.

    Raises:
        InputError: A modality is missing, there is no such source, the edits
            contradict each other, or they are of the plan of the clock.
    """
    edited = subject.case(source).source.name
    if swap == "own":
        epsilon = subject.model.config.epsilon
    found = {
        name: _plan_of(
            subject, name, swap, epsilon, edits if name == edited else PlanEdits()
        )
        for name in subject.sources
    }
    given = {name: torch.from_numpy(one.plan) for name, one in found.items()}
    is_own = swap == "own" and not edits
    traces = subject.trace, subject.trace if is_own else subject.trace_with(given)
    return PlanEffect(
        swap=swap,
        epsilon=epsilon if swap == "sinkhorn" else None,
        edits=edits,
        edited=edited,
        sources={
            name: _effect_on(subject.case(name), traces, one)
            for name, one in found.items()
        },
        own=prediction_of(subject, traces[0].logits),
        changed=prediction_of(subject, traces[1].logits),
        align_loss=(float(traces[0].align_loss[0]), float(traces[1].align_loss[0])),
        grid=subject.trace.grid,
    )


def _solver_of(subject: AlignMambaSubject, swap: Swap, name: str) -> str:
    return subject.case(name).own_solver if swap == "own" else swap


def _plan_of(
    subject: AlignMambaSubject,
    name: str,
    swap: Swap,
    epsilon: float,
    edits: PlanEdits,
) -> EditedPlan:
    """Return a source's plan and what its solver reports."""
    case = subject.case(name)
    solver = _solver_of(subject, swap, name)
    if edits:
        if solver not in SOLVERS:
            raise InputError(
                "The plan of the clock asks for no cost, so that no pair of it can be "
                "forced or forbidden: choose relaxed, Sinkhorn or exact transport, or "
                "clear the edits."
            )
        return edit_plan(case.cost, solver, edits, epsilon=epsilon)
    if swap == "own":
        alignment = subject.trace.alignments[name]
        is_sure = alignment.converged is None or bool(alignment.converged[0])
        return _without_edits(case.own_plan, is_sure)
    if swap == "clock":
        return _without_edits(_by_clock(case.cost), True)
    # Solvers that do not look at epsilon are asked with one, so that one is kept.
    answer = solve(case, swap, epsilon if swap == "sinkhorn" else EPSILON)
    return _without_edits(answer.plan, answer.converged)


def _without_edits(plan: Floats, converged: bool) -> EditedPlan:
    error = marginal_error_of(plan)
    return EditedPlan(plan=plan, converged=converged, marginal_error=error)


def _by_clock(cost: Floats) -> Floats:
    costs = torch.from_numpy(np.asarray(cost, np.float64))[None]
    return clock_plan(costs).coupling[0].numpy()


def _effect_on(
    case: AlignmentCase,
    traces: tuple[AlignMambaTrace, AlignMambaTrace],
    other: EditedPlan,
) -> SourceEffect:
    name = case.source.name
    before, after = (trace.alignments[name] for trace in traces)
    scores = [score_of(case, plan) for plan in (case.own_plan, other.plan)]
    cost = np.asarray(case.cost, np.float64)
    return SourceEffect(
        case=case,
        own=case.own_plan,
        mmd=(float(before.mmd[0]), float(after.mmd[0])),
        cost=(
            float((cost * case.own_plan).sum()),
            float((cost * other.plan).sum()),
        ),
        score=None if scores[0] is None else cast(tuple[float, float], tuple(scores)),
        shift=shift_between(before.after[0], after.after[0]),
        plan=other.plan,
        converged=other.converged,
        marginal_error=other.marginal_error,
        disobeyed=other.disobeyed,
        overfull=other.overfull,
    )


def shift_between(before: Floats, after: Floats) -> NDArray[np.float64]:
    """Return how far each token moved, in mean lengths of the tokens before.

    ‖x'_j - x_j‖ / mean_j ‖x_j‖. Not each token's own length: a target that gets no
    mass has a token of length 0. Where all have, the lengths after take their place.

    Args:
        before: (token, channel).
        after: The same tokens, moved.
    """
    moved = np.linalg.norm(after.astype(np.float64) - before, axis=1)
    lengths = (np.linalg.norm(x.astype(np.float64), axis=1) for x in (before, after))
    length = next((one for one in map(np.mean, lengths) if one > 0), 1.0)
    return moved / length
