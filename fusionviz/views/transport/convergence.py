"""How the marginal error falls: our solver's and plain Sinkhorn's."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.colors import sample_colorscale

from fusionviz.analysis.transport.plain_sinkhorn import PlainSinkhorn
from fusionviz.analysis.transport.solvers import TOLERANCE, ErrorCurve, SolverAnswer
from fusionviz.views.shared.style import FONT_SIZE, dress, three_digits

PLAIN, LEVEL = "#D55E00", "#8A8A8A"
STAGES = [[0.0, "rgb(205,187,234)"], [1.0, "rgb(122,85,184)"]]
"""From the first and largest ε of the annealing to the one that was asked for."""

POWERS: dict[str, Any] = {
    "type": "log",
    "tickvals": [10.0**power for power in range(-16, 3, 2)],
    "ticktext": ["1" if not power else f"10<sup>{power}</sup>".replace("-", "−")
                 for power in range(-16, 3, 2)],
}  # fmt: skip
"""A logarithmic axis of errors. Plotly would write its powers larger than the rest."""

FLOOR = 1e-16
"""Errors below it are drawn there: what float64 leaves of zero."""


def draw_convergence(answer: SolverAnswer, plain: PlainSinkhorn) -> go.Figure:
    """Draw the marginal error over iterations, on a logarithmic axis.

    Args:
        answer: Of our solver, which has a curve.
        plain: The published algorithm at the same ε.

    Raises:
        ValueError: The answer has no curve.
    """
    if answer.curve is None:
        raise ValueError(f"{answer.solver} has no curve: it does not iterate")
    figure = go.Figure()
    errors = plain.by_iteration
    figure.add_trace(
        go.Scatter(
            x=np.arange(len(errors)),
            y=floored(errors),
            mode="lines",
            line={"color": PLAIN, "width": 3},
            name="plain Sinkhorn",
            hovertemplate="plain, %{x} iterations: %{y:.2e}<extra></extra>",
        )
    )
    _draw_stages(figure, answer.curve)
    _draw_tolerance(figure)
    figure.update_xaxes(
        title="iterations", rangemode="tozero", zeroline=False, nticks=8
    )
    figure.update_yaxes(title="marginal error, of mass 1", zeroline=False, **POWERS)
    dress(figure)
    return figure.update_layout(legend={"x": 1.02, "y": 1})


def describe_convergence(answer: SolverAnswer, plain: PlainSinkhorn) -> str:
    """Return in words what `draw_convergence` shows."""
    ends = [
        ("Our solver", answer.iterations, answer.marginal_error, answer.converged),
        ("plain Sinkhorn", len(plain.by_iteration) - 1, plain.errors[-1],
         plain.converged),
    ]  # fmt: skip
    parts = [
        f"{name} {'converged' if there else 'has not converged'} after {count} "
        f"iterations with a marginal error of {three_digits(float(error))}"
        for name, count, error, there in ends
    ]
    return f"At ε = {plain.epsilon:g}: {'; '.join(parts)}."


def floored(errors: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return errors as a logarithmic axis can show them."""
    return np.maximum(np.asarray(errors, np.float64), FLOOR)


def stages_of(curve: ErrorCurve) -> list[NDArray[np.int64]]:
    """Return the checks of each ε, in the order in which it was lowered."""
    (lowered,) = np.nonzero(np.diff(curve.epsilon))
    return np.split(np.arange(len(curve.epsilon)), lowered + 1)


def _draw_stages(figure: go.Figure, curve: ErrorCurve) -> None:
    """Draw our solver's curve, a colour for each ε, and dots where ε was lowered."""
    figure.add_trace(
        go.Scatter(
            x=curve.iterations,
            y=floored(curve.errors),
            mode="lines",
            line={"color": STAGES[-1][1], "width": 2, "dash": "dot"},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    stages = stages_of(curve)
    colours = sample_colorscale(STAGES, np.linspace(0, 1, max(len(stages), 2)))
    for stage, colour in zip(stages, colours[-len(stages) :], strict=True):
        line = _stage(curve, stage, colour)
        if stage is stages[-1]:
            line.name += " as asked"
        figure.add_trace(line)


def _stage(curve: ErrorCurve, stage: NDArray[np.int64], colour: str) -> go.Scatter:
    """Return the checks at one ε, stars where a Newton step was taken."""
    epsilon = f"{curve.epsilon[stage[0]]:.3g}"
    return go.Scatter(
        x=curve.iterations[stage],
        y=floored(curve.errors[stage]),
        mode="lines+markers",
        line={"color": colour, "width": 3},
        marker={
            "size": np.where(curve.newton[stage], 14, 9).tolist(),
            "symbol": np.where(curve.newton[stage], "star", "circle").tolist(),
            "color": colour,
            "opacity": 1,
        },
        name=f"ours, ε = {epsilon}",
        hovertemplate=f"ε = {epsilon}, %{{x}} iterations: %{{y:.2e}}<extra></extra>",
    )


def _draw_tolerance(figure: go.Figure) -> None:
    """Draw where the error is small enough, with its name beside the panel."""
    line = {"color": LEVEL, "width": 2, "dash": "dash"}
    figure.add_hline(y=TOLERANCE, line=line)
    figure.add_annotation(
        text="tolerance 10<sup>−6</sup>",
        x=1,
        xref="x domain",
        xshift=6,
        y=np.log10(TOLERANCE),
        xanchor="left",
        yanchor="middle",
        showarrow=False,
        font_size=FONT_SIZE,
    )
