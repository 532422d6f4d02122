"""Where a forward's time goes, stacked against length, a panel a model."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fusionviz.analysis.scaling.parts import PartTimes
from fusionviz.views.scaling.units import write_length, write_seconds
from fusionviz.views.shared.style import FONT_SIZE, dress, in_percent

Scale = Literal["share", "seconds"]

SCALES: tuple[Scale, ...] = get_args(Scale)

PART_NAMES = {
    "encoders": "encoders",
    "alignment": "alignment (cost, plan, MMD²)",
    "mamba-backbone": "Mamba layers",
    "transformer-plain": "Transformer layers",
    "transformer-fused": "Transformer layers",
    "predictor": "predictor",
}

PART_COLOURS = {
    "encoders": "#8A8A8A",
    "alignment": "#7A55B8",
    "mamba-backbone": "#0072B2",
    "transformer-plain": "#D55E00",
    "transformer-fused": "#D55E00",
    "predictor": "#E6C200",
}


MOST_TOLD = 4
"""Of a panel's bars: there is no room for the words of more."""


def draw_parts(models: Sequence[PartTimes], *, scale: Scale = "share") -> go.Figure:
    """Draw the parts of each model's forward as stacked bars over length.

    Above bars stands the sum of their parts: of all where there are few, else of some,
    whose lengths stand below. Panels share one range.

    Args:
        models: At least one.
        scale: Shares of the sum, or seconds.
    """
    figure = make_subplots(
        rows=1,
        cols=len(models),
        shared_yaxes=True,
        horizontal_spacing=0.03,
        subplot_titles=[one.title.replace(", ", ",<br>") for one in models],
    )
    named: set[str] = set()
    for column, model in enumerate(models, start=1):
        for place, part in enumerate(model.parts):
            name = PART_NAMES[part]
            bar = _bar(model, place, scale, is_named=name not in named)
            figure.add_trace(bar, row=1, col=column)
            named.add(name)
        figure.add_trace(_sums(model, scale), row=1, col=column)
        ticks = [write_length(model.lengths[place]) for place in _told(model)]
        figure.update_xaxes(tickvals=ticks, tickangle=0, row=1, col=column)
    figure.update_annotations(font_size=FONT_SIZE)
    figure.update_xaxes(title="tokens", type="category")
    figure.update_yaxes(rangemode="tozero", range=_reach(models, scale))
    title = "share of the sum" if scale == "share" else "seconds"
    figure.update_yaxes(title=title, row=1, col=1)
    if scale == "share":
        figure.update_yaxes(tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1])
    dress(figure, top=56)
    return figure.update_layout(
        barmode="stack",
        bargap=0.25,
        legend={"orientation": "h", "y": -0.24, "yanchor": "top", "x": 0},
        margin={"l": 8, "b": 8},
    )


def describe_parts(models: Sequence[PartTimes]) -> str:
    """Return in words what `draw_parts` shows."""
    told = []
    for one in models:
        name = one.largest()
        share = float(one.shares[one.parts.index(name), -1])
        told.append(
            f"{one.title} at {write_length(one.lengths[-1])} tokens: "
            f"{PART_NAMES[name]} {in_percent(share, decimals=0)} of "
            f"{write_seconds(float(one.seconds[:, -1].sum()))}"
        )
    return f"Where a forward's time goes. {'; '.join(told)}."


def _bar(model: PartTimes, place: int, scale: Scale, *, is_named: bool) -> go.Bar:
    part, seconds = model.parts[place], model.seconds[place]
    name = PART_NAMES[part]
    said = [
        f"{write_seconds(float(taken))}, {in_percent(float(share))} of the sum"
        for taken, share in zip(seconds, model.shares[place], strict=True)
    ]
    return go.Bar(
        x=[write_length(length) for length in model.lengths],
        y=model.shares[place] if scale == "share" else seconds,
        name=name,
        marker={"color": PART_COLOURS[part]},
        customdata=said,
        hovertemplate=f"{name}<br>%{{x}} tokens: %{{customdata}}<extra></extra>",
        legendgroup=name,
        showlegend=is_named,
    )


def _sums(model: PartTimes, scale: Scale) -> go.Scatter:
    """Return what stands above the bars: the sum of the parts."""
    sums = model.seconds.sum(axis=0)
    said = [_beside_whole(*pair) for pair in zip(sums, model.whole, strict=True)]
    return go.Scatter(
        x=[write_length(length) for length in model.lengths],
        y=np.ones(len(sums)) if scale == "share" else sums,
        mode="text",
        text=[
            write_seconds(float(one)) if place in _told(model) else ""
            for place, one in enumerate(sums)
        ],
        textposition="top center",
        textfont={"size": FONT_SIZE - 2},
        customdata=said,
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
        cliponaxis=False,
    )


def _told(model: PartTimes) -> range:
    """Return the places of the bars that are told in words, the last one among them."""
    count = len(model.lengths)
    step = -(-count // MOST_TOLD)
    return range((count - 1) % step, count, step)


def _beside_whole(total: float, whole: float) -> str:
    if not np.isfinite(whole):
        return f"sum of the parts: {write_seconds(total)}"
    return (
        f"sum of the parts: {write_seconds(total)}<br>"
        f"the whole, by itself: {write_seconds(whole)}"
    )


def _reach(models: Sequence[PartTimes], scale: Scale) -> tuple[float, float]:
    if scale == "share":
        return 0.0, 1.12
    return 0.0, 1.12 * max(float(one.seconds.sum(axis=0).max()) for one in models)
