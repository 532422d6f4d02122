"""What another plan does to the model."""

import math

import numpy as np

from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.transport.plan_effects import PlanEffect
from fusionviz.analysis.transport.predictions import DensePrediction, Prediction, Scores
from fusionviz.exhibits.shared.exhibit import Exhibit, ExhibitKind, Request
from fusionviz.exhibits.transport.plan_controls import (
    PlanControls,
    effect_of,
    explain_limits,
)
from fusionviz.views.shared.style import three_digits
from fusionviz.views.transport.plan_effects import (
    describe_plan_effect,
    draw_plan_effect,
)

PICTURES_HEIGHT = 341
"""Of pictures, which are wide; scores take the usual height."""


def make_model(request: Request[PlanControls, AlignMambaSubject]) -> Exhibit:
    """Return what the model makes of the sample under another plan than its own."""
    effect = effect_of(request.subject, request.controls)
    arrays: dict[str, np.ndarray] = {}
    for name, one in effect.sources.items():
        arrays |= {f"plan_{name}": one.plan, f"shift_{name}": one.shift}
    anchor = effect.sources[effect.edited].case.target
    numbers = _numbers(effect)
    return Exhibit(
        draw=lambda: draw_plan_effect(effect, request.subject.pictures),
        height=None if request.subject.pictures is None else PICTURES_HEIGHT,
        alt=describe_plan_effect(effect),
        caption=_explain(effect),
        formula=(
            r"\tilde X' = s\,{P'}^\top X,\qquad \text{shift}_j = "
            r"\frac{\lVert \tilde x'_j - \tilde x_j \rVert}"
            r"{\frac{1}{m} \sum_k \lVert \tilde x_k \rVert}"
        ),
        numbers=numbers,
        arrays=arrays | _predicted("own", effect.own) | _predicted("", effect.changed),
        table={
            anchor.name: anchor.labels,
            **{f"shift_{name}": one.shift for name, one in effect.sources.items()},
        },
    )


def _predicted(which: str, found: Prediction) -> dict[str, np.ndarray]:
    prefix = which or "changed"
    if isinstance(found, DensePrediction):
        return {f"labels_{prefix}": found.segmentation.labels}
    return {f"values_{prefix}": found.values}


def _numbers(effect: PlanEffect) -> dict[str, float | int | str]:
    numbers: dict[str, float | int | str | None] = {
        "plan": effect.title,
        "relabelled_share": effect.relabelled,
        "probability_change": effect.probability_change,
        "align_loss_own": effect.align_loss[0],
        "align_loss_changed": effect.align_loss[1],
    }
    for which, found in (("own", effect.own), ("changed", effect.changed)):
        if isinstance(found, Scores):
            numbers[f"mean_absolute_error_{which}"] = found.mean_absolute_error
            if len(found.values) == 1:
                numbers[f"score_{which}"] = float(found.values[0])
        else:
            numbers[f"miou_{which}"] = found.segmentation.mean_iou
    for name, one in effect.sources.items():
        for place, which in enumerate(("own", "changed")):
            numbers[f"mmd2_{name}_{which}"] = one.mmd[place]
            numbers[f"cost_{name}_{which}"] = one.cost[place]
            if one.score is not None:
                numbers[f"score_{name}_{which}"] = one.score[place]
        numbers[f"mean_shift_{name}"] = float(one.shift.mean())
        numbers[f"marginal_error_{name}"] = one.marginal_error
    return {
        name: value
        for name, value in numbers.items()
        if isinstance(value, str) or (value is not None and math.isfinite(value))
    }


def _explain(effect: PlanEffect) -> str:
    loss = " to ".join(three_digits(one) for one in effect.align_loss)
    parts = [
        f"The model reads the sample twice: under its own plan, and with the plan "
        f"**{effect.title}** in its place, for every source; encoders, backbone and "
        f"head are the same. The sum of MMD² goes from {loss}.",
        _explain_picture(effect),
        "**Aligned tokens** are X̃ = Pᵀ X as the model scales it. How far one moves is "
        "the length of its change over the mean length of the tokens under the own "
        "plan, no unit: 0 is not at all; at 1 the change is as long as a token.",
    ]
    for name, one in effect.sources.items():
        cost = " to ".join(three_digits(value) for value in one.cost)
        text = (
            f"**{name}**: the cost ⟨C, P⟩ goes from {cost} (C without edits), and the "
            f"tokens move {three_digits(float(one.shift.mean()))} lengths in the mean."
        )
        if one.score is not None:
            text += (
                f" At {one.case.truth_word} are {one.score[0]:.1%} of its tokens under "
                f"the own plan and {one.score[1]:.1%} under this one."
            )
        parts.append(text + explain_limits(effect, name))
    return "\n\n".join(parts)


def _explain_picture(effect: PlanEffect) -> str:
    if isinstance(effect.own, DensePrediction):
        return (
            "**Pictures**: the classes under either plan, and where they differ: "
            "strong in the colour of the new class, faint where the class stays. "
            f"{effect.relabelled:.2%} of the pixels get another class; ½ Σ |p' − p| "
            "over the classes, the mean over pixels, is "
            f"{three_digits(effect.probability_change or 0.0)}."
        )
    own, changed = effect.own, effect.changed
    most = 0.0
    if isinstance(changed, Scores):
        most = float(np.abs(changed.values - own.values).max())
    text = (
        "**Prediction**: a ring is the number under the own plan, a diamond that under "
        f"the other, a cross the truth where it is known. It changes by "
        f"{three_digits(most)}{' at most' if len(own.values) > 1 else ''}."
    )
    return f"{text} Pale bars of MMD² are those of the own plan."


PLAN_EFFECT = ExhibitKind(
    name="transport-model",
    title="What another plan does to the model",
    controls=PlanControls,
    make=make_model,
    reads="alignmamba",
)
