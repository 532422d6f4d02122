"""Tokens on the pictures that they come from: grounds, maps, frames, places to click.

A picture is drawn in its own pixels; a token is a square of `width / columns` of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.data.grid import Grid
from fusionviz.views.shared.colours import see_through
from fusionviz.views.shared.pixels import grey_depth, picture_address, quiet
from fusionviz.views.shared.style import MARK, SEQUENTIAL, frame_picture, modality_title
from fusionviz.views.shared.targets import click_targets

MODALITIES = ("rgb", "depth")
VEIL = [[0, "rgba(24,27,31,0.68)"], [1, "rgba(24,27,31,0.68)"]]


@dataclass(frozen=True, kw_only=True)
class TokenPlaces:
    """Where tokens are on a picture.

    Attributes:
        width: Of the picture in pixels.
        grid: Rows and columns of tokens.
    """

    width: int
    grid: Grid

    @property
    def cell(self) -> float:
        """Pixels a side of a token."""
        return self.width / self.grid.columns

    @property
    def start(self) -> float:
        """Centre of the first token, in rows and in columns."""
        return (self.cell - 1) / 2

    def centres(self, tokens: NDArray[np.int64]) -> tuple[NDArray, NDArray]:
        """Return x and y of the centres of tokens of one picture, in pixels."""
        rows, columns = self.grid.coordinates(tokens)
        return self.start + columns * self.cell, self.start + rows * self.cell

    def outline(self, token: int) -> tuple[list[float], list[float]]:
        """Return x and y of the corners of a token, the first one again last."""
        x, y = (float(part[0]) for part in self.centres(np.array([token])))
        half = self.cell / 2
        left, right, top, bottom = x - half, x + half, y - half, y + half
        return [left, right, right, left, left], [top, top, bottom, bottom, top]


def tokens_in(
    modality: str, tokens: NDArray[np.int64], grid: Grid
) -> NDArray[np.int64]:
    """Return which of these joint tokens are of a modality, as places on its grid."""
    own = tokens - (grid.places if modality == "depth" else 0)
    return own[(own >= 0) & (own < grid.places)]


def draw_ground(
    figure: go.Figure, pictures: Pictures, modality: str, column: int, row: int = 1
) -> None:
    """Draw a picture quietly, to be drawn upon; a missing one is grey."""
    height, width = pictures.size
    if modality == "rgb":
        ground = None if pictures.rgb is None else quiet(pictures.rgb)
    else:
        ground = None if pictures.depth_m is None else grey_depth(pictures.depth_m)
    if ground is None:
        ground = np.full((height, width, 3), 128, np.uint8)
    picture = go.Image(source=picture_address(ground), hoverinfo="skip")
    figure.add_trace(picture, row=row, col=column)
    frame_picture(figure, width=width, height=height, row=row, column=column)


def draw_map(
    figure: go.Figure,
    values: NDArray[np.floating],
    places: TokenPlaces,
    *,
    most: float,
    column: int,
    row: int = 1,
) -> None:
    """Draw a weight a token over a picture, from 0; NaN is veiled: never read.

    Args:
        figure: It has the picture at this row and column.
        values: (row, column).
        places: Where the tokens are.
        most: The top of the scale.
        column: Of the panel.
        row: Of the panel.
    """
    cells = {"dx": places.cell, "dy": places.cell}
    cells |= {"x0": places.start, "y0": places.start}
    forbidden = np.where(np.isnan(values), 1.0, np.nan)
    veil = go.Heatmap(
        z=forbidden, colorscale=VEIL, showscale=False, hoverinfo="skip", **cells
    )
    heat = go.Heatmap(
        z=values,
        zmin=0,
        zmax=most,
        colorscale=see_through(SEQUENTIAL),
        showscale=False,
        hoverinfo="skip",
        **cells,
    )
    figure.add_trace(veil, row=row, col=column)
    figure.add_trace(heat, row=row, col=column)


def frame_token(
    figure: go.Figure,
    token: int,
    places: TokenPlaces,
    *,
    name: str,
    dash: str = "solid",
    column: int,
    row: int = 1,
) -> None:
    """Frame a token of one picture as what the reader picked, named in the legend."""
    x, y = places.outline(token)
    figure.add_trace(
        go.Scatter(
            x=x,
            y=y,
            mode="lines",
            line={"color": MARK, "width": 3.5, "dash": dash},
            name=name,
            hoverinfo="skip",
        ),
        row=row,
        col=column,
    )


def add_targets(
    figure: go.Figure,
    places: TokenPlaces,
    modality: str,
    *,
    column: int,
    row: int = 1,
    texts: Sequence[str] | None = None,
) -> None:
    """Lay unseen markers over a picture's tokens, to click and to hover.

    Each carries (modality, row, column) from 0.

    Args:
        figure: It has the picture at this row and column.
        places: Where the tokens are.
        modality: Whose picture it is.
        column: Of the panel.
        row: Of the panel.
        texts: What to say of each token besides its place.
    """
    tokens = np.arange(places.grid.places)
    x, y = places.centres(tokens)
    rows, columns = places.grid.coordinates(tokens)
    named = [f"{modality}, {places.grid.name(token)}" for token in tokens]
    if texts is not None:
        named = [f"{a}: {b}" for a, b in zip(named, texts, strict=True)]
    targets = click_targets(
        x,
        y,
        data=[[modality, int(r), int(c)] for r, c in zip(rows, columns, strict=True)],
        texts=named,
        size=0.8 * 300 / places.grid.columns,
        action="click to ask from here",
    )
    figure.add_trace(targets, row=row, col=column)


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
        values: (row, column).
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


def name_patches(modality: str, grid: Grid, said: Sequence[str]) -> list[str]:
    """Return `RGB, row 1, column 1: …` for the tokens of a picture, row by row."""
    return [f"{modality}, {grid.name(i)}: {text}" for i, text in enumerate(said)]


def guessed_title(modality: str, missing: str | None, detail: str = "") -> str:
    """Return a panel's title that says where its modality is the model's guess."""
    guess = "(guessed)" if modality == missing else ""
    return modality_title(modality, " ".join(filter(None, [detail, guess])))
