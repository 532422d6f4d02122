"""What a class or a reader predicted, as a figure."""

from collections import Counter
from collections.abc import Sequence
from html import escape
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from fusionviz.views.shared.style import MARK, dress, three_digits

PREDICTED, COMPUTED = "#8A8A8A", MARK
BINS, LABEL_EVERY = 12, 3
LONGEST_LABEL = 44


def draw_choice_votes(choices: Sequence[str], votes: Sequence[int]) -> go.Figure:
    """Return how many voted for each choice, as bars."""
    counts = Counter(votes)
    bar = go.Bar(
        y=[_short(one) for one in choices],
        x=[counts[n] for n in range(len(choices))],
        text=[str(counts[n]) for n in range(len(choices))],
        textposition="outside",
        cliponaxis=False,
        orientation="h",
        marker_color=PREDICTED,
        hoverinfo="skip",
    )
    figure = go.Figure(bar)
    most = max([*counts.values(), 1])
    figure.update_xaxes(
        range=[0, most * 1.1],
        title="votes",
        rangemode="tozero",
        tickformat="d",
        dtick=1 if most < 10 else None,
    )
    figure.update_yaxes(autorange="reversed", ticklabelstandoff=6)
    return dress(figure)


def describe_choice_votes(choices: Sequence[str], votes: Sequence[int]) -> str:
    """Return the votes in a sentence."""
    counts = Counter(votes)
    told = ", ".join(f"{one}: {counts[n]}" for n, one in enumerate(choices))
    return f"{len(votes)} votes. {told}."


def draw_number_votes(
    votes: Sequence[float], *, low: float, high: float, log: bool, unit: str
) -> go.Figure:
    """Return a histogram of the numbers that a class predicted."""
    edges = number_edges(low, high, log=log)
    counts, _ = np.histogram(np.clip(votes, low, high), edges)
    ends = [three_digits(float(edge)) for edge in edges]
    bar = go.Bar(
        x=np.arange(BINS) + 0.5,
        y=counts,
        width=1,
        customdata=[f"{left} to {right}" for left, right in pairwise(ends)],
        marker={"color": PREDICTED, "line": {"width": 1, "color": "white"}},
        hovertemplate="%{customdata}: %{y}<extra></extra>",
    )
    figure = go.Figure(bar)
    shown = list(range(0, BINS + 1, LABEL_EVERY))
    figure.update_xaxes(
        title=escape(unit) or "predicted",
        range=[-0.5, BINS + 0.5],
        tickvals=shown,
        ticktext=[ends[n] for n in shown],
    )
    most = max([*counts.tolist(), 1])
    figure.update_yaxes(
        title="votes",
        rangemode="tozero",
        range=[0, most * 1.1],
        tickformat="d",
        dtick=1 if most < 10 else None,
    )
    return dress(figure)


def describe_number_votes(votes: Sequence[float], *, unit: str) -> str:
    """Return a class's numbers in a sentence."""
    if not votes:
        return "0 votes."
    low, middle, high = np.quantile(votes, [0, 0.5, 1]).tolist()
    unit = f" {unit}" if unit else ""
    return (
        f"{len(votes)} votes from {three_digits(low)} to {three_digits(high)}{unit}, "
        f"half of them below {three_digits(middle)}."
    )


def number_edges(low: float, high: float, *, log: bool) -> np.ndarray:
    """Return the edges of the bins in which numbers are counted."""
    return (np.geomspace if log else np.linspace)(low, high, BINS + 1)


def draw_curves(
    labels: Sequence[str],
    predicted: Sequence[Sequence[float]],
    computed: Sequence[float] | None,
    *,
    low: float,
    high: float,
    unit: str,
    log: bool,
) -> go.Figure:
    """Return curves that were predicted, and the one that was computed.

    Args:
        labels: Of the places, along x.
        predicted: One a reader, a number a place.
        computed: Likewise; None while it is not to be seen.
        low: The lower end of the scale.
        high: The upper end.
        unit: Of the numbers.
        log: Whether the scale is even in their logarithm.
    """
    figure = go.Figure()
    for number, curve in enumerate(predicted):
        figure.add_scatter(
            x=list(labels),
            y=list(curve),
            mode="lines+markers",
            line={"color": PREDICTED, "dash": "dash"},
            name="predicted",
            showlegend=number == 0,
            opacity=1 if len(predicted) == 1 else 0.4,
        )
    if computed is not None:
        figure.add_scatter(
            x=list(labels),
            y=list(computed),
            mode="lines+markers",
            line={"color": COMPUTED, "width": 3},
            name="computed",
        )
    if not figure.data:  # places are marked also where no curve has been drawn yet
        figure.add_scatter(x=list(labels), y=[None] * len(labels), showlegend=False)
    figure.update_xaxes(
        type="category",
        range=[-0.3, len(labels) - 0.7],
        categoryorder="array",
        categoryarray=list(labels),
    )
    ends = np.log10([low, high]) if log else np.array([low, high])
    figure.update_yaxes(
        type="log" if log else "linear",
        range=ends.tolist(),
        title=escape(unit),
        exponentformat="power",
        dtick=1 if log else None,
    )
    figure.update_layout(legend={"orientation": "h", "y": 1.12}, showlegend=True)
    return dress(figure)


def describe_curves(
    labels: Sequence[str],
    predicted: Sequence[Sequence[float]],
    computed: Sequence[float] | None,
) -> str:
    """Return curves in a sentence; of many that were predicted their means."""
    told = []
    if predicted:
        means = np.mean(np.asarray(predicted, float), axis=0).tolist()
        told.append(f"predicted {_places(labels, means)}")
    if computed is not None:
        told.append(f"computed {_places(labels, computed)}")
    return f"Curve over {', '.join(labels)}: {'; '.join(told) or 'no votes'}."


def _places(labels: Sequence[str], values: Sequence[float]) -> str:
    return ", ".join(
        f"{three_digits(float(value))} at {label}"
        for label, value in zip(labels, values, strict=True)
    )


def _short(text: str) -> str:
    cut = text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1]}…"
    return escape(cut)
