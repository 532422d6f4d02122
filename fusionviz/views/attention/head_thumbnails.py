"""Small pictures of attention heads, on one canvas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.attention.overview import Overview
from fusionviz.views.attention.thumbnails import (
    Layout,
    enlarge,
    hex_colour,
    lay_out,
    paint_gate,
    paint_weights,
    paste,
    pool_triangle,
)
from fusionviz.views.shared.style import LAYER_COLOURS

Shown = Literal["matrix", "patch"]
"""S itself, or where one patch reads, over RGB and under it depth."""

MOST_PIXELS = 300_000
"""Of all thumbnails of a chart: a PNG of about half a megabyte."""

SCREEN = 900, 430
"""What the thumbnails may take of the narrowest window, in pixels."""

GAP, STRIP, GATE = 3, 3, 7
"""Pixels around a thumbnail, of its strip in the colour of its kind of layer above,
and of the one in its gate's colour below, where there is one."""

MAP_WIDTH = 32
"""Pixels that a map is enlarged to at least."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Thumbnails:
    """Small pictures of some heads, before they are painted.

    Attributes:
        places: Of the heads, in their order.
        values: Weights, NaN where nothing may be read, (head, height, width).
        most: Top of the scale that they share.
        step: Entries a side of S that a pixel is the mean of.
        show: What they show.
    """

    places: NDArray[np.int64]
    values: NDArray[np.float32]
    most: float
    step: int
    show: Shown

    @property
    def cut(self) -> bool:
        """Whether there are weights beyond the scale."""
        return bool(np.nanmax(self.values, initial=0.0) > 1.001 * self.most)

    @property
    def times(self) -> int:
        """How many pixels a side each value takes."""
        return 1 if self.show == "matrix" else max(1, MAP_WIDTH // self.values.shape[2])

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of one, in pixels of the canvas."""
        return self.times * self.values.shape[1], self.times * self.values.shape[2]


def make_thumbnails(
    overview: Overview, places: NDArray[np.int64], *, show: Shown, token: int
) -> Thumbnails:
    """Return small pictures of heads.

    Args:
        overview: All heads.
        places: Which, in their order; at least one.
        show: S, pooled until all fit into `MOST_PIXELS`; or maps of one row.
        token: The joint token whose row is shown as maps.
    """
    step = 1
    if show == "matrix":
        side = len(overview.matrix(0))
        while len(places) * (-(-side // step)) ** 2 > MOST_PIXELS:
            step += 1
        pictures = [pool_triangle(overview.matrix(place), step) for place in places]
    else:
        pictures = [_maps(overview, place, token) for place in places]
    return Thumbnails(
        places=places,
        values=np.array(pictures, np.float32),
        most=usual_weight(overview),
        step=step,
        show=show,
    )


def usual_weight(overview: Overview) -> float:
    """Return what 95 % of all weights of all heads lie below: where the scale ends.

    Rows at the end of S have few tokens to read and large weights: with the largest of
    them for the top, all others would be dark.
    """
    rows, columns = np.triu_indices(len(overview.matrix(0)))
    weights = [layer.weights[:, rows, columns] for layer in overview.layers]
    return max(float(np.quantile(np.concatenate(weights), 0.95)), 1e-6)


@dataclass(frozen=True, kw_only=True, eq=False)
class Board:
    """Where the thumbnails of heads stand on their canvas.

    Attributes:
        layout: Of the runs: a layer's heads, or one head.
        runs: Places of each run's heads.
        corners: x and y of each head's strip, by its place.
        cell: Height and width that a head takes, with what is around it.
    """

    layout: Layout
    runs: Sequence[Sequence[int]]
    corners: Mapping[int, tuple[int, int]]
    cell: tuple[int, int]

    def centre(self, place: int) -> tuple[float, float]:
        """Return x and y of the middle of a head's thumbnail."""
        x, y = self.corners[place]
        return x + self.cell[1] / 2 - GAP, y + self.cell[0] / 2 - GAP


def arrange(overview: Overview, thumbnails: Thumbnails, *, grouped: bool) -> Board:
    """Return where thumbnails stand.

    Args:
        overview: All heads.
        thumbnails: Of some of them.
        grouped: Whether a layer's heads stand side by side under its name, each in the
            column of its number; else all follow one another.
    """
    height, width = thumbnails.size
    below = GATE if thumbnails.show == "patch" else 0
    cell = height + STRIP + below + 2 * GAP, width + 2 * GAP
    places = thumbnails.places.tolist()
    runs = _by_layer(overview, places) if grouped else [[place] for place in places]
    slots = overview.layers[0].heads if grouped else 1
    layout = lay_out(
        len(runs), (slots * cell[1], cell[0]), labelled=grouped, screen=SCREEN
    )
    corners = {}
    for number, run in enumerate(runs):
        x, y = layout.corner(number)
        for place in run:
            slot = int(overview.number[place]) - 1 if grouped else 0
            corners[place] = (x + slot * cell[1] + GAP, y + GAP)
    return Board(layout=layout, runs=runs, corners=corners, cell=cell)


def paint_board(
    overview: Overview, thumbnails: Thumbnails, board: Board
) -> NDArray[np.uint8]:
    """Return all thumbnails as one picture, RGBA.

    A strip above has the colour of the layer's kind. The triangle of S that the mask
    closes, or a strip below a map, has the gate's colour; forms without gates have
    none.
    """
    width, height = board.layout.size
    canvas = np.zeros((height, width, 4), np.uint8)
    rows, columns = thumbnails.size
    widest = float(overview.size.max())
    for place, values in zip(
        thumbnails.places.tolist(), thumbnails.values, strict=True
    ):
        x, y = board.corners[place]
        kind = overview.layer_at(place).layer.kind
        canvas[y : y + STRIP, x : x + columns] = hex_colour(LAYER_COLOURS[kind])
        painted = paint_weights(values, thumbnails.most)
        if overview.gate is not None and widest > 0:
            gate = paint_gate(float(overview.gate[place]), widest)
            if thumbnails.show == "matrix":
                painted[np.isnan(values)] = gate
            else:
                top = y + STRIP + rows + 1
                canvas[top : top + GATE - 1, x : x + columns] = gate
        paste(canvas, enlarge(painted, thumbnails.times), x, y + STRIP)
    return canvas


def _maps(overview: Overview, place: int, token: int) -> NDArray[np.float32]:
    """Return where a token's row reads: RGB above depth, a pixel a token."""
    layer = overview.layer_at(place)
    maps = layer.over_pictures(int(overview.number[place]) - 1, layer.row_of(token))
    return maps.reshape(-1, layer.grid)


def _by_layer(overview: Overview, places: Sequence[int]) -> list[list[int]]:
    layers: dict[int, list[int]] = {}
    for place in places:
        layers.setdefault(int(overview.layer[place]), []).append(place)
    return list(layers.values())
