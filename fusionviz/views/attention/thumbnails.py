"""Attention heads as small pictures on one canvas: pooled, painted, and laid out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.attention.overview import Overview
from fusionviz.views.shared.colours import Stops, colour_table, rgb_of
from fusionviz.views.shared.style import DIVERGING, LAYER_COLOURS, SEQUENTIAL

LABEL_PIXELS = 21
"""Height of a line of text on the screen."""

LABEL_WIDTH = 140
"""Width of a line of text on the screen that has to fit above a run."""

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


def pool_triangle(matrix: NDArray[np.floating], step: int) -> NDArray[np.float32]:
    """Return an upper-triangular matrix, smaller: means over squares of its entries.

    Only what the mask leaves open counts; a square that it closes is NaN.

    Args:
        matrix: (token, token).
        step: Entries a side of a square; the last ones may be cut off by the edge.
    """
    tokens = len(matrix)
    side = -(-tokens // step)
    padded = np.full((side * step, side * step), np.nan)
    padded[:tokens, :tokens] = np.where(
        np.tri(tokens, k=-1, dtype=bool), np.nan, matrix
    )
    blocks = padded.reshape(side, step, side, step).swapaxes(1, 2)
    squares = blocks.reshape(side, side, step * step)
    there = np.isfinite(squares)
    count = there.sum(axis=-1)
    total = np.where(there, squares, 0.0).sum(axis=-1)
    mean = np.full((side, side), np.nan)
    return np.divide(total, count, out=mean, where=count > 0).astype(np.float32)


def paint_weights(values: NDArray[np.floating], most: float) -> NDArray[np.uint8]:
    """Return weights on the sequential scale from 0, RGBA; NaN is transparent."""
    share = np.clip(np.nan_to_num(values) / most, 0, 1)
    painted = np.full((*values.shape, 4), 255, np.uint8)
    painted[..., :3] = colour_table(SEQUENTIAL)[np.rint(255 * share).astype(int)]
    painted[np.isnan(values)] = 0
    return painted


def paint_gate(gate: float, most: float) -> NDArray[np.uint8]:
    """Return a gate's colour on the diverging scale, RGBA: fainter towards 0."""
    share = float(np.clip(gate / most, -1, 1))
    end = colour_table(DIVERGING)[round(127.5 + 0.8 * 127.5 * np.sign(share))]
    return np.array([*end, round(255 * abs(share))], np.uint8)


def gate_scale() -> Stops:
    """Return the colours of `paint_gate` as a colour scale of Plotly's."""
    stops = np.linspace(-1, 1, 11)
    colours = [paint_gate(stop, 1.0) for stop in stops]
    return [
        (float((stop + 1) / 2), f"rgba({r},{g},{b},{a / 255:.2f})")
        for stop, (r, g, b, a) in zip(stops, colours, strict=True)
    ]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where runs of equal cells stand that are read like the lines of a text.

    Attributes:
        runs: How many runs there are.
        per_line: Runs beside one another.
        run: Width and height of a run, in the canvas's own pixels.
        label: Height of the line of text above each run, likewise.
        scale: About how many pixels of the screen one of the canvas takes.
    """

    runs: int
    per_line: int
    run: tuple[int, int]
    label: int
    scale: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the canvas."""
        lines = -(-self.runs // self.per_line)
        return self.per_line * self.run[0], lines * (self.run[1] + self.label)

    def corner(self, run: int) -> tuple[int, int]:
        """Return x and y of the upper left corner of a run's cells."""
        line, place = divmod(run, self.per_line)
        height = self.run[1] + self.label
        return place * self.run[0], line * height + self.label


def lay_out(
    runs: int, run: tuple[int, int], *, labelled: bool, screen: tuple[int, int]
) -> Layout:
    """Return the layout in which cells are shown largest.

    Args:
        runs: How many, at least one.
        run: Width and height of each.
        labelled: Whether each has a line of text above it; where there is no room for
            that, none has.
        screen: Width and height that the whole may take on the screen.
    """
    above = LABEL_PIXELS if labelled else 0
    found = []
    for per_line in range(1, runs + 1):
        lines = -(-runs // per_line)
        free = screen[1] - lines * above
        scale = min(screen[0] / (per_line * run[0]), free / (lines * run[1]))
        if scale > 0 and (not labelled or run[0] * scale >= LABEL_WIDTH):
            found.append((scale, per_line))
    if not found:
        return lay_out(runs, run, labelled=False, screen=screen)
    scale, per_line = max(found)
    return Layout(
        runs=runs,
        per_line=per_line,
        run=run,
        label=round(above / scale),
        scale=scale,
    )


def paste(
    canvas: NDArray[np.uint8], picture: NDArray[np.uint8], x: int, y: int
) -> None:
    """Put a picture on a canvas of the same depth, in place."""
    height, width = picture.shape[:2]
    canvas[y : y + height, x : x + width] = picture


def enlarge(pixels: NDArray[np.uint8], times: int) -> NDArray[np.uint8]:
    """Return a picture with every pixel a square of so many."""
    return pixels.repeat(times, axis=0).repeat(times, axis=1)


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
        """Height and width of one thumbnail, in pixels of the canvas."""
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
    """Return where the thumbnails of heads stand on their canvas.

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
        canvas[y : y + STRIP, x : x + columns] = (*rgb_of(LAYER_COLOURS[kind]), 255)
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
    return maps.reshape(-1, layer.grid.columns)


def _by_layer(overview: Overview, places: Sequence[int]) -> list[list[int]]:
    layers: dict[int, list[int]] = {}
    for place in places:
        layers.setdefault(int(overview.layer[place]), []).append(place)
    return list(layers.values())
