"""What the flow and its inverse leave of the tokens, on a logarithmic scale."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.latents.round_trip import RoundTrip
from fusionviz.views.shared.bars import add_scale_bar
from fusionviz.views.shared.colours import see_through
from fusionviz.views.shared.style import (
    FONT_SIZE,
    MODALITY_COLOURS,
    MODALITY_NAMES,
    SEQUENTIAL,
    dress,
    three_digits,
)
from fusionviz.views.shared.token_maps import (
    MODALITIES,
    TokenPlaces,
    draw_ground,
    draw_values,
    guessed_title,
    name_patches,
)

LINES = {"float32": "solid", "float64": "dot"}
BINS_A_DECADE = 4
SMALLEST = 1e-20
"""Stands for an error of nothing where a logarithm needs a number."""


def draw_round_trip(trip: RoundTrip, *, precision: str) -> go.Figure:
    """Draw each token's largest error over both pictures, and all errors' spread.

    Both maps share one logarithmic scale. Beside them is the share of all numbers that
    are off by so much, in every precision that was measured.

    Args:
        trip: What was measured.
        precision: Whose errors the maps show.
    """
    titles = [guessed_title(m, trip.missing) for m in MODALITIES]
    figure = make_subplots(
        rows=1,
        cols=3,
        subplot_titles=[*titles, "all numbers of all tokens"],
        column_widths=[0.31, 0.31, 0.38],
        horizontal_spacing=0.05,
    )
    _draw_maps(figure, trip, precision)
    for name in trip.errors:
        _draw_spread(figure, trip, name)
    figure.update_xaxes(
        type="log",
        exponentformat="power",
        dtick=3 if len(trip.errors) > 1 else 1,
        title="|x − G⁻¹(G(x))|, in units of a token (log)",
        row=1,
        col=3,
    )
    figure.update_yaxes(
        title="% of numbers", rangemode="tozero", side="right", row=1, col=3
    )
    figure.update_annotations(font_size=FONT_SIZE)
    dress(figure)
    return figure.update_layout(margin_b=66, showlegend=False)


def describe_round_trip(trip: RoundTrip, *, precision: str) -> str:
    """Return in words what `draw_round_trip` shows."""
    maps = trip.token_error(precision)
    modality, row, column = np.unravel_index(maps.argmax(), maps.shape)
    return (
        f"Round-trip error of each token in {precision}: from "
        f"{three_digits(float(maps.min()))} to {three_digits(float(maps.max()))} in "
        f"units of a token, largest in {MODALITY_NAMES[MODALITIES[modality]]} at row "
        f"{row + 1}, column {column + 1}."
    )


def _draw_maps(figure: go.Figure, trip: RoundTrip, precision: str) -> None:
    maps = trip.token_error(precision)
    positive = maps[maps > 0]
    low, high = (
        (positive.min(), positive.max()) if positive.size else (SMALLEST, SMALLEST)
    )
    ends = (f"{three_digits(low)}", f"{three_digits(high)}, token units (log)")
    bar = add_scale_bar(figure, ends, middle=0.29, length=0.56)
    places = TokenPlaces(width=trip.pictures.width, grid=trip.grid)
    for column, modality in enumerate(MODALITIES, start=1):
        error = maps[column - 1]
        draw_ground(figure, trip.pictures, modality, column)
        said = [f"{three_digits(one)} token units" for one in error.ravel().tolist()]
        draw_values(
            figure,
            np.log10(error.clip(SMALLEST)),
            places,
            ends=(float(np.log10(low)), float(np.log10(high)) + 1e-9),
            colours=see_through(SEQUENTIAL, faint=0.8),
            column=column,
            bar=bar if column == 1 else None,
            texts=name_patches(MODALITY_NAMES[modality], trip.grid, said),
        )


def _draw_spread(figure: go.Figure, trip: RoundTrip, precision: str) -> None:
    """Draw how errors of one precision spread, a line a modality."""
    halves = trip.errors[precision].reshape(2, -1)
    edges = _edges(halves)
    peak = (float(np.log10(np.median(halves).clip(SMALLEST))), 0.0)
    for modality, errors in zip(MODALITIES, halves, strict=True):
        counts, _ = np.histogram(errors, edges)
        share = 100 * counts / errors.size
        peak = (peak[0], max(peak[1], float(share.max())))
        figure.add_trace(
            go.Scatter(
                x=np.sqrt(edges[1:] * edges[:-1]),
                y=share,
                mode="lines",
                line={
                    "color": MODALITY_COLOURS[modality],
                    "dash": LINES[precision],
                    "width": 2.5,
                    "shape": "hvh",
                },
                name=f"{MODALITY_NAMES[modality]}, {precision}",
                hovertemplate="%{y:.1f} % near %{x:.1e}<extra>%{fullData.name}</extra>",
            ),
            row=1,
            col=3,
        )
    figure.add_annotation(
        text=precision, x=peak[0], y=peak[1], yshift=12, showarrow=False, row=1, col=3
    )


def _edges(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return edges of bins, evenly spaced in the logarithm; zeros have no bin."""
    positive = errors[errors > 0]
    if not positive.size:
        return np.array([SMALLEST, 10 * SMALLEST])
    low, high = np.log10(positive.min()), np.log10(positive.max())
    first = np.floor(low * BINS_A_DECADE)
    last = np.floor(high * BINS_A_DECADE) + 1
    return 10 ** (np.arange(first, last + 1) / BINS_A_DECADE)
