"""Genres of a film as bars of probability."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.views.shared.style import (
    FONT_SIZE,
    MARK,
    OTHER_COLOURS,
    dress,
    modality_colour,
    three_digits,
)

COLOURS = {
    "poster and plot": OTHER_COLOURS[1],
    "poster alone": modality_colour("rgb"),
    "plot alone": modality_colour("text"),
}
"""By what genres are read from."""


def draw_genres(
    genres: Sequence[str],
    probabilities: Mapping[str, NDArray],
    *,
    threshold: float,
    picked: str = "",
) -> go.Figure:
    """Draw the probability of each genre, the most probable on top.

    Args:
        genres: Their names.
        probabilities: By what they are read from, (genre,); the first sorts.
        threshold: Above which a film is taken to be of a genre, drawn as a line.
        picked: A genre whose name is marked.
    """
    first = next(iter(probabilities.values()))
    order = first.argsort(kind="stable")
    names = [_name(genres[index], picked) for index in order]
    figure = go.Figure()
    # Plotly stacks groups from below: the first is to be on top.
    for source, values in reversed(list(probabilities.items())):
        figure.add_trace(
            go.Bar(
                x=values[order],
                y=names,
                orientation="h",
                name=source,
                marker_color=COLOURS[source],
                hovertemplate=f"%{{y}}, {source}: %{{x:.3f}}<extra></extra>",
            )
        )
    figure.add_vline(x=threshold, line={"color": MARK, "width": 2, "dash": "dot"})
    figure.add_annotation(
        text=f"taken for a genre above {three_digits(threshold)}",
        x=threshold,
        y=1,
        xref="x",
        yref="paper",
        xanchor="left",
        yanchor="bottom",
        xshift=-4,
        showarrow=False,
        font_size=FONT_SIZE,
    )
    figure.update_xaxes(range=[0, 1], title_text="probability")
    dress(figure, top=30)
    return figure.update_layout(
        barmode="group",
        bargap=0.25,
        showlegend=len(probabilities) > 1,
        legend={"traceorder": "reversed", "x": 1, "y": 0, "xanchor": "right"},
        margin_l=100,
    )


def describe_genres(
    genres: Sequence[str], probabilities: Mapping[str, NDArray], threshold: float
) -> str:
    """Return in words what `draw_genres` shows."""
    told = []
    for source, values in probabilities.items():
        order = (-values).argsort(kind="stable")
        named = [
            f"{genres[index]} {values[index]:.2f}"
            for index in order
            if values[index] > threshold
        ]
        told.append(f"from {source}: {', '.join(named) or 'none'}")
    return f"Genres above {three_digits(threshold)}, {'; '.join(told)}."


def _name(genre: str, picked: str) -> str:
    return f"<b>{genre}</b>" if genre == picked else genre
