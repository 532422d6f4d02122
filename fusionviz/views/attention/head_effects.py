"""Which heads matter: the model with one head at a time switched off."""

from collections.abc import Collection, Sequence
from typing import Literal

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fusionviz.analysis.attention.head_effects import HeadEffects
from fusionviz.analysis.shared.attention.mango import ATTENTION_KINDS
from fusionviz.views.shared.style import (
    FONT_SIZE,
    LAYER_COLOURS,
    MARK,
    dress,
    three_digits,
)

Order = Literal["bits", "relabelled"]
"""By added bits per dimension, or by the share of pixels that change their class."""

ORDERS: tuple[Order, ...] = ("bits", "relabelled")

BITS = "added bits per dimension"
PIXELS = "pixels relabelled, %"

_PANELS = ((0.0, 0.3), (0.33, 0.48), (0.57, 1.0))


def draw_head_effects(
    effects: HeadEffects, *, order: Order = "bits", shown: int = 14
) -> go.Figure:
    """Draw the heads of the largest effect by name, and all heads as a cloud.

    Bars and points carry (index of the layer, head from 0) for clicks.

    Args:
        effects: Of every head.
        order: What the bars are sorted by.
        shown: How many heads get a bar.
    """
    figure = make_subplots(rows=1, cols=3)
    for column, domain in enumerate(_PANELS, start=1):
        figure.update_xaxes(domain=domain, row=1, col=column)
    top = list(effects.ranked(order)[:shown][::-1])
    for column, values in ((1, effects.bits), (2, 100 * effects.relabelled)):
        figure.add_trace(_bars(effects, values, top), row=1, col=column)
    for kind in ATTENTION_KINDS:
        if any(one.kind == kind for one in effects.heads):
            figure.add_trace(_cloud(effects, kind), row=1, col=3)
    names = [_short(effects.heads[i].title) for i in top]
    figure.update_yaxes(tickvals=list(range(len(top))), ticktext=names, col=1)
    figure.update_yaxes(matches="y", showticklabels=False, col=2)
    figure.update_yaxes(title=PIXELS, title_standoff=4, rangemode="tozero", col=3)
    figure.update_xaxes(title=BITS, nticks=5, zeroline=True, col=1)
    figure.update_xaxes(title=PIXELS, nticks=4, rangemode="tozero", col=2)
    figure.update_xaxes(title=BITS, nticks=6, zeroline=True, col=3)
    figure.update_xaxes(title_standoff=4, tickfont_size=FONT_SIZE)
    figure.update_yaxes(tickfont_size=FONT_SIZE)
    dress(figure)
    legend = {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"}
    return figure.update_layout(legend=legend, bargap=0.25, margin={"l": 8, "b": 44})


def mark_heads(figure: go.Figure, heads: Collection[tuple[int, int]]) -> go.Figure:
    """Outline the bars and points of some heads in a figure of `draw_head_effects`.

    Args:
        figure: The figure; a changed copy is returned.
        heads: (index of the layer, head from 0) of each.
    """
    marked, x, y = go.Figure(figure), [], []
    for trace in marked.data:
        picked = [tuple(one) in heads for one in trace.customdata]
        if trace.type == "bar":
            trace.marker.line = {
                "color": MARK,
                "width": [3 if one else 0 for one in picked],
            }
            continue
        x += [value for value, one in zip(trace.x, picked, strict=True) if one]
        y += [value for value, one in zip(trace.y, picked, strict=True) if one]
    ring = {"color": MARK, "size": 14, "symbol": "circle-open", "line": {"width": 3}}
    return marked.add_trace(
        go.Scatter(
            x=x,
            y=y,
            mode="markers",
            marker=ring,
            name="changed now",
            hoverinfo="skip",
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
        ),
        row=1,
        col=3,
    )


def describe_head_effects(effects: HeadEffects) -> str:
    """Return in words what `draw_head_effects` shows."""
    largest = effects.ranked()[:3]
    told = "; ".join(
        f"{effects.heads[i].title} {three_digits(float(effects.bits[i]))}"
        for i in largest
    )
    return (
        f"Effect of switching off each of {effects.measured} heads. Bits per dimension "
        f"change most without: {told}."
    )


def _bars(effects: HeadEffects, values: np.ndarray, places: Sequence[int]) -> go.Bar:
    heads = [effects.heads[i] for i in places]
    unit = "%{x:.2f} % of pixels" if values is not effects.bits else "%{x:+.3g} bits"
    same = {"marker": {"opacity": 1}}
    return go.Bar(
        x=values[places],
        y=list(range(len(places))),
        orientation="h",
        marker_color=[LAYER_COLOURS[one.kind] for one in heads],
        customdata=[[one.layer, one.head] for one in heads],
        hovertext=[one.title for one in heads],
        hovertemplate="%{hovertext}<br>" + unit + "<br>click to change it above"
        "<extra></extra>",
        showlegend=False,
        selected=same,
        unselected=same,
    )


def _cloud(effects: HeadEffects, kind: str) -> go.Scatter:
    places = [i for i, one in enumerate(effects.heads) if one.kind == kind]
    heads = [effects.heads[i] for i in places]
    same = {"marker": {"opacity": 0.8}}
    return go.Scatter(
        x=effects.bits[places],
        y=100 * effects.relabelled[places],
        mode="markers",
        name=kind.upper(),
        marker={"color": LAYER_COLOURS[kind], "size": 9, "opacity": 0.8},
        customdata=[[one.layer, one.head] for one in heads],
        text=[one.title for one in heads],
        hovertemplate="%{text}<br>%{x:+.3g} bits, %{y:.2f} % of pixels"
        "<br>click to change it above<extra></extra>",
        selected=same,
        unselected=same,
    )


def _short(title: str) -> str:
    """Return a head's title as a bar can carry it."""
    return title.removeprefix("block ").replace(", head ", " · ")
