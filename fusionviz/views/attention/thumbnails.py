"""Matrices and maps as small pictures: pooled, painted, and laid out to be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from plotly.colors import get_colorscale, sample_colorscale, unlabel_rgb

from fusionviz.views.shared.style import DIVERGING, SEQUENTIAL

LABEL_PIXELS = 21
"""Height of a line of text on the screen."""

LABEL_WIDTH = 140
"""Width of a line of text on the screen that has to fit above a run."""


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
    painted[..., :3] = scale_table(SEQUENTIAL)[np.rint(255 * share).astype(int)]
    painted[np.isnan(values)] = 0
    return painted


def paint_gate(gate: float, most: float) -> NDArray[np.uint8]:
    """Return a gate's colour on the diverging scale, RGBA: fainter towards 0."""
    share = float(np.clip(gate / most, -1, 1))
    end = scale_table(DIVERGING)[round(127.5 + 0.8 * 127.5 * np.sign(share))]
    return np.array([*end, round(255 * abs(share))], np.uint8)


def gate_scale() -> list[tuple[float, str]]:
    """Return the colours of `paint_gate` as a colour scale of Plotly's."""
    stops = np.linspace(-1, 1, 11)
    colours = [paint_gate(stop, 1.0) for stop in stops]
    return [
        (float((stop + 1) / 2), f"rgba({r},{g},{b},{a / 255:.2f})")
        for stop, (r, g, b, a) in zip(stops, colours, strict=True)
    ]


@cache
def scale_table(name: str) -> NDArray[np.uint8]:
    """Return 256 colours of one of Plotly's scales, (256, 3)."""
    sampled = sample_colorscale(get_colorscale(name), np.linspace(0, 1, 256))
    return np.array([unlabel_rgb(colour) for colour in sampled]).round().astype("uint8")


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


def hex_colour(colour: str) -> Sequence[int]:
    """Return a colour such as `#7A55B8` as RGBA, opaque."""
    return [*(int(colour[i : i + 2], 16) for i in (1, 3, 5)), 255]
