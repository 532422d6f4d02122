"""A value for each patch of a poster and each word of a plot."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.data.grid import Grid
from fusionviz.views.shared.bars import add_scale_bar, carry_bar
from fusionviz.views.shared.colours import see_through, see_through_middle
from fusionviz.views.shared.pixels import photo_address, quiet
from fusionviz.views.shared.style import (
    DIVERGING,
    FONT_SIZE,
    MARK,
    SEQUENTIAL,
    dress,
    frame_picture,
    modality_colour,
)

LONGEST_WORD = 13
"""Letters of a word that are written; the hover has all."""

CLOSED = "#8A8A8A"
"""Below words that have no value."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FilmMap:
    """What is drawn over a film.

    Attributes:
        poster: uint8 (height, width, 3).
        words: That are read, in their order.
        patches: Value of each patch, (row, column); NaN where there is none.
        on_words: Value of each place of the page, (row, column); NaN likewise.
        has_sign: Whether values have a sign; else they begin at 0.
        ends: What the two ends of the scale mean, with unit.
        titles: Of the poster and of the page.
        picked: Joint token that is framed, None for none.
    """

    poster: NDArray[np.uint8]
    words: Sequence[str]
    patches: NDArray[np.floating]
    on_words: NDArray[np.floating]
    has_sign: bool
    ends: tuple[str, str]
    titles: tuple[str, str]
    picked: int | None = None

    @property
    def grid(self) -> Grid:
        """Rows and columns of the patches, and of the page."""
        return Grid(*self.patches.shape)

    @property
    def most(self) -> float:
        """Top of the scale: the largest value, of either sign where they have one."""
        both = np.concatenate([self.patches.ravel(), self.on_words.ravel()])
        known = np.abs(both[~np.isnan(both)])
        return max(float(known.max()) if known.size else 0.0, 1e-6)


def draw_film_map(shown: FilmMap) -> go.Figure:
    """Draw the values over the poster, and on the words as on a page, on one scale."""
    figure = make_subplots(
        rows=1,
        cols=2,
        column_widths=[0.27, 0.73],
        subplot_titles=[
            f'<span style="color:{modality_colour(name)}">●</span> {title}'
            for name, title in zip(("rgb", "text"), shown.titles, strict=True)
        ],
        horizontal_spacing=0.03,
    )
    figure.update_annotations(font_size=FONT_SIZE)
    _draw_poster(figure, shown)
    _draw_page(figure, shown)
    bar = add_scale_bar(figure, shown.ends, middle=0.65, length=0.45)
    low = -shown.most if shown.has_sign else 0.0
    figure.add_trace(
        carry_bar(bar, low=low, high=shown.most, colours=_opaque(shown)), row=1, col=2
    )
    if shown.picked is not None:
        _frame(figure, shown, shown.picked)
    dress(figure)
    return figure.update_layout(margin_b=44, showlegend=False)


def _draw_poster(figure: go.Figure, shown: FilmMap) -> None:
    height, width = shown.poster.shape[:2]
    ground = photo_address(quiet(shown.poster))
    figure.add_trace(go.Image(source=ground, hoverinfo="skip"), row=1, col=1)
    down, right = height / shown.grid.rows, width / shown.grid.columns
    figure.add_trace(
        go.Heatmap(
            z=shown.patches,
            x0=right / 2 - 0.5,
            dx=right,
            y0=down / 2 - 0.5,
            dy=down,
            hovertemplate="patch: %{z:.3g}<extra></extra>",
            **_range(shown, _see_through(shown)),
        ),
        row=1,
        col=1,
    )
    frame_picture(figure, width=width, height=height, column=1)


def _draw_page(figure: go.Figure, shown: FilmMap) -> None:
    """Draw the words; Plotly writes each in black or white, by the colour below it."""
    rows, columns = shown.grid
    empty = [""] * (rows * columns - len(shown.words))
    written = np.array([*map(_short, shown.words), *empty]).reshape(rows, columns)
    whole = np.array([*map(escape, shown.words), *empty]).reshape(rows, columns)
    is_open = ~np.isnan(shown.on_words)
    closed = np.where((written != "") & ~is_open, 0.0, np.nan)
    looks = {"text": written, "texttemplate": "%{text}", "xgap": 2, "ygap": 2}
    font = {"size": FONT_SIZE}
    figure.add_trace(
        go.Heatmap(
            z=shown.on_words,
            customdata=whole,
            hovertemplate="%{customdata} %{z:.3g}<extra></extra>",
            textfont=font,
            **looks,
            **_range(shown, _opaque(shown)),
        ),
        row=1,
        col=2,
    )
    figure.add_trace(
        go.Heatmap(
            z=closed,
            customdata=whole,
            hovertemplate="%{customdata}: closed<extra></extra>",
            colorscale=[(0, CLOSED), (1, CLOSED)],
            showscale=False,
            hoverongaps=False,
            textfont=font,
            **looks,
        ),
        row=1,
        col=2,
    )
    hidden = {"visible": False, "showgrid": False, "zeroline": False}
    figure.update_xaxes(range=[-0.5, columns - 0.5], row=1, col=2, **hidden)
    figure.update_yaxes(range=[rows - 0.5, -0.5], row=1, col=2, **hidden)


def _frame(figure: go.Figure, shown: FilmMap, token: int) -> None:
    rows, columns = shown.grid
    place = token % (rows * columns)
    row, column = divmod(place, columns)
    on_page = token >= rows * columns
    height, width = shown.poster.shape[:2]
    down, right = (1, 1) if on_page else (height / rows, width / columns)
    figure.add_shape(
        type="rect",
        x0=column * right - 0.5,
        x1=(column + 1) * right - 0.5,
        y0=row * down - 0.5,
        y1=(row + 1) * down - 0.5,
        line={"color": MARK, "width": 3},
        row=1,
        col=2 if on_page else 1,
    )


def _range(shown: FilmMap, colours: object) -> dict[str, object]:
    return {
        "zmin": -shown.most if shown.has_sign else 0.0,
        "zmax": shown.most,
        "colorscale": colours,
        "showscale": False,
        "hoverongaps": False,
    }


def _opaque(shown: FilmMap) -> str:
    return DIVERGING if shown.has_sign else SEQUENTIAL


def _see_through(shown: FilmMap) -> object:
    return see_through_middle(DIVERGING) if shown.has_sign else see_through(SEQUENTIAL)


def _short(word: str) -> str:
    cut = word if len(word) <= LONGEST_WORD else f"{word[: LONGEST_WORD - 1]}…"
    return escape(cut)
