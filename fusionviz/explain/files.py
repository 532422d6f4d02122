"""Exhibits as files: CSV and NPZ, each with what made it."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.exhibits.shared.exhibit import FigureRecipe


def to_csv(table: Mapping[str, Sequence[Any] | NDArray[Any]]) -> bytes:
    """Return columns of equal length as CSV in UTF-8, names in the first line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table)
    writer.writerows(zip(*table.values(), strict=True))
    return text.getvalue().encode()


def to_npz(arrays: Mapping[str, NDArray[Any]], recipe: FigureRecipe) -> bytes:
    """Return arrays as a compressed NPZ; `recipe` in it is the recipe's JSON text."""
    file = io.BytesIO()
    np.savez_compressed(
        file, allow_pickle=False, recipe=np.array(recipe.to_json()), **arrays
    )
    return file.getvalue()


def versions() -> dict[str, str]:
    """Return the versions that a figure depends on."""
    import torch

    from fusionviz import __version__

    return {"fusionviz": __version__, "torch": torch.__version__}
