"""Many small pictures on one pair of axes: rows and columns, with words around them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.views.shared.pixels import photo_address, picture_address
from fusionviz.views.shared.scale import depth_scale
from fusionviz.views.shared.style import (
    FONT_SIZE,
    MODALITY_NAMES,
    dress,
    modality_title,
)

CELL = 100.0
"""Width of a picture in the units of the axes."""

COARSE = 32
"""Cells a side up to which a picture is a map of cells."""

TEXT_SIZE = 14
LINE_PIXELS = 21

PAGE_PIXELS = 820
"""Width that pictures have where the page is narrowest."""

LARGEST_CELL = 210


@dataclass(frozen=True, kw_only=True)
class Mosaic:
    """Where the pictures of a mosaic stand: in the first subplot of a figure.

    Attributes:
        rows: Of pictures.
        columns: Of pictures.
        cell_pixels: About how large a picture is shown where the page is narrowest;
            sets how much room a line of text needs.
        notes: Rows that have a line of text under each of their pictures.
        titles: Lines of text above the columns.
        shape: Height of a picture in widths.
    """

    rows: int
    columns: int
    cell_pixels: float
    notes: tuple[int, ...] = ()
    titles: int = 1
    shape: float = 1.0

    @property
    def tall(self) -> float:
        """Height of a picture in the units of the axes."""
        return CELL * self.shape

    @property
    def line(self) -> float:
        """Height of a line of text in the units of the axes."""
        return CELL * LINE_PIXELS / self.cell_pixels

    @property
    def gap(self) -> float:
        """Space between pictures, in the units of the axes."""
        return CELL * 6 / self.cell_pixels

    def left(self, column: int) -> float:
        """Return the left edge of a column."""
        return column * (CELL + self.gap)

    def top(self, row: int) -> float:
        """Return the upper edge of a row; the axis points down."""
        lines = sum(1 for noted in self.notes if noted < row)
        return row * (self.tall + self.gap) + lines * self.line

    def picture(self, pixels: NDArray[np.uint8], row: int, column: int) -> dict:
        """Return a picture at its place, (height, width, 3), for `layout.images`.

        Those change without a flicker when a slider runs through them, which pictures
        that are traces do not.
        """
        return {
            "source": address(pixels),
            "xref": "x",
            "yref": "y",
            "x": self.left(column),
            "y": self.top(row),
            "sizex": CELL,
            "sizey": self.tall,
            "xanchor": "left",
            "yanchor": "top",
            "sizing": "stretch",
            "layer": "above",
        }

    def pictures(self, rows: Sequence[Sequence[NDArray[np.uint8]]]) -> list[dict]:
        """Return rows of pictures at their places."""
        return [
            self.picture(pixels, row, column)
            for row, line in enumerate(rows)
            for column, pixels in enumerate(line)
        ]

    def words(self, texts: Sequence[Sequence[str]]) -> go.Scatter:
        """Return the lines under the pictures, a sequence a row of `notes`."""
        where = [
            (self.left(column) + CELL / 2, self.top(row) + self.tall + 0.12 * self.line)
            for row in self.notes
            for column in range(self.columns)
        ]
        return _text(where, [text for row in texts for text in row], "bottom center")

    def headings(self, texts: Sequence[str]) -> go.Scatter:
        """Return the lines above the columns."""
        where = [(self.left(i) + CELL / 2, 0.0) for i in range(len(texts))]
        return _text(where, texts, "top center")

    def hover(
        self, values: NDArray[np.floating], row: int, column: int, template: str
    ) -> go.Heatmap:
        """Return an unseen map over a picture that tells its values when hovered."""
        cell, tall = CELL / values.shape[1], self.tall / values.shape[0]
        return go.Heatmap(
            z=values.astype(np.float32),
            x0=self.left(column) + cell / 2,
            y0=self.top(row) + tall / 2,
            dx=cell,
            dy=tall,
            opacity=0,
            showscale=False,
            hoverongaps=False,
            hovertemplate=template + "<extra></extra>",
        )

    def name_rows(self, figure: go.Figure, names: Sequence[str]) -> None:
        """Write a name, turned, on the left of each row."""
        for row, name in enumerate(names):
            figure.add_annotation(
                text=name,
                x=0,
                y=self.top(row) + self.tall / 2,
                xshift=-14,
                textangle=-90,
                showarrow=False,
                font_size=TEXT_SIZE,
                xref="x",
                yref="y",
            )

    def fit(self, figure: go.Figure, *, towards: str = "right") -> None:
        """Set the first subplot's axes to the mosaic: of one unit, y down, bare.

        Args:
            figure: What the mosaic is in.
            towards: The side that it keeps to, where the colour bars are.
        """
        right = self.left(self.columns - 1) + CELL
        noted = self.line if self.rows - 1 in self.notes else 0.0
        bottom = self.top(self.rows - 1) + self.tall + noted
        hidden = {"visible": False, "constrain": "domain"}
        labels = CELL * 26 / self.cell_pixels
        reach = {"range": [-labels, right], "constraintoward": towards}
        figure.update_layout(xaxis={**reach, **hidden})
        figure.update_layout(
            yaxis={
                "range": [bottom, -self.titles * self.line],
                "scaleanchor": "x",
                **hidden,
            }
        )


def address(pixels: NDArray[np.uint8]) -> str:
    """Return a picture's data address.

    Maps of a few cells as PNG with hard edges, which browsers would blur, others as
    JPEG.
    """
    if pixels.shape[1] > COARSE:
        return photo_address(pixels)
    grow = -(-128 // pixels.shape[1])
    return picture_address(pixels.repeat(grow, axis=0).repeat(grow, axis=1))


def _text(
    where: Sequence[tuple[float, float]], texts: Sequence[str], position: str
) -> go.Scatter:
    return go.Scatter(
        x=[x for x, _ in where],
        y=[y for _, y in where],
        text=list(texts),
        mode="text",
        textposition=position,
        textfont={"size": min(TEXT_SIZE, FONT_SIZE)},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )


def draw_pairs(
    pairs: Sequence[Pictures],
    *,
    titles: Sequence[str],
    notes: Sequence[str],
) -> go.Figure:
    """Draw pairs side by side.

    Args:
        pairs: With both modalities, of one size.
        titles: Above each pair.
        notes: Below each pair.
    """
    cell = min(PAGE_PIXELS / len(pairs), LARGEST_CELL)
    mosaic = Mosaic(
        rows=2,
        columns=len(pairs),
        cell_pixels=cell,
        notes=(1,),
        shape=pairs[0].shape,
    )
    scale = depth_scale(np.asarray(pair.depth_m) for pair in pairs)
    pictures = (
        [np.asarray(pair.rgb) for pair in pairs],
        [scale.paint(np.asarray(pair.depth_m)) for pair in pairs],
    )
    words = [mosaic.headings(titles), mosaic.words([notes])]
    figure = go.Figure([*words, scale.bar(x=0.0, y=0.5, length=0.7, anchor="right")])
    figure.update_layout(images=mosaic.pictures(pictures))
    mosaic.name_rows(figure, [modality_title(name) for name in MODALITY_NAMES])
    mosaic.fit(figure, towards="left")
    dress(figure, top=8)
    return figure.update_layout(margin_l=84)
