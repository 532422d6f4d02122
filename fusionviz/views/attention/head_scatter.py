"""Heads as points: how open each is, and how evenly it reads."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.attention.heads_text import CLOSED
from fusionviz.analysis.attention.overview import Overview
from fusionviz.views.attention.overview import head_data, head_hover
from fusionviz.views.shared.layer_costs import KIND_NAMES
from fusionviz.views.shared.style import (
    FONT_SIZE,
    LAYER_COLOURS,
    MARK,
    dress,
    three_digits,
)


def draw_head_scatter(
    overview: Overview,
    places: NDArray[np.int64],
    *,
    picked: int | None = None,
) -> go.Figure:
    """Draw heads by gate and relative entropy, coloured by kind; they take clicks.

    Without gates (`residual`, `softmax`) by mean distance instead, LICA left out.
    Axes hold all heads, whichever are shown. A point's customdata is (index of the
    layer in the flow, head from 0).

    Args:
        overview: All heads.
        places: Those that are drawn.
        picked: Place of the head to ring.
    """
    across, name = _across(overview)
    figure = go.Figure()
    kind = np.array([layer.layer.kind for layer in overview.layers])[overview.layer]
    for one in dict.fromkeys(kind.tolist()):
        own = [p for p in places.tolist() if kind[p] == one and np.isfinite(across[p])]
        figure.add_trace(_points(overview, across, own, one))
    if picked is not None and np.isfinite(across[picked]):
        figure.add_trace(_ring(across[picked], overview.entropy[picked]))
    if overview.gate is not None:
        _shade_closed(figure)
    widest = float(np.nanmax(np.abs(across), initial=CLOSED)) * 1.08
    low = -widest if overview.gate is not None else 0.0
    grid = {"gridcolor": "rgba(128,128,128,0.25)", "zerolinecolor": "#8A8A8A"}
    figure.update_xaxes(title=name, range=[low, widest], **grid)
    title = "entropy, of the largest (no unit)"
    figure.update_yaxes(title=title, range=[0, 1.04], **grid)
    figure.update_xaxes(title_font_size=FONT_SIZE)
    figure.update_yaxes(title_font_size=FONT_SIZE)
    dress(figure)
    legend = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}
    return figure.update_layout(legend=legend, margin={"l": 64, "b": 52})


def describe_head_scatter(overview: Overview, places: NDArray[np.int64]) -> str:
    """Return in words what `draw_head_scatter` shows."""
    if not len(places):
        return "No head is shown: none is left by the filter."
    entropy = overview.entropy[places]
    ends = f"entropy {entropy.min():.0%} to {entropy.max():.0%} of the largest"
    if overview.gate is None:
        return f"{len(places)} heads by mean distance and entropy: {ends}."
    gate = overview.gate[places]
    low, high = three_digits(float(gate.min())), three_digits(float(gate.max()))
    return (
        f"{len(places)} heads by gate and entropy: gates from {low} to {high}, {ends}."
    )


def _across(overview: Overview) -> tuple[NDArray[np.float64], str]:
    if overview.gate is not None:
        return overview.gate, "gate g (no unit)"
    return overview.distance, "mean distance, patches"


def _points(
    overview: Overview, across: NDArray[np.float64], places: list[int], kind: str
) -> go.Scatter:
    """Return the heads of one kind of layer."""
    marker = {"color": LAYER_COLOURS[kind], "size": 10}
    marker["line"] = {"color": "rgba(128,128,128,0.8)", "width": 1}
    return go.Scatter(
        x=across[places],
        y=overview.entropy[places],
        mode="markers",
        marker=marker,
        name=KIND_NAMES[kind],
        customdata=[head_data(overview, place) for place in places],
        text=[head_hover(overview, place) for place in places],
        hovertemplate="%{text}<extra></extra>",
        unselected={"marker": {"opacity": 1}},
    )


def _ring(x: float, y: float) -> go.Scatter:
    return go.Scatter(
        x=[x],
        y=[y],
        mode="markers",
        marker={
            "symbol": "circle-open",
            "size": 18,
            "color": MARK,
            "line": {"width": 3},
        },
        name="open in the next tab",
        hoverinfo="skip",
    )


def _shade_closed(figure: go.Figure) -> None:
    """Shade the gates that are all but closed."""
    figure.add_vrect(
        x0=-CLOSED,
        x1=CLOSED,
        fillcolor="rgba(128,128,128,0.18)",
        line_width=0,
        layer="below",
        annotation_text=f"|g| < {CLOSED:g}: all but closed",
        annotation_position="top right",
        annotation_font_size=14,
    )
