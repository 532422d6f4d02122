"""One number a token, of any scale, over the picture that the tokens are of."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.colors import get_colorscale, sample_colorscale, unlabel_rgb

from fusionviz.views.shared.style import modality_title
from fusionviz.views.shared.token_maps import TokenPlaces


def draw_values(
    figure: go.Figure,
    values: NDArray[np.floating],
    places: TokenPlaces,
    *,
    ends: tuple[float, float],
    colours: str | Sequence[tuple[float, str]],
    column: int,
    row: int = 1,
    bar: Mapping[str, Any] | None = None,
    texts: Sequence[str] | None = None,
) -> None:
    """Draw a value a token over a picture.

    Args:
        figure: It has the picture at this row and column.
        values: (grid, grid).
        places: Where the tokens are.
        ends: Of the scale.
        colours: Of the scale.
        column: Of the panel.
        row: Of the panel.
        bar: The colour bar, where this panel is the one that has it.
        texts: What to say of each token under the pointer, row by row; nothing where
            other marks over the picture say it.
    """
    low, high = ends
    said: dict[str, Any] = {"hoverinfo": "skip"}
    if texts is not None:
        words = np.array(texts, dtype=object).reshape(values.shape)
        said = {"text": words, "hovertemplate": "%{text}<extra></extra>"}
    heat = go.Heatmap(
        z=np.clip(values, low, high),
        dx=places.cell,
        dy=places.cell,
        x0=places.start,
        y0=places.start,
        zmin=low,
        zmax=high,
        colorscale=colours,
        showscale=bar is not None,
        colorbar=dict(bar or {}),
        **said,
    )
    figure.add_trace(heat, row=row, col=column)


def see_through_middle(
    name: str, *, faint: float = 0.1, strong: float = 0.95
) -> list[tuple[float, str]]:
    """Return a diverging scale that lets the picture through near its middle."""
    stops = np.linspace(0, 1, 21)
    scale: list[tuple[float, str]] = []
    for stop, colour in zip(
        stops, sample_colorscale(get_colorscale(name), stops), strict=True
    ):
        red, green, blue = unlabel_rgb(colour)
        # Its middle is white: what is near it has to show by more than a thin veil.
        alpha = faint + (strong - faint) * np.sqrt(abs(2 * stop - 1))
        rgba = f"rgba({red:.0f},{green:.0f},{blue:.0f},{alpha:.2f})"
        scale.append((float(stop), rgba))
    return scale


def name_patches(modality: str, grid: int, said: Sequence[str]) -> list[str]:
    """Return `RGB, row 1, column 1: …` for the tokens of a picture, row by row."""
    rows, columns = np.divmod(np.arange(grid**2), grid)
    return [
        f"{modality}, row {row + 1}, column {column + 1}: {text}"
        for row, column, text in zip(rows, columns, said, strict=True)
    ]


def guessed_title(modality: str, missing: str | None, detail: str = "") -> str:
    """Return a panel's title that says where its modality is the model's guess."""
    guess = "(guessed)" if modality == missing else ""
    return modality_title(modality, " ".join(filter(None, [detail, guess])))
