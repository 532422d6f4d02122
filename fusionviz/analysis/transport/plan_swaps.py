"""All plans that a model can be given, by what they do to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.transport.plan_effects import (
    SWAPS,
    PlanEffect,
    SourceEffect,
    Swap,
    measure_plan_effect,
)
from fusionviz.analysis.transport.predictions import DensePrediction, Scores
from fusionviz.analysis.transport.solvers import EPSILON


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One number of every plan, of the whole sample or of each source.

    Attributes:
        title: What is measured.
        unit: Of the numbers.
        values: By plan, and then by source, `""` for the whole sample.
        limits: Lowest and highest value that there is, where it has a sign.
    """

    title: str
    unit: str
    values: Mapping[Swap, Mapping[str, float]]
    limits: tuple[float, float] | None = None


def measure_swaps(
    subject: AlignMambaSubject, epsilon: float = EPSILON
) -> dict[Swap, PlanEffect]:
    """Return what each plan does to a model's pass, one pass a plan.

    Args:
        subject: A sample as a model reads it.
        epsilon: Of Sinkhorn, in the unit of the cost.

    Raises:
        InputError: A modality is missing.
    """
    return {
        swap: measure_plan_effect(
            subject, swap, epsilon if swap == "sinkhorn" else EPSILON
        )
        for swap in SWAPS
    }


def compare_swaps(effects: Mapping[Swap, PlanEffect]) -> list[Measure]:
    """Return the numbers that plans are compared by, the prediction's first.

    Args:
        effects: Of every plan on one sample.
    """
    distances = _by_source(effects, lambda one: one.mmd[1])
    costs = _by_source(effects, lambda one: one.cost[1])
    measures = [
        *_prediction(effects),
        Measure(title="MMD²", unit="no unit", values=distances),
        Measure(title="Cost ⟨C, P⟩", unit="no unit", values=costs),
    ]
    scores = _by_source(effects, lambda one: one.score and one.score[1])
    if any(scores.values()):
        word = next(
            one.case.truth_word
            for one in next(iter(effects.values())).sources.values()
            if one.score is not None
        )
        measures.append(Measure(title=f"At {word}", unit="share", values=scores))
    return measures


def _by_source(
    effects: Mapping[Swap, PlanEffect],
    number: Callable[[SourceEffect], float | None],
) -> dict[Swap, dict[str, float]]:
    """Return a number of every source under each plan, where there is one."""
    found = {
        swap: {name: number(one) for name, one in effect.sources.items()}
        for swap, effect in effects.items()
    }
    return {
        swap: {name: value for name, value in numbers.items() if value is not None}
        for swap, numbers in found.items()
    }


def _prediction(effects: Mapping[Swap, PlanEffect]) -> list[Measure]:
    first = next(iter(effects.values())).own
    if isinstance(first, DensePrediction):
        return _pixels(effects)
    if len(first.values) == 1:
        return [_score(effects, first)]
    if first.mean_absolute_error is not None:
        errors = {
            swap: {"": effect.changed.mean_absolute_error or 0.0}
            for swap, effect in effects.items()
            if isinstance(effect.changed, Scores)
        }
        return [Measure(title="Mean error", unit="of the scores", values=errors)]
    changes = {
        swap: {"": float(abs(effect.changed.values - first.values).mean())}
        for swap, effect in effects.items()
        if isinstance(effect.changed, Scores)
    }
    return [Measure(title="Mean change", unit="of the scores", values=changes)]


def _score(effects: Mapping[Swap, PlanEffect], first: Scores) -> Measure:
    known = np.isfinite(first.truth[0])
    truth = f"; true {first.truth[0]:+.2f}".replace("-", "−") if known else ""
    return Measure(
        title="Score",
        unit=first.meaning.removesuffix(", no unit") + truth,
        values={
            swap: {"": float(effect.changed.values[0])}
            for swap, effect in effects.items()
            if isinstance(effect.changed, Scores)
        },
        limits=first.limits,
    )


def _pixels(effects: Mapping[Swap, PlanEffect]) -> list[Measure]:
    changed = {swap: {"": effect.relabelled or 0.0} for swap, effect in effects.items()}
    measures = [Measure(title="Pixels changed", unit="share", values=changed)]
    found = {
        swap: effect.changed.segmentation.mean_iou
        for swap, effect in effects.items()
        if isinstance(effect.changed, DensePrediction)
    }
    known = {swap: {"": one} for swap, one in found.items() if one is not None}
    if known:
        measures.insert(0, Measure(title="mIoU", unit="no unit", values=known))
    return measures
