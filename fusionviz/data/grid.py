"""Grids: how the tokens of a picture lie on it."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Grid(NamedTuple):
    """Rows and columns of the tokens of a picture, which are numbered row by row."""

    rows: int
    columns: int

    @property
    def places(self) -> int:
        """Tokens of one picture."""
        return self.rows * self.columns

    @property
    def middle(self) -> int:
        """The place in the upper middle, where a room has something to see."""
        return self.rows // 4 * self.columns + self.columns // 2

    def coordinates(
        self, tokens: NDArray[Any] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return rows and columns of tokens, of all if none are given."""
        which = np.arange(self.places) if tokens is None else tokens
        return np.divmod(which, self.columns)

    def name(self, place: int | np.integer) -> str:
        """Return `row 1, column 1` of a place."""
        row, column = divmod(int(place), self.columns)
        return f"row {row + 1}, column {column + 1}"
