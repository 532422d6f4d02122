"""A less B: over pictures, as a matrix, and the scales of both heads and of this."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.attention.head_comparison import HeadComparison
from fusionviz.views.shared.style import (
    DIVERGING,
    FONT_SIZE,
    SEQUENTIAL,
    add_scale_bar,
    frame_picture,
    modality_title,
    three_digits,
    write_above,
)
from fusionviz.views.shared.token_maps import MODALITIES, VEIL

MIDDLES = (0.155, 0.5, 0.845)
"""Of the columns A, B and A - B, in parts of the figure's width."""


SMALLEST = 1e-3
"""Scales of A - B end no nearer to 0: what is less is no difference to see."""


def draw_difference(figure: go.Figure, comparison: HeadComparison) -> None:
    """Draw A - B over both pictures and as a matrix, or say why there is none."""
    maps, difference = comparison.map_difference, comparison.difference
    for number, modality in enumerate(MODALITIES):
        column = 5 + number
        if maps is None:
            _say(figure, column, 1, "other<br>grid")
            continue
        _draw_signed(figure, maps[number], _map_reach(comparison), 1, column)
        title_picture(figure, column, modality_title(modality))
    if difference is None:
        a, b = (one.attention.tokens for one in (comparison.a, comparison.b))
        _say(
            figure,
            5,
            2,
            f"A has {a} tokens and B has {b}:<br>their cells do not<br>correspond, so "
            "no<br>difference is drawn",
        )
        return
    tokens = len(difference)
    closed = np.tri(tokens, k=-1, dtype=bool)
    shown = np.where(closed, np.nan, difference)
    _draw_signed(figure, shown, _reach(comparison), 2, 5)


def _draw_signed(
    figure: go.Figure, values: NDArray[np.floating], most: float, row: int, column: int
) -> None:
    veil = go.Heatmap(
        z=np.where(np.isnan(values), 1.0, np.nan),
        colorscale=VEIL,
        showscale=False,
        hoverinfo="skip",
    )
    heat = go.Heatmap(
        z=values.astype(np.float32),
        zmin=-most,
        zmax=most,
        colorscale=DIVERGING,
        showscale=False,
        hoverongaps=False,
        hovertemplate="A − B = %{z:+.3g}<extra></extra>",
    )
    if row == 1:
        figure.add_trace(veil, row=row, col=column)
    figure.add_trace(heat, row=row, col=column)
    frame_picture(
        figure, width=values.shape[1], height=len(values), row=row, column=column
    )


def _reach(comparison: HeadComparison) -> float:
    """Return the end of the scale of A - B: the rows' largest difference."""
    if comparison.difference is None:
        return 1.0
    difference = comparison.a.weights - comparison.b.weights
    return max(float(np.abs(difference).max()), SMALLEST)


def _map_reach(comparison: HeadComparison) -> float:
    if not _has_mixtures(comparison) and comparison.difference is not None:
        return _reach(comparison)
    return largest(np.abs(np.asarray(comparison.map_difference)))


def _has_mixtures(comparison: HeadComparison) -> bool:
    sides = comparison.a, comparison.b
    return any(side.attention.mixing is not None for side in sides)


def largest(*maps: NDArray[np.floating]) -> float:
    """Return the largest value of some maps, above 0; NaN counts nothing."""
    return max(*(float(np.nanmax(one, initial=0)) for one in maps), 1e-6)


def add_scales(
    figure: go.Figure, comparison: HeadComparison, most: float, map_most: float
) -> None:
    """Draw the bars of both scales below the matrices.

    Args:
        figure: It has the matrices.
        comparison: What it shows.
        most: Largest weight of the scale that A and B share.
        map_most: The same of the maps, where they have a scale of their own.
    """
    matrices = max(float(one.matrix.max()) for one in (comparison.a, comparison.b))
    beyond = "≥ " if matrices > 1.001 * most else ""
    mixed = _has_mixtures(comparison)
    own = f" (maps {three_digits(map_most)})" if mixed else ""
    ends = ("weight 0", f"{beyond}{three_digits(most)}, no unit{own}")
    bar = add_scale_bar(figure, ends, middle=0.33, length=0.4)
    figure.add_trace(_carrier(bar, 0, most, SEQUENTIAL), row=2, col=1)
    if comparison.difference is None and comparison.map_difference is None:
        return
    reach = _reach(comparison) if comparison.difference is not None else 0
    reach = reach or _map_reach(comparison)
    most = 0.0
    if comparison.difference is not None:
        most = float(np.abs(comparison.difference).max())
    lower, beyond = ("≤ ", "≥ ") if most > 1.001 * reach else ("", "")
    ends = (
        lower + three_digits(-reach),
        f"{beyond}+{three_digits(reach)}, no unit",
    )
    bar = add_scale_bar(figure, ends, middle=MIDDLES[2], length=0.26)
    figure.add_trace(_carrier(bar, -reach, reach, DIVERGING), row=2, col=5)


def _carrier(bar: dict, low: float, high: float, scale: str) -> go.Scatter:
    """Return an invisible trace that carries a colour bar."""
    marker = {
        "color": [low],
        "cmin": low,
        "cmax": high,
        "colorscale": scale,
        "colorbar": bar,
        "showscale": True,
    }
    return go.Scatter(
        x=[None],
        y=[None],
        mode="markers",
        marker=marker,
        showlegend=False,
        hoverinfo="skip",
    )


def title_picture(figure: go.Figure, column: int, text: str) -> None:
    """Write a title above a picture of the first row."""
    axis = next(figure.select_xaxes(row=1, col=column))
    middle = sum(axis.domain) / 2
    write_above(figure, text, x=middle, y=1.0, shift=2)


def _say(figure: go.Figure, column: int, row: int, text: str) -> None:
    """Write a sentence in a panel that stays empty."""
    frame_picture(figure, width=1, height=1, row=row, column=column)
    figure.add_annotation(
        text=text, x=0, y=0, showarrow=False, font_size=FONT_SIZE, row=row, col=column
    )
