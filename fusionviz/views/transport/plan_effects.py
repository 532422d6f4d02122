"""What another plan does to a predicted number, to MMD², and to each aligned token."""

from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fusionviz.analysis.transport.plan_effects import PlanEffect
from fusionviz.analysis.transport.predictions import Scores
from fusionviz.views.shared.stack_view import short
from fusionviz.views.shared.style import MARK, dress, three_digits, write_above
from fusionviz.views.transport.plan_effect_bars import draw_mmd_bars, draw_shift_bars

MARKS: dict[str, dict[str, Any]] = {
    "own": {"symbol": "circle-open", "color": "#8A8A8A", "line": {"width": 3}},
    "changed": {"symbol": "diamond", "color": MARK},
    "truth": {"symbol": "x-thin", "line": {"width": 3, "color": "#2A9DA5"}},
}
"""Of the own plan, of the other, and of the truth: told apart by shape, too."""

_LEFT, _RIGHT = (0.09, 0.27), (0.36, 1.0)


def draw_score_effect(effect: PlanEffect, *, height: int = 400) -> go.Figure:
    """Draw numbers under both plans, MMD² of each source, and how far tokens moved.

    Args:
        effect: Of a model that predicts numbers.
        height: Pixels.
    """
    own, changed = _scores(effect)
    few = 0.86 - 0.09 * min(len(_rows(own)), 4)
    figure = make_subplots(
        rows=2,
        cols=2,
        specs=[[{"rowspan": 2}, {}], [None, {}]],
        shared_xaxes=False,
    )
    figure.update_xaxes(domain=_LEFT, row=1, col=1)
    figure.update_xaxes(domain=_RIGHT, col=2)
    figure.update_yaxes(domain=[0, 1], row=1, col=1)
    split = 0.56 if own.per_step else few
    figure.update_yaxes(domain=[split, 1], row=1, col=2)
    figure.update_yaxes(domain=[0, split - 0.26], row=2, col=2)
    draw_mmd_bars(figure, effect)
    if own.per_step:
        _draw_steps(figure, own, changed)
    else:
        _draw_axis(figure, own, changed)
    draw_shift_bars(figure, effect)
    loss = " → ".join(three_digits(one) for one in effect.align_loss)
    titles = (
        (f"<b>MMD²</b> after alignment<br>sum {loss}", 0.0, 1.0),
        (
            f"<b>Prediction</b>, changed: {effect.title}<br>{own.meaning}",
            _RIGHT[0],
            1.0,
        ),
        (
            "<b>Aligned tokens</b>: how far each moves, in mean lengths",
            _RIGHT[0],
            split - 0.26,
        ),
    )
    for text, x, y in titles:
        write_above(figure, text, x=x, y=y, shift=4, anchor="left")
    dress(figure, height=height, top=50)
    legend = {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.0}
    legend |= {"yanchor": "bottom", "itemclick": False, "itemdoubleclick": False}
    return figure.update_layout(
        legend=legend, margin={"b": 62, "r": 12}, bargap=0.25, bargroupgap=0.08
    )


def signed(value: float) -> str:
    """Return a score with its sign and three decimals."""
    return f"{value:+.3f}".replace("-", "−")


def _scores(effect: PlanEffect) -> tuple[Scores, Scores]:
    found = [p for p in (effect.own, effect.changed) if isinstance(p, Scores)]
    if len(found) < 2:
        raise ValueError("this model predicts classes of pixels, no numbers")
    return found[0], found[1]


def _rows(own: Scores) -> list[str]:
    rows = ["own", "changed"]
    return [*rows, "truth"] if np.isfinite(own.truth).any() else rows


def _draw_axis(figure: go.Figure, own: Scores, changed: Scores) -> None:
    """Draw each number as a mark on a row of its own, of own, changed and true."""
    values = {"own": own.values, "changed": changed.values, "truth": own.truth}
    rows = [(place, kind) for place in range(len(own.values)) for kind in _rows(own)]
    for kind in _rows(own):
        places = [i for i, (_, one) in enumerate(rows) if one == kind]
        figure.add_trace(
            go.Scatter(
                x=values[kind],
                y=places,
                mode="markers+text",
                marker={"size": 13, **MARKS[kind]},
                text=[
                    signed(value) if np.isfinite(value) else ""
                    for value in values[kind]
                ],
                textposition=[
                    "middle left" if value > np.mean(own.limits) else "middle right"
                    for value in values[kind]
                ],
                hovertext=[f"{escape(one)}, {kind}" for one in own.names],
                hovertemplate="%{hovertext}: %{x:.3f}<extra></extra>",
                showlegend=False,
            ),
            row=1,
            col=2,
        )
    many = len(own.values) > 1
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=[
            (f"{short(own.names[place], 12)}: " if many else "") + kind
            for place, kind in rows
        ],
        range=[len(rows) - 0.4, -0.6],
        zeroline=False,
        row=1,
        col=2,
    )
    figure.update_xaxes(range=_reach(own, changed), zeroline=True, row=1, col=2)


def _draw_steps(figure: go.Figure, own: Scores, changed: Scores) -> None:
    """Draw the numbers of all steps of the anchor, in their order."""
    values = {"own": own.values, "changed": changed.values, "truth": own.truth}
    for kind in _rows(own):
        figure.add_trace(
            go.Scatter(
                x=list(range(len(own.values))),
                y=[None if np.isnan(one) else float(one) for one in values[kind]],
                mode="markers",
                marker={"size": 10, **MARKS[kind]},
                name=kind,
                hovertext=[short(one, 60) for one in own.names],
                hovertemplate="%{hovertext}<br>%{y:.3f}<extra></extra>",
            ),
            row=1,
            col=2,
        )
    figure.update_yaxes(range=_reach(own, changed), nticks=5, row=1, col=2)
    figure.update_xaxes(
        range=[-0.6, len(own.values) - 0.4],
        showticklabels=False,
        zeroline=False,
        row=1,
        col=2,
    )


def _reach(own: Scores, changed: Scores) -> list[float]:
    """Return the range of all numbers and limits, with room for the marks."""
    numbers = np.concatenate([own.values, changed.values, own.truth, own.limits])
    low, high = float(np.nanmin(numbers)), float(np.nanmax(numbers))
    room = 0.06 * max(high - low, 1e-6)
    return [low - room, high + room]
