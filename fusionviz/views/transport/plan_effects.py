"""What another plan does to a model: pictures for classes, axes for numbers."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.segmentation import Segmentation
from fusionviz.analysis.transport.plan_effects import PlanEffect
from fusionviz.analysis.transport.predictions import DensePrediction, Scores
from fusionviz.views.shared.bars import BESIDE_PICTURE, upright_bar
from fusionviz.views.shared.class_changes import draw_class_changes
from fusionviz.views.shared.segmentation import add_class_legend, draw_classes
from fusionviz.views.shared.stacks.view import short
from fusionviz.views.shared.style import (
    FONT_SIZE,
    MARK,
    SEQUENTIAL,
    dress,
    frame_picture,
    modality_colour,
    modality_title,
    three_digits,
    write_above,
)

MARKS: dict[str, dict[str, Any]] = {
    "own": {"symbol": "circle-open", "color": "#8A8A8A", "line": {"width": 3}},
    "changed": {"symbol": "diamond", "color": MARK},
    "truth": {"symbol": "x-thin", "line": {"width": 3, "color": "#2A9DA5"}},
}
"""Of the own plan, of the other, and of the truth: told apart by shape, too."""

_LEFT, _RIGHT = (0.09, 0.27), (0.36, 1.0)

LABELLED = 12
"""Tokens that are named under their bars; of more, every so many has its number."""

PATTERNS = ("", "/", ".", "x")
"""Of the bars of the first, the second, ... source."""

PALE = 0.45
"""Of the bars of the own plan."""

_WIDTH, _GAP = 0.222, 0.016
_PANELS = tuple(
    (place * (_WIDTH + _GAP), place * (_WIDTH + _GAP) + _WIDTH) for place in range(4)
)


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


def draw_score_effect(effect: PlanEffect) -> go.Figure:
    """Draw numbers under both plans, MMD² of each source, and how far tokens moved.

    Args:
        effect: Of a model that predicts numbers.
    """
    own, changed = _scores(effect)
    split = 0.56 if own.per_step else 0.86 - 0.09 * min(len(_rows(own)), 4)
    figure = _score_panels(split)
    draw_mmd_bars(figure, effect)
    if own.per_step:
        _draw_steps(figure, own, changed)
    else:
        _draw_axis(figure, own, changed)
    draw_shift_bars(figure, effect)
    _name_score_panels(figure, effect, own, split)
    dress(figure, top=50)
    legend = {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.0}
    legend |= {"yanchor": "bottom", "itemclick": False, "itemdoubleclick": False}
    return figure.update_layout(
        legend=legend, margin={"b": 62, "r": 12}, bargap=0.25, bargroupgap=0.08
    )


def _score_panels(split: float) -> go.Figure:
    """Return panels: one on the left, two on the right that meet at a height."""
    figure = make_subplots(
        rows=2,
        cols=2,
        specs=[[{"rowspan": 2}, {}], [None, {}]],
        shared_xaxes=False,
    )
    figure.update_xaxes(domain=_LEFT, row=1, col=1)
    figure.update_xaxes(domain=_RIGHT, col=2)
    figure.update_yaxes(domain=[0, 1], row=1, col=1)
    figure.update_yaxes(domain=[split, 1], row=1, col=2)
    figure.update_yaxes(domain=[0, split - 0.26], row=2, col=2)
    return figure


def _name_score_panels(
    figure: go.Figure, effect: PlanEffect, own: Scores, split: float
) -> None:
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
    _name_numbers(figure, own, rows)
    figure.update_xaxes(range=_reach(own, changed), zeroline=True, row=1, col=2)


def _name_numbers(
    figure: go.Figure, own: Scores, rows: Sequence[tuple[int, str]]
) -> None:
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


def pattern_of(place: int) -> dict[str, Any]:
    """Return the pattern of the bars of a source by its place among them."""
    shape = PATTERNS[place % len(PATTERNS)]
    return {"shape": shape, "size": 6, "fillmode": "overlay", "fgopacity": 0.45}


def draw_mmd_bars(figure: go.Figure, effect: PlanEffect) -> None:
    """Draw each source's MMD² under both plans, pale under the own, at (1, 1)."""
    names = list(effect.sources)
    rows = [(name, after) for name in names for after in (False, True)]
    values = [effect.sources[name].mmd[after] for name, after in rows]
    figure.add_trace(
        go.Bar(
            x=values,
            y=list(range(len(rows))),
            orientation="h",
            marker={
                "color": [modality_colour(name) for name, _ in rows],
                "opacity": [1.0 if after else PALE for _, after in rows],
            },
            text=[three_digits(value) for value in values],
            textposition="outside",
            cliponaxis=False,
            hovertext=[
                f"{escape(name)}, {effect.title if after else 'own plan'}"
                for name, after in rows
            ],
            hovertemplate="%{hovertext}: MMD² %{x:.3g}<extra></extra>",
            showlegend=False,
        ),
        row=1,
        col=1,
    )
    _frame_mmd(figure, rows, max([*values, 1e-9]))


def _frame_mmd(
    figure: go.Figure, rows: Sequence[tuple[str, bool]], most: float
) -> None:
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=[
            f"{'changed' if after else f'{short(name, 9)}: own'}"
            for name, after in rows
        ],
        range=[len(rows) - 0.4, -0.6],
        showgrid=False,
        row=1,
        col=1,
    )
    figure.update_xaxes(
        range=[0, 1.45 * most],
        title={"text": "MMD², no unit", "standoff": 8},
        nticks=3,
        zeroline=False,
        row=1,
        col=1,
    )


def draw_shift_bars(figure: go.Figure, effect: PlanEffect) -> None:
    """Draw how far the aligned token at each step of the anchor moved, at (2, 2)."""
    several = len(effect.sources) > 1
    for place, (name, source) in enumerate(effect.sources.items()):
        labels = source.case.target.labels
        figure.add_trace(
            go.Bar(
                x=list(range(len(labels))),
                y=source.shift,
                name=escape(name),
                marker={
                    "color": modality_colour(name),
                    "pattern": pattern_of(place),
                },
                hovertext=[short(label, 60) for label in labels],
                hovertemplate=f"{escape(name)} at %{{hovertext}}: %{{y:.3g}} lengths"
                "<extra></extra>",
                legend="legend2",
                showlegend=several,
            ),
            row=2,
            col=2,
        )
    _frame_shifts(figure, effect)


def _frame_shifts(figure: go.Figure, effect: PlanEffect) -> None:
    """Set the axes of the shifts: steps named or numbered, a legend of the sources."""
    target = effect.sources[effect.edited].case.target
    labels = target.labels
    every = -(-len(labels) // LABELLED)
    shown = list(range(0, len(labels), every))
    figure.update_xaxes(
        tickvals=shown,
        ticktext=[short(labels[i], 9) if every == 1 else f"{i + 1}" for i in shown],
        range=[-0.6, len(labels) - 0.4],
        title={"text": f"{escape(target.name)} tokens", "standoff": 4},
        row=2,
        col=2,
    )
    most = max(float(one.shift.max()) for one in effect.sources.values())
    figure.update_yaxes(range=[0, 1.08 * max(most, 1e-6)], nticks=4, row=2, col=2)
    y = figure.layout.yaxis3.domain[1]
    figure.update_layout(
        legend2={
            "orientation": "h",
            "x": 1,
            "xanchor": "right",
            "y": y,
            "yanchor": "bottom",
            "font": {"size": FONT_SIZE},
            "itemclick": False,
            "itemdoubleclick": False,
        }
    )


def draw_picture_effect(effect: PlanEffect, pictures: Pictures) -> go.Figure:
    """Draw classes under both plans, where they differ, and how far tokens moved.

    Args:
        effect: Of a model with a dense head.
        pictures: What it read.
    """
    own, changed = _dense(effect)
    figure = make_subplots(rows=1, cols=4)
    for column, domain in enumerate(_PANELS, start=1):
        figure.update_xaxes(domain=domain, row=1, col=column)
    for column, one in enumerate((own, changed), start=1):
        draw_classes(figure, one.labels, one.confidence, one.classes, pictures, column)
    draw_class_changes(figure, own, changed, pictures, column=3)
    _draw_shift(figure, effect, column=4)
    for (left, _), title in zip(_PANELS, _titles(effect), strict=True):
        write_above(figure, title, x=left, y=1.0, shift=4, anchor="left")
    add_class_legend(figure, np.union1d(own.labels, changed.labels), changed.classes)
    dress(figure, top=52)
    legend = {"orientation": "h", "x": 0, "y": -0.01, "yanchor": "top"}
    legend |= {"itemclick": False, "itemdoubleclick": False}
    return figure.update_layout(legend=legend, margin_b=60)


def _dense(effect: PlanEffect) -> tuple[Segmentation, Segmentation]:
    predictions = effect.own, effect.changed
    found = [p.segmentation for p in predictions if isinstance(p, DensePrediction)]
    if len(found) < 2:
        raise ValueError("pictures of classes need a dense head")
    return found[0], found[1]


def _titles(effect: PlanEffect) -> tuple[str, ...]:
    own, changed = _dense(effect)
    shift = effect.sources[effect.edited].shift
    return (
        f"<b>Own plan</b><br>{_rightness(own)}",
        f"<b>{effect.title}</b><br>{_rightness(changed)}",
        f"<b>{effect.relabelled:.1%} of pixels differ</b><br>"
        f"probability moves {three_digits(effect.probability_change or 0.0)}",
        f"{modality_title(effect.edited, 'aligned tokens')}<br>"
        f"move {three_digits(float(shift.mean()))} lengths",
    )


def _rightness(found: Segmentation) -> str:
    if found.mean_iou is None or found.pixel_accuracy is None:
        return "no truth is known"
    return f"mIoU {found.mean_iou:.3f}, {found.pixel_accuracy:.1%} right"


def _draw_shift(figure: go.Figure, effect: PlanEffect, *, column: int) -> None:
    """Draw how far the aligned token of each place moved, from 0."""
    source = effect.sources[effect.edited]
    shape = effect.grid or (1, -1)
    shift = source.shift.reshape(shape).astype(np.float32)
    most = max(float(shift.max()), 1e-6)
    bar = upright_bar(
        x=_PANELS[-1][1] + 0.004,
        length=1.0,
        ticks={0: "0", most: three_digits(most)},
        place=BESIDE_PICTURE,
    )
    rows, columns = np.indices(shift.shape) + 1
    words = np.char.add(
        np.char.mod("row %d", rows), np.char.mod(", column %d", columns)
    )
    figure.add_trace(
        go.Heatmap(
            z=shift,
            text=words,
            zmin=0,
            zmax=most,
            colorscale=SEQUENTIAL,
            colorbar=bar,
            hovertemplate="%{text}: moves %{z:.3g} lengths, no unit<extra></extra>",
        ),
        row=1,
        col=column,
    )
    frame_picture(figure, width=shift.shape[1], height=len(shift), column=column)
