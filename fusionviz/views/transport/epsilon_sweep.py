"""Sinkhorn's plan over the whole range of ε: what blur costs and what it buys."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.transport.epsilon_sweep import EpsilonSweep
from fusionviz.views.shared.style import (
    FONT_SIZE,
    MARK,
    dress,
    three_digits,
    write_above,
)

SINKHORN, LEVEL = "#7A55B8", "#8A8A8A"
TICKS = (0.001, 0.01, 0.1, 1.0)

BETWEEN = 0.06
"""Between two panels, in parts of the figure's plot."""


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
    values: NDArray[Any]
    low: float | None = None
    high: float | None = None
    ends: tuple[float, float] | None = None

    @property
    def levels(self) -> dict[str, float]:
        """The level lines that there are, by name."""
        both = {"exact": self.low, "product": self.high}
        return {name: level for name, level in both.items() if level is not None}

    @property
    def reach(self) -> tuple[float, float]:
        """Ends of the axis, with some room around all values."""
        if self.ends is not None:
            return self.ends
        every = [*self.values.tolist(), *self.levels.values()]
        low, high = min(every), max(every)
        room = 0.08 * (high - low) or 0.5 * max(abs(high), 1e-3)
        return low - room, high + room


def draw_sweep(sweep: EpsilonSweep, *, epsilon: float) -> go.Figure:
    """Draw cost, entropy, score and iterations over ε, on a logarithmic axis.

    Level lines are the exact plan and the product of the marginals; crosses are
    plans that have not converged.

    Args:
        sweep: Over the range.
        epsilon: What the reader has set, in the unit of the cost.
    """
    panels = _panels(sweep)
    width = (1 - BETWEEN * (len(panels) - 1)) / len(panels)
    drawn: list[go.Scatter] = []
    layout: dict[str, Any] = {"showlegend": False}
    for number, panel in enumerate(panels, start=1):
        left = (number - 1) * (width + BETWEEN)
        layout |= {
            f"xaxis{number}": _across(sweep, number, (left, left + width)),
            f"yaxis{number}": {
                "anchor": f"x{number}",
                "range": panel.reach,
                "nticks": 6,
                "zeroline": False,
            },
        }
        for line in _lines(sweep, panel, epsilon):
            drawn.append(line.update(xaxis=f"x{number}", yaxis=f"y{number}"))
    figure = go.Figure(drawn, layout)
    for number, panel in enumerate(panels, start=1):
        middle = (number - 1) * (width + BETWEEN) + width / 2
        write_above(figure, panel.title, x=middle, y=1, shift=4)
        _name_levels(figure, sweep, panel, number)
    dress(figure)
    return figure.update_layout(margin={"l": 8, "b": 8})


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


def _across(
    sweep: EpsilonSweep, number: int, domain: tuple[float, float]
) -> dict[str, Any]:
    """Return the axis of ε of a panel."""
    low, high = np.log10(sweep.epsilon[[0, -1]]).tolist()
    return {
        "domain": domain,
        "anchor": f"y{number}",
        "type": "log",
        "range": [low - 0.1, high + 0.1],
        "tickvals": TICKS,
        "ticktext": [f"{tick:g}" for tick in TICKS],
        "title": {"text": "ε, unit of the cost", "standoff": 6},
        "zeroline": False,
    }


def _lines(sweep: EpsilonSweep, panel: _Panel, epsilon: float) -> list[go.Scatter]:
    """Return the line at the ε that is set, the levels, and the curve."""
    chosen = go.Scatter(
        x=[epsilon, epsilon],
        y=panel.reach,
        mode="lines",
        line={"color": MARK, "width": 3},
        hoverinfo="skip",
    )
    levels = [
        go.Scatter(
            x=sweep.epsilon[[0, -1]],
            y=[level, level],
            mode="lines",
            line={"color": LEVEL, "width": 2, "dash": "dash"},
            hovertemplate=f"{name}: {three_digits(level)}<extra></extra>",
        )
        for name, level in panel.levels.items()
    ]
    curve = go.Scatter(
        x=sweep.epsilon,
        y=panel.values,
        mode="lines+markers",
        line={"color": SINKHORN, "width": 3},
        marker={"size": 7, "symbol": np.where(sweep.converged, "circle", "x").tolist()},
        hovertemplate="ε = %{x:g}: %{y:.3~g}<extra></extra>",
    )
    return [chosen, *levels, curve]


def _name_levels(
    figure: go.Figure, sweep: EpsilonSweep, panel: _Panel, number: int
) -> None:
    """Write what the level lines are where the curve is far from them.

    A curve that rises has left the exact level at the right; one that falls has left
    it downwards, and the product's is reached from below.
    """
    for name, level in panel.levels.items():
        at_right = name == "exact" and panel.high is not None
        figure.add_annotation(
            text=name,
            x=np.log10(sweep.epsilon[-1 if at_right else 0]),
            y=level,
            xref=f"x{number}",
            yref=f"y{number}",
            xanchor="right" if at_right else "left",
            yanchor="bottom" if at_right else "top",
            showarrow=False,
            font_size=FONT_SIZE,
        )
