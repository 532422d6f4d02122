"""One row of attention over the grid that a modality's tokens fill."""

from dataclasses import dataclass
from html import escape

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.shared.attention.stack import AttentionStack, over_grid
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.views.shared.colours import Stops, veiled_scale
from fusionviz.views.shared.style import (
    FONT_SIZE,
    MARK,
    MODALITY_COLOURS,
    frame_picture,
    modality_name,
)
from fusionviz.views.shared.targets import click_targets
from fusionviz.views.shared.token_maps import VEIL, draw_ground

SPARE = ("#56B4E9", "#8C5A2B", "#009E73", "#CC79A7", "#D55E00", "#7A55B8")
"""For modalities that have no colour of their own."""

MOST_TARGETS = 4096
"""Places that can be clicked: each is an element of the page."""


@dataclass(frozen=True, kw_only=True, eq=False)
class GridPanel:
    """A modality's grid, and what one row reads there.

    Attributes:
        modality: Its name.
        colour: Its colour.
        values: Weight of each place, (rows, columns), NaN where it cannot be read;
            None where the modality is not read at all.
        asked: Place of the query on the grid, or None.
        pictures: What to draw upon, where the modality is rgb or depth.
        is_missing: Whether the sample lacks it.
        clickable: Whether its places can be asked from.
        shape: (rows, columns).
    """

    modality: str
    colour: str
    values: NDArray[np.float32] | None
    asked: int | None
    pictures: Pictures | None
    is_missing: bool
    clickable: bool
    shape: tuple[int, int]

    @classmethod
    def of(
        cls, stack: AttentionStack, modality: str, row: NDArray[np.float32], query: int
    ) -> "GridPanel":
        """Return the panel of a modality for one row of a stack."""
        own = np.flatnonzero(stack.queries.tokens_of(modality) == query)
        axis = stack.keys if stack.keys.is_on_grid(modality) else stack.queries
        if axis.grid is None:
            raise ValueError(f"{modality} has no grid")
        known = stack.pictures if modality in ("rgb", "depth") else None
        return cls(
            modality=modality,
            colour=modality_colours(stack)[modality],
            values=over_grid(row, stack.keys, modality),
            asked=int(own[0]) if own.size else None,
            pictures=known,
            is_missing=stack.missing == modality,
            clickable=stack.queries.is_on_grid(modality),
            shape=axis.grid,
        )

    @property
    def side(self) -> float:
        """Width of the panel: the picture's in pixels, else the grid's columns."""
        return self.pictures.width if self.pictures is not None else self.shape[1]

    @property
    def cell(self) -> tuple[float, float]:
        """Height and width of a place."""
        if self.pictures is None:
            return 1.0, 1.0
        height, width = self.pictures.size
        return height / self.shape[0], width / self.shape[1]


def modality_colours(stack: AttentionStack) -> dict[str, str]:
    """Return a colour for each modality of a stack: known ones keep their own."""
    names = dict.fromkeys([*stack.queries.modalities, *stack.keys.modalities])
    spare = iter(SPARE * 4)
    return {name: MODALITY_COLOURS.get(name) or next(spare) for name in names}


def draw_grid(
    figure: go.Figure,
    panel: GridPanel,
    scale: tuple[float, float, str],
    *,
    column: int,
) -> None:
    """Draw a row's weights over a modality's grid, and frame the query's own place.

    Args:
        figure: Of one row.
        panel: What to draw.
        scale: Lowest and highest value, and the name of the colours.
        column: Of the panel.
    """
    height, width = panel.cell
    if panel.pictures is not None:
        draw_ground(figure, panel.pictures, panel.modality, column)
    else:
        rows, columns = panel.shape
        frame_picture(figure, width=columns, height=rows, column=column)
    if panel.values is not None:
        _draw_values(figure, panel, scale, column)
    if panel.asked is not None:
        row, place = divmod(panel.asked, panel.shape[1])
        left, top = place * width - 0.5, row * height - 0.5
        figure.add_shape(
            type="rect",
            x0=left,
            x1=left + width,
            y0=top,
            y1=top + height,
            line={"color": MARK, "width": 3},
            row=1,
            col=column,
        )
    if panel.clickable and panel.shape[0] * panel.shape[1] <= MOST_TARGETS:
        _add_targets(figure, panel, column)
    _title(figure, panel, column)


def _draw_values(
    figure: go.Figure, panel: GridPanel, scale: tuple[float, float, str], column: int
) -> None:
    low, high, name = scale
    height, width = panel.cell
    place = {
        "x0": (width - 1) / 2,
        "dx": width,
        "y0": (height - 1) / 2,
        "dy": height,
        "showscale": False,
        "hoverongaps": False,
    }
    values = np.asarray(panel.values)
    closed = np.where(np.isnan(values), 1.0, np.nan)
    veil = go.Heatmap(z=closed, colorscale=VEIL, hoverinfo="skip", **place)
    figure.add_trace(veil, row=1, col=column)
    has_ground = panel.pictures is not None
    heat = go.Heatmap(
        z=values,
        zmin=low,
        zmax=high,
        colorscale=_veiled(name, even=low < 0) if has_ground else name,
        hovertemplate="%{z:.3g}<extra></extra>",
        **place,
    )
    figure.add_trace(heat, row=1, col=column)


def _veiled(name: str, *, even: bool) -> Stops:
    """Return a colour scale that lets the picture through where weights are small."""
    places = np.linspace(0, 1, 21)
    strength = np.abs(2 * places - 1) if even else places
    return veiled_scale(name, places.tolist(), 0.25 + 0.65 * strength)


def _add_targets(figure: go.Figure, panel: GridPanel, column: int) -> None:
    """Lay unseen markers over the places, to click and to hover."""
    places = np.arange(panel.shape[0] * panel.shape[1])
    rows, columns = np.divmod(places, panel.shape[1])
    height, width = panel.cell
    words = [
        f"{escape(panel.modality)} row {r + 1}, column {c + 1}"
        for r, c in zip(rows, columns, strict=True)
    ]
    if panel.values is not None:
        words = [
            f"{word}: " + ("closed" if np.isnan(value) else f"{value:.3g}")
            for word, value in zip(words, panel.values.ravel(), strict=True)
        ]
    targets = click_targets(
        columns * width + (width - 1) / 2,
        rows * height + (height - 1) / 2,
        data=[[panel.modality, place] for place in places.tolist()],
        texts=words,
        size=220 / max(panel.shape),
        action="click to ask from here",
    )
    figure.add_trace(targets, row=1, col=column)


def _title(figure: go.Figure, panel: GridPanel, column: int) -> None:
    name = modality_name(panel.modality) or "tokens"
    guess = " (missing)" if panel.is_missing else ""
    role = "asks" if panel.asked is not None else ""
    if panel.values is not None:
        role = "asks, is read" if role else "is read"
    axis = next(figure.select_xaxes(row=1, col=column))
    figure.add_annotation(
        text=f'<span style="color:{panel.colour}">●</span> <b>{name}</b>{guess}<br>'
        f"{role}",
        x=axis.domain[0],
        y=1.0,
        yshift=4,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="bottom",
        align="left",
        showarrow=False,
        font_size=FONT_SIZE,
    )
