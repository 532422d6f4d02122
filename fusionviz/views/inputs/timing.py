"""Where the milliseconds went."""

from collections.abc import Mapping

import plotly.graph_objects as go

from fusionviz.views.shared.style import FONT_SIZE, dress, three_digits

OWNER_COLOURS = {"reading": "#8A8A8A", "MANGO": "#7A55B8", "AlignMamba": "#2A9DA5"}


def describe_timing(milliseconds: Mapping[str, Mapping[str, float]]) -> str:
    """Return in words what `draw_timing` shows."""
    steps = [
        f"{owner}, {step}: {three_digits(value)} milliseconds"
        for owner, its in milliseconds.items()
        for step, value in its.items()
    ]
    return "; ".join(steps) + "."


def draw_timing(
    milliseconds: Mapping[str, Mapping[str, float]],
    *,
    runs: str = "one run",
) -> go.Figure:
    """Draw one bar a step, in the order in which the steps ran, coloured by owner.

    Args:
        milliseconds: Of each step, by owner: `reading`, `MANGO`, `AlignMamba`.
        runs: What was timed, in words.
    """
    figure = go.Figure()
    steps = [(owner, step) for owner in milliseconds for step in milliseconds[owner]]
    for owner, its in milliseconds.items():
        figure.add_trace(_bars(owner, its))
    figure.update_yaxes(
        autorange="reversed",
        tickfont_size=FONT_SIZE,
        categoryorder="array",
        categoryarray=[_label(*step) for step in steps],
    )
    longest = max((v for its in milliseconds.values() for v in its.values()), default=1)
    figure.update_xaxes(
        title=f"milliseconds, {runs}", range=[0, 1.15 * longest], rangemode="tozero"
    )
    dress(figure)
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
    return figure.update_layout(
        margin_l=10, margin_b=48, legend=legend, bargap=0.3, barmode="overlay"
    )


def _bars(owner: str, milliseconds: Mapping[str, float]) -> go.Bar:
    return go.Bar(
        name=owner,
        x=list(milliseconds.values()),
        y=[_label(owner, step) for step in milliseconds],
        orientation="h",
        marker_color=OWNER_COLOURS.get(owner, "#777777"),
        text=[f"{three_digits(value)} ms" for value in milliseconds.values()],
        textposition="outside",
        textfont_size=FONT_SIZE,
        constraintext="none",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.1f} ms<extra></extra>",
    )


def _label(owner: str, step: str) -> str:
    return f"{owner}: {step}  "
