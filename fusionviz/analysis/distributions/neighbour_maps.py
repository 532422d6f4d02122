"""Planes that keep neighbours together: t-SNE and UMAP."""

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.alignment import late
from fusionviz.errors import InputError

ITERATIONS = 500
FEWEST = 4
"""Tokens below which there are no neighbourhoods to keep."""

Points = NDArray[np.float64]


def map_tsne(x: NDArray[np.floating], *, neighbours: int, seed: int) -> Points:
    """Return t-SNE's places in a plane (van der Maaten and Hinton 2008), (token, 2).

    Args:
        x: (token, channel).
        neighbours: Perplexity; at most a third of the other tokens is used.
        seed: Of the search, which starts from the first two principal axes.

    Raises:
        InputError: It found no places.
    """
    if _is_flat(x):
        return np.zeros((len(x), 2))
    places = (
        late.import_sklearn()
        .manifold.TSNE(
            perplexity=min(neighbours, (len(x) - 1) / 3),
            init="pca",
            max_iter=ITERATIONS,
            random_state=seed,
        )
        .fit_transform(_widened(x))
    )
    return _checked(places, "t-SNE")


def map_umap(x: NDArray[np.floating], *, neighbours: int, seed: int) -> Points:
    """Return UMAP's places in a plane (McInnes et al. 2018), (token, 2).

    Args:
        x: (token, channel).
        neighbours: Of each token; at most all others are used.
        seed: Of the search.

    Raises:
        InputError: The package is not there, or it found no places.
    """
    umap = import_umap()
    if _is_flat(x):
        return np.zeros((len(x), 2))
    places = umap.UMAP(
        n_neighbors=max(2, min(neighbours, len(x) - 1)),
        init="pca",
        n_jobs=1,
        random_state=seed,
    ).fit_transform(_widened(x))
    return _checked(places, "UMAP")


def import_umap() -> ModuleType:
    """Return the package umap.

    Raises:
        InputError: It is not there.
    """
    try:
        return late.import_umap()
    except ModuleNotFoundError as error:
        raise InputError(
            "UMAP needs a package that is not here: `pip install umap-learn`, or look "
            "at PCA or t-SNE."
        ) from error


def _is_flat(x: NDArray[np.floating]) -> bool:
    """Return whether there are too few tokens, or all are equal."""
    return len(x) < FEWEST or bool(np.ptp(x, axis=0).max() <= 1e-9 * np.abs(x).max())


def _widened(x: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return tokens of two channels at least: the search starts from two axes."""
    narrow = max(2 - x.shape[1], 0)
    return np.pad(x, ((0, 0), (0, narrow))).astype(np.float32)


def _checked(places: Any, name: str) -> Points:  # noqa: ANN401
    found = np.asarray(places, np.float64)
    if not np.isfinite(found).all():
        raise InputError(
            f"{name} found no places for these tokens: choose other neighbours, or PCA."
        )
    return found - found.mean(axis=0)
