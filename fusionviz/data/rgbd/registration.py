"""Depth that lies a little beside RGB: moving it, and how well their edges agree."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.errors import InputError

MOST_MOVED = 0.25
"""Largest move, as a share of the picture's side."""

SCALES = (0.8, 1.25)
"""Smallest and largest enlargement of depth."""

# Between neighbouring pixels distance changes by less on most slanted surfaces.
_EDGE_STEP = 0.04
_TURNS = (0, 90, 180, 270)
_COMPARED_SIDE = 240


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where depth lies over RGB.

    Attributes:
        turn: Quarter turns clockwise, in degrees: 0, 90, 180 or 270.
        right: Pixels of RGB that it moves to the right.
        down: Pixels of RGB that it moves down.
        scale: How much it is enlarged about the picture's centre.
    """

    turn: int = 0
    right: float = 0.0
    down: float = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        """Check that it is one.

        Raises:
            InputError: A turn or a scale that is not offered, or a move of no size.
        """
        low, high = SCALES
        moves = np.isfinite([self.right, self.down, self.scale]).all()
        if self.turn not in _TURNS or not moves or not low <= self.scale <= high:
            raise InputError(
                f"Depth can be turned by 0, 90, 180 or 270 degrees and scaled by {low} "
                f"to {high}, got {self.turn} and {self.scale}: choose other numbers."
            )

    @property
    def is_moved(self) -> bool:
        """Whether it is moved or scaled."""
        return (self.right, self.down, self.scale) != (0, 0, 1)


def turn_clockwise(array: NDArray, degrees: int) -> NDArray:
    """Return an array (height, width, ...) turned clockwise by quarters."""
    return np.ascontiguousarray(np.rot90(array, -degrees // 90))


def move(
    depth: NDArray[np.float32], placement: Placement
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Return depth moved and scaled, and what was done in a sentence.

    Each pixel is looked up at its nearest one, which invents no distance; where it
    comes from outside the map there is a hole.

    Raises:
        InputError: It would be moved further than `MOST_MOVED` of the picture.
    """
    if not placement.is_moved:
        return depth, ()
    height, width = depth.shape
    far = MOST_MOVED * np.array([width, height])
    if (abs(np.array([placement.right, placement.down])) > far).any():
        raise InputError(
            f"Depth can be moved by {MOST_MOVED:.0%} of the picture, got "
            f"{placement.right:g} and {placement.down:g} pixels: move it less."
        )
    rows, row_there = _sources(height, placement.down, placement.scale)
    columns, column_there = _sources(width, placement.right, placement.scale)
    moved = depth[rows[:, None], columns]
    moved = np.where(row_there[:, None] & column_there, moved, np.float32(np.nan))
    return moved, (f"Depth was {_in_words(placement)}, as you chose.",)


def depth_edges(depth: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return where distance jumps: the nearer pixel of each pair, (height, width)."""
    log_depth = np.log(depth)
    edges = np.zeros(depth.shape, bool)
    for axis in (0, 1):
        step = np.diff(log_depth, axis=axis)
        near_first, near_second = step > _EDGE_STEP, step < -_EDGE_STEP
        first, second = _halves(edges, axis)
        first |= near_first
        second |= near_second
    return edges


def edge_agreement(rgb: NDArray[np.uint8], depth: NDArray[np.float32]) -> float:
    """Return how much steeper RGB is at depth's edges than elsewhere, a ratio.

    Args:
        rgb: (height, width, 3).
        depth: Of the same size.
    """
    step = max(1, min(depth.shape) // _COMPARED_SIDE)
    grey = rgb[::step, ::step].astype(np.float32).mean(axis=2)
    steepness = np.hypot(*np.gradient(grey)) if min(grey.shape) > 1 else grey
    edges = depth_edges(depth[::step, ::step])
    if not edges.any() or edges.all():
        return 1.0
    return float((steepness[edges].mean() + 1e-6) / (steepness[~edges].mean() + 1e-6))


def _in_words(placement: Placement) -> str:
    ways = (("right", "left", placement.right), ("down", "up", placement.down))
    said = " and ".join(
        f"{abs(pixels):g} pixels {forth if pixels > 0 else back}"
        for forth, back, pixels in ways
        if pixels
    )
    moved = f"moved {said} over RGB" if said else ""
    scaled = f"scaled by {placement.scale:g}" if placement.scale != 1 else ""
    return " and ".join(filter(None, (moved, scaled)))


def _sources(
    count: int, shift: float, scale: float
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the pixel that each one is looked up at, and whether there is one."""
    centre = (count - 1) / 2
    source = np.rint((np.arange(count) - centre - shift) / scale + centre)
    there = (source >= 0) & (source < count)
    return np.clip(source, 0, count - 1).astype(np.int64), there


def _halves(
    array: NDArray[np.bool_], axis: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    return (array[:-1], array[1:]) if axis == 0 else (array[:, :-1], array[:, 1:])
