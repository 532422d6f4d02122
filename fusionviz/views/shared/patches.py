"""Patches of pictures that share one pair of axes: picked, framed, averaged."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.data.grid import Grid
from fusionviz.views.shared.style import MARK
from fusionviz.views.shared.targets import click_targets

Corner = tuple[float, float]
"""Left and upper edge of a picture on the axes, whose y points down."""

TARGETS_PIXELS = 180
"""About what a picture's markers measure together: they must not hide each other."""


def frame_patches(
    patches: Sequence[int], grid: Grid, corners: Sequence[Corner], width: float
) -> go.Scatter:
    """Return the frames around patches, in every picture.

    Args:
        patches: Places, row by row.
        grid: Rows and columns of patches.
        corners: Of the pictures.
        width: Of a picture, in the units of the axes.
    """
    picked = np.zeros(grid, bool)
    picked.flat[list(patches)] = True
    cell = width / grid.columns
    x: list[float | None] = []
    y: list[float | None] = []
    for left, top in corners:
        for (x0, y0), (x1, y1) in outline(picked):
            x += [left + cell * x0, left + cell * x1, None]
            y += [top + cell * y0, top + cell * y1, None]
    line = {"color": MARK, "width": 2.5}
    return go.Scatter(
        x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False
    )


def outline(
    picked: NDArray[np.bool_],
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return the edges between picked cells and others, each as two (x, y)."""
    around = np.pad(picked, 1).astype(int)
    level = np.argwhere(np.diff(around, axis=0)[:, 1:-1])
    upright = np.argwhere(np.diff(around, axis=1)[1:-1])
    return [((x, y), (x + 1, y)) for y, x in level.tolist()] + [
        ((x, y), (x, y + 1)) for y, x in upright.tolist()
    ]


def patch_targets(
    texts: Sequence[str], grid: Grid, corners: Sequence[Corner], width: float
) -> go.Scatter:
    """Return invisible markers that carry a patch's place and say what it holds.

    Args:
        texts: Of every patch, row by row.
        grid: Rows and columns of patches.
        corners: Of the pictures.
        width: Of a picture, in the units of the axes.
    """
    cell = width / grid.columns
    rows, columns = grid.coordinates()
    return click_targets(
        np.concatenate([left + cell * (columns + 0.5) for left, _ in corners]),
        np.concatenate([top + cell * (rows + 0.5) for _, top in corners]),
        data=list(range(grid.places)) * len(corners),
        texts=list(texts) * len(corners),
        size=TARGETS_PIXELS / grid.columns,
    )


def patch_means(values: NDArray, grid: Grid) -> NDArray[np.float64]:
    """Return the mean over every patch of a map, row by row, (patch,)."""
    cell = values.shape[1] // grid.columns
    cut = values[: cell * grid.rows, : cell * grid.columns].astype(np.float64)
    blocks = cut.reshape(grid.rows, cell, grid.columns, cell)
    return blocks.mean(axis=(1, 3)).ravel()
