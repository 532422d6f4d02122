"""Sinkhorn's plan over the whole range of ε: what blur costs and what it buys."""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.epsilon_sweep import EpsilonSweep
from fusionviz.views.style import FONT_SIZE, MARK, dress, three_digits

SINKHORN, LEVEL = "#7A55B8", "#8A8A8A"
TICKS = (0.001, 0.01, 0.1, 1.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Panel:
    """One measure over ε.

    Attributes:
        title: With its unit.
        values: At each ε.
        low: The exact plan's, where there is one: a level line.
        high: The product's.
        ends: Of the axis; None: around all values.
    """

    title: str
    values: NDArray[np.floating]
    low: float | None = None
    high: float | None = None
    ends: tuple[float, float] | None = None


def draw_sweep(sweep: EpsilonSweep, *, epsilon: float, height: int = 330) -> go.Figure:
    """Draw cost, entropy, score and iterations over ε, on a logarithmic axis.

    Level lines are the exact plan and the product of the marginals; crosses are
    plans that have not converged.

    Args:
        sweep: Over the range.
        epsilon: What the reader has set, in the unit of the cost.
        height: Pixels.
    """
    panels = _panels(sweep)
    figure = make_subplots(
        rows=1,
        cols=len(panels),
        subplot_titles=[panel.title for panel in panels],
        horizontal_spacing=0.06,
    )
    for column, panel in enumerate(panels, start=1):
        _draw_panel(figure, sweep, panel, epsilon, column)
    figure.update_xaxes(
        type="log",
        range=[np.log10(sweep.epsilon[0]) - 0.1, np.log10(sweep.epsilon[-1]) + 0.1],
        tickvals=TICKS,
        ticktext=[f"{tick:g}" for tick in TICKS],
        title={"text": "ε, unit of the cost", "standoff": 6},
        zeroline=False,
    )
    figure.update_yaxes(nticks=6, zeroline=False)
    figure.update_annotations(font_size=FONT_SIZE)
    dress(figure, height=height)
    return figure.update_layout(showlegend=False, margin={"l": 8, "b": 8})


def describe_sweep(sweep: EpsilonSweep) -> str:
    """Return in words what `draw_sweep` shows."""
    first, last = (f"{sweep.epsilon[end]:g}" for end in (0, -1))
    text = (
        f"As ε grows from {first} to {last}, the plan's cost goes from "
        f"{three_digits(sweep.cost[0])} to {three_digits(sweep.cost[-1])}, its entropy "
        f"from {three_digits(sweep.entropy_bits[0])} to "
        f"{three_digits(sweep.entropy_bits[-1])} bits"
    )
    if sweep.score is not None:
        text += (
            f", the tokens sent right from {100 * sweep.score[0]:.0f} to "
            f"{100 * sweep.score[-1]:.0f} %"
        )
    return text + (
        f"; the exact plan costs {three_digits(sweep.exact.cost)}, the product of the "
        f"marginals {three_digits(sweep.product_cost)}."
    )


def _panels(sweep: EpsilonSweep) -> list[_Panel]:
    panels = [
        _Panel(
            title="<b>cost</b>, 0 to 2",
            values=sweep.cost,
            low=sweep.exact.cost,
            high=sweep.product_cost,
        ),
        _Panel(
            title="<b>entropy</b>, bits",
            values=sweep.entropy_bits,
            low=sweep.exact.entropy_bits,
            high=sweep.product_bits,
        ),
    ]
    if sweep.score is not None and sweep.exact.score is not None:
        panels.append(
            _Panel(
                title="<b>sent right</b>, %",
                values=100 * sweep.score,
                low=100 * sweep.exact.score,
                ends=(-4.0, 104.0),
            )
        )
    most = 1.08 * float(sweep.iterations.max()) + 1
    taken = _Panel(
        title="<b>iterations</b>", values=sweep.iterations, ends=(-0.04 * most, most)
    )
    return [*panels, taken]


def _draw_panel(
    figure: go.Figure, sweep: EpsilonSweep, panel: _Panel, epsilon: float, column: int
) -> None:
    levels = {"exact": panel.low, "product": panel.high}
    known = {name: level for name, level in levels.items() if level is not None}
    low, high = panel.ends or _reach([*panel.values.tolist(), *known.values()])
    chosen = go.Scatter(
        x=[epsilon, epsilon],
        y=[low, high],
        mode="lines",
        line={"color": MARK, "width": 3},
        hoverinfo="skip",
    )
    figure.add_trace(chosen, row=1, col=column)
    for name, level in known.items():
        # Its name stands where the curve is far from it: one that rises has left the
        # exact level at the right, one that falls has left it downwards.
        at_right = name == "exact" and panel.high is not None
        _draw_level(figure, sweep, name, level, column, at_right)
    curve = go.Scatter(
        x=sweep.epsilon,
        y=panel.values,
        mode="lines+markers",
        line={"color": SINKHORN, "width": 3},
        marker={
            "size": 7,
            "symbol": np.where(sweep.converged, "circle", "x").tolist(),
        },
        hovertemplate="ε = %{x:g}: %{y:.3~g}<extra></extra>",
    )
    figure.add_trace(curve, row=1, col=column)
    figure.update_yaxes(range=[low, high], row=1, col=column)


def _draw_level(
    figure: go.Figure,
    sweep: EpsilonSweep,
    name: str,
    level: float,
    column: int,
    at_right: bool,
) -> None:
    """Draw a level line, and its name above its right or below its left end."""
    line = go.Scatter(
        x=sweep.epsilon[[0, -1]],
        y=[level, level],
        mode="lines",
        line={"color": LEVEL, "width": 2, "dash": "dash"},
        hovertemplate=f"{name}: {three_digits(level)}<extra></extra>",
    )
    figure.add_trace(line, row=1, col=column)
    figure.add_annotation(
        text=name,
        x=np.log10(sweep.epsilon[-1 if at_right else 0]),
        y=level,
        xanchor="right" if at_right else "left",
        yanchor="bottom" if at_right else "top",
        showarrow=False,
        row=1,
        col=column,
    )


def _reach(values: list[float]) -> tuple[float, float]:
    """Return ends of an axis with some room around all values."""
    low, high = min(values), max(values)
    room = 0.08 * (high - low) or 0.5 * max(abs(high), 1e-3)
    return low - room, high + room
