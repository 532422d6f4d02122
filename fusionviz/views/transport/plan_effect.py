"""What another plan does to a model: pictures for classes, axes for numbers."""

import plotly.graph_objects as go

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.transport.plan_effects import PlanEffect
from fusionviz.analysis.transport.predictions import DensePrediction, Scores
from fusionviz.views.shared.style import three_digits
from fusionviz.views.transport.plan_effect_pictures import draw_picture_effect
from fusionviz.views.transport.plan_effects import draw_score_effect, signed


def draw_plan_effect(effect: PlanEffect, pictures: Pictures | None) -> go.Figure:
    """Draw what a model makes of a sample under its own plan and under another.

    Args:
        effect: Of the other plan.
        pictures: What the model read; None of sequences.
    """
    if pictures is not None and isinstance(effect.own, DensePrediction):
        return draw_picture_effect(effect, pictures)
    return draw_score_effect(effect)


def describe_plan_effect(effect: PlanEffect) -> str:
    """Return in words what `draw_plan_effect` shows."""
    loss = " to ".join(three_digits(one) for one in effect.align_loss)
    return (
        f"{effect.title} in place of the model's own plan: {_verdict(effect)}, and the "
        f"sum of MMD² goes from {loss}."
    )


def _verdict(effect: PlanEffect) -> str:
    own, changed = effect.own, effect.changed
    if isinstance(own, Scores) and isinstance(changed, Scores):
        if len(own.values) == 1:
            scores = [signed(one.values[0]) for one in (own, changed)]
            return f"the score goes from {scores[0]} to {scores[1]}"
        most = float(abs(changed.values - own.values).max())
        return f"numbers change by {three_digits(most)} at most"
    return f"{effect.relabelled:.2%} of the pixels get another class"
