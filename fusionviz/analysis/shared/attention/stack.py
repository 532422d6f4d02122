"""Attention of any model as arrays: matrices by layer and head, and what tokens are.

What a viewer needs to know of attention that is not MANGO's: AlignMamba's hidden
attention and transport plans, or what a reader brings in a file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.data.attention.files import AttentionFile

MEAN = -1
"""Stands for the mean over a layer's heads."""

LARGEST_SIDE = 256
"""Cells a side that a matrix is drawn with; larger ones are pooled."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TokenAxis:
    """What the rows or the columns of attention stand for.

    Attributes:
        count: How many tokens there are.
        labels: Of each token; empty where they have none.
        modality: Name of each token's modality; empty where there are none.
        grid: (rows, columns) of the picture that a modality's tokens fill row by row,
            in their order; of every modality of that many tokens. None: no pictures.
    """

    count: int
    labels: tuple[str, ...] = ()
    modality: tuple[str, ...] = ()
    grid: tuple[int, int] | None = None

    @cached_property
    def modalities(self) -> tuple[str, ...]:
        """Names of the modalities, in the order in which they appear; maybe `("",)`."""
        return tuple(dict.fromkeys(self.modality)) if self.modality else ("",)

    @cached_property
    def index(self) -> NDArray[np.int64]:
        """Place of each token's modality in `modalities`, (token,)."""
        if not self.modality:
            return np.zeros(self.count, np.int64)
        places = {name: place for place, name in enumerate(self.modalities)}
        return np.array([places[name] for name in self.modality])

    def tokens_of(self, modality: str) -> NDArray[np.int64]:
        """Return the tokens of a modality, in order."""
        if modality not in self.modalities:
            return np.zeros(0, np.int64)
        return np.flatnonzero(self.index == self.modalities.index(modality))

    def is_on_grid(self, modality: str) -> bool:
        """Whether a modality's tokens fill the grid."""
        if self.grid is None:
            return False
        return len(self.tokens_of(modality)) == self.grid[0] * self.grid[1]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What each token is called: its label, its place, or its number."""
        if self.labels:
            return self.labels
        names = [""] * self.count
        for modality in self.modalities:
            for place, token in enumerate(self.tokens_of(modality).tolist()):
                said = f"token {token}"
                if self.grid is not None and self.is_on_grid(modality):
                    row, column = divmod(place, self.grid[1])
                    said = f"row {row + 1}, column {column + 1}"
                names[token] = f"{modality} {said}".strip()
        return tuple(names)

    def by_modality(self) -> NDArray[np.int64]:
        """Return the tokens with those of each modality together, in their order."""
        return np.argsort(self.index, kind="stable")


@dataclass(frozen=True, kw_only=True, eq=False)
class AttentionStack:
    """Attention matrices by layer and head.

    Attributes:
        title: What it is of.
        weights: (layer, head, query, key); NaN where reading is impossible.
        layers: Name of each layer.
        heads: Name of each head.
        queries: What rows stand for.
        keys: What columns stand for.
        meaning: What a weight says, in a sentence.
        pictures: What the tokens of `rgb` and `depth` are places of, or None.
        missing: The modality that the sample lacks, or None.
        head_word: What a head is, where it is none.
        has_mean: Whether the mean over a layer's heads means anything.
        notes: What was assumed, one sentence each.
    """

    title: str
    weights: NDArray[np.floating]
    layers: tuple[str, ...]
    heads: tuple[str, ...]
    queries: TokenAxis
    keys: TokenAxis
    meaning: str
    pictures: Pictures | None = None
    missing: str | None = None
    head_word: str = "Head"
    has_mean: bool = False
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse names and axes that are not those of the array."""
        counts = (
            len(self.layers),
            len(self.heads),
            self.queries.count,
            self.keys.count,
        )
        if self.weights.shape != counts:
            raise ValueError(
                f"weights must be (layer, head, query, key) = {counts}, got "
                f"{self.weights.shape}"
            )

    def matrix(self, layer: int, head: int) -> NDArray[np.float32]:
        """Return a head's matrix, (query, key); `MEAN` is the mean of its layer's."""
        if head != MEAN:
            return np.asarray(self.weights[layer, head], np.float32)
        return np.asarray(self.weights[layer].mean(axis=0), np.float32)

    def head_name(self, head: int) -> str:
        """Return what a head is called."""
        return "mean of the heads" if head == MEAN else self.heads[head]


def over_grid(
    row: NDArray[np.float32], axis: TokenAxis, modality: str
) -> NDArray[np.float32] | None:
    """Return one value a token on the grid of a modality; None where it has none."""
    if axis.grid is None or not axis.is_on_grid(modality):
        return None
    return row[axis.tokens_of(modality)].reshape(axis.grid)


def shares_by_modality(
    matrix: NDArray[np.float32], queries: TokenAxis, keys: TokenAxis
) -> NDArray[np.float64]:
    """Return how much of what a modality reads is of which one.

    Args:
        matrix: Weights, (query, key); signs count nothing, NaN is nothing.
        queries: What rows stand for.
        keys: What columns stand for.

    Returns:
        Shares of |weight|, (query modality, key modality): rows sum to 1, or to 0
            where nothing is read.
    """
    size = np.abs(np.nan_to_num(matrix)).astype(np.float64)
    mass = np.zeros((len(queries.modalities), len(keys.modalities)))
    np.add.at(mass, (queries.index[:, None], keys.index[None, :]), size)
    total = mass.sum(axis=1, keepdims=True)
    return np.divide(mass, total, out=np.zeros_like(mass), where=total > 0)


def pool(
    matrix: NDArray[np.float32], largest: int = LARGEST_SIDE
) -> tuple[NDArray[np.float32], tuple[int, int]]:
    """Return a matrix with at most so many cells a side, and what a cell holds.

    Args:
        matrix: (query, key); NaN counts nothing.
        largest: Cells a side.

    Returns:
        Means over cells, and how many rows and columns of the matrix a cell covers;
            fewer in the last ones.
    """
    steps = tuple(-(-side // largest) for side in matrix.shape)
    if steps == (1, 1):
        return matrix, (1, 1)
    sums = np.nan_to_num(matrix).astype(np.float64)
    counts = np.isfinite(matrix).astype(np.float64)
    for axis, step in enumerate(steps):
        starts = np.arange(0, matrix.shape[axis], step)
        sums = np.add.reduceat(sums, starts, axis=axis)
        counts = np.add.reduceat(counts, starts, axis=axis)
    means = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
    return means.astype(np.float32), (steps[0], steps[1])


def largest_keys(row: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Return the keys of the largest weights of a row, either sign, largest first."""
    size = np.nan_to_num(np.abs(row), nan=-1.0)
    order = np.argsort(-size, kind="stable")[:count]
    return order[size[order] >= 0]


def numbered(word: str, count: int) -> tuple[str, ...]:
    """Return the names of things that only have numbers, from 1."""
    return tuple(f"{word} {number + 1}" for number in range(count))


def named_modalities(places: Sequence[int], names: Sequence[str]) -> tuple[str, ...]:
    """Return the modality of each token from its place in a list of names."""
    return tuple(names[place] for place in places)


def stack_of_file(file: AttentionFile, title: str) -> AttentionStack:
    """Return the attention of a reader's file."""
    layers, heads, queries, keys = file.attention.shape
    return AttentionStack(
        title=title,
        weights=file.attention,
        layers=numbered("layer", layers),
        heads=numbered("head", heads),
        queries=TokenAxis(
            count=queries,
            labels=file.queries.labels,
            modality=file.queries.modality,
            grid=file.grid,
        ),
        keys=TokenAxis(
            count=keys,
            labels=file.keys.labels,
            modality=file.keys.modality,
            grid=file.grid,
        ),
        meaning=(
            "A weight in row i and column j says how much query token i reads of key "
            "token j, as the file has it."
        ),
        has_mean=True,
        notes=file.notes,
    )


def default_query(stack: AttentionStack) -> int:
    """Return a row worth looking at first: in the middle of a grid, else of all."""
    for modality in reversed(stack.queries.modalities):
        tokens = stack.queries.tokens_of(modality)
        if stack.queries.grid is not None and stack.queries.is_on_grid(modality):
            rows, columns = stack.queries.grid
            return int(tokens[rows // 2 * columns + columns // 2])
    return stack.queries.count // 2
