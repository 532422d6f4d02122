"""Figures over missing rates or severities, with bands; all models in one chart."""

import numpy as np
import plotly.graph_objects as go

from fusionviz.analysis.robustness.curves import METRICS, Curve, Curves
from fusionviz.views.robustness.series import series_styles
from fusionviz.views.shared.colours import tint
from fusionviz.views.shared.style import FONT_SIZE, dress, known_digits

BAND = 0.16
QUOTED = "#8A8A8A"


def draw_curves(curves: Curves) -> go.Figure:
    """Draw each model's figure over rates or severities, with its 95 % band."""
    figure = go.Figure()
    styles = series_styles([one.absence for one in curves.curves])
    for curve, style in zip(curves.curves, styles, strict=True):
        figure.add_trace(_band(curve, style[0]))
    for curve, style in zip(curves.curves, styles, strict=True):
        figure.add_trace(_line(curve, style, curves))
    for number, (name, values) in enumerate(curves.quoted.items()):
        figure.add_trace(
            go.Scatter(
                x=curves.curves[0].x,
                y=values,
                mode="lines+markers",
                line={"color": QUOTED, "dash": "dot", "width": 1.5},
                marker={"symbol": ("x-thin", "asterisk")[number % 2], "line_width": 2},
                name=f"{name}, as quoted",
                hovertemplate=f"{name}, as quoted: %{{y:.3f}}<extra></extra>",
            )
        )
    few = f"; {curves.samples} of {curves.of} samples"
    across = curves.across + (few if curves.samples < curves.of else "")
    figure.update_xaxes(title=across, tickvals=curves.curves[0].x)
    figure.update_yaxes(title=f"{METRICS[curves.metric]}, no unit", nticks=7)
    dress(figure, top=12)
    return figure.update_layout(
        legend={"font": {"size": FONT_SIZE}, "y": 1, "yanchor": "top"},
        margin={"l": 8, "b": 8},
        hovermode="closest",
    )


def describe_curves(curves: Curves) -> str:
    """Return in words what `draw_curves` shows."""
    told = "; ".join(
        f"{one.title} {known_digits(one.values[0, 0])} to "
        f"{known_digits(one.values[-1, 0])}"
        for one in curves.curves
    )
    first = curves.curves[0].x
    return (
        f"{METRICS[curves.metric]} over {curves.across}, from {first[0]:g} to "
        f"{first[-1]:g}; what fails: {curves.title}. {told}."
    )


def _band(curve: Curve, colour: str) -> go.Scatter:
    known = np.isfinite(curve.values).all(axis=1)
    x, (_, low, high) = curve.x[known], curve.values[known].T
    return go.Scatter(
        x=np.concatenate([x, x[::-1]]),
        y=np.concatenate([low, high[::-1]]),
        fill="toself",
        fillcolor=tint(colour, BAND),
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
        legendgroup=curve.name,
    )


def _line(curve: Curve, style: tuple[str, str, str], curves: Curves) -> go.Scatter:
    colour, dash, symbol = style
    told = [[known_digits(end) for end in row] for row in curve.values.tolist()]
    if curves.missing.size:
        told = [
            [*row, f", {share:.1f} % really missing"]
            for row, share in zip(told, curves.missing, strict=True)
        ]
    else:
        told = [[*row, ""] for row in told]
    return go.Scatter(
        x=curve.x,
        y=curve.values[:, 0],
        mode="lines+markers",
        line={"color": colour, "dash": dash, "width": 2.5},
        marker={"color": colour, "symbol": symbol, "size": 9},
        name=curve.title,
        legendgroup=curve.name,
        customdata=told,
        hovertemplate=f"{curve.title}, at %{{x:g}}%{{customdata[3]}}<br>"
        "<b>%{customdata[0]}</b> [%{customdata[1]}, %{customdata[2]}]<extra></extra>",
    )
