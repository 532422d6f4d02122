"""What each modality is worth: Shapley values beside perceptual scores."""

import math
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from fusionviz.models.cards import Estimate
from fusionviz.training.robustness.report import Worth
from fusionviz.views.shared.style import (
    FONT_SIZE,
    dress,
    known_digits,
    modality_colour,
    modality_name,
)

ROW = 0.8
"""Height of what belongs to one figure, in rows."""


def draw_reliance(worths: Sequence[Worth]) -> go.Figure:
    """Draw the Shapley value and the perceptual score of each modality, a row a figure.

    Dots are Shapley values, rings what is lost where the modality is another sample's;
    lines are 95 % intervals.

    Args:
        worths: Accuracy first, then classes.
    """
    figure = go.Figure()
    names = list(worths[0].shapley)
    step = ROW / max(2 * len(names), 1)
    for place, name in enumerate(names):
        for half, (kind, symbol, title) in enumerate(
            (
                ("shapley", "circle", "Shapley value"),
                ("perceptual", "circle-open", "another sample's"),
            )
        ):
            shift = step * (2 * place + half - len(names) + 0.5)
            found: list[Mapping[str, Estimate]] = [
                getattr(worth, kind) for worth in worths
            ]
            rows = [
                (row + shift, worth.figure, one[name])
                for row, (worth, one) in enumerate(zip(worths, found, strict=True))
                if name in one
            ]
            if rows:
                figure.add_trace(_dots(rows, name, symbol, title))
    figure.add_vline(x=0, line={"color": "#8A8A8A", "width": 1.5})
    figure.update_yaxes(
        tickvals=list(range(len(worths))),
        ticktext=[
            f"<b>{w.figure}</b>" if not i else w.figure for i, w in enumerate(worths)
        ],
        range=[len(worths) - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
    )
    figure.update_xaxes(title="worth, in shares of what is right")
    dress(figure, top=12)
    return figure.update_layout(
        legend={"font": {"size": FONT_SIZE}, "y": 1, "yanchor": "top"},
        margin={"l": 8, "b": 8},
    )


def describe_reliance(worths: Sequence[Worth]) -> str:
    """Return in words what `draw_reliance` shows."""
    parts = []
    for worth in worths:
        told = []
        for name, value in worth.shapley.items():
            text = f"{modality_name(name)} {known_digits(value.value)}"
            if name in worth.perceptual:
                lost = worth.perceptual[name].value
                text += f" (another sample's: {known_digits(lost)} lost)"
            told.append(text)
        parts.append(f"{worth.figure}: {', '.join(told)}")
    return f"Shapley values of the modalities: {'; '.join(parts)}."


def _dots(
    rows: Sequence[tuple[float, str, Estimate]], name: str, symbol: str, title: str
) -> go.Scatter:
    ends = [one.ends for _, _, one in rows]
    values = [one.value for _, _, one in rows]
    colour = modality_colour(name)
    return go.Scatter(
        x=values,
        y=[height for height, _, _ in rows],
        mode="markers",
        marker={
            "symbol": symbol,
            "color": colour,
            "size": 11,
            "line": {"width": 2.5, "color": colour},
        },
        error_x={
            "array": [
                _length(high - v) for (_, high), v in zip(ends, values, strict=True)
            ],
            "arrayminus": [
                _length(v - low) for (low, _), v in zip(ends, values, strict=True)
            ],
            "color": colour,
            "thickness": 2,
            "width": 0,
        },
        name=f"{modality_name(name)}, {title}",
        customdata=[
            [figure, known_digits(v), *map(known_digits, one)]
            for (_, figure, _), v, one in zip(rows, values, ends, strict=True)
        ],
        hovertemplate=f"{modality_name(name)}, {title}<br>%{{customdata[0]}}: "
        "<b>%{customdata[1]}</b> [%{customdata[2]}, %{customdata[3]}]<extra></extra>",
    )


def _length(value: float) -> float:
    return value if math.isfinite(value) else 0.0
