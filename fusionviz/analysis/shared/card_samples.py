"""Samples of the data that a checkpoint was made with."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fusionviz.data.sets.registry import SETS, load_set
from fusionviz.models.cards import ModelCard


def set_of(card: ModelCard) -> str:
    """Return the name of the data set that a checkpoint was trained on."""
    return card.recipe.get("data", {}).get("set", "rooms")


def samples_of(card: ModelCard, split: str, count: int) -> Sequence[Any]:
    """Return samples of a split of a checkpoint's data, spread over all of it.

    Args:
        card: Of the checkpoint.
        split: `train`, `validation` or `test`.
        count: At most so many.

    Raises:
        InputError: The data is not there.
    """
    name = set_of(card)
    options = dict(card.recipe.get("data", {}).get("options", {}))
    if SETS[name].count is not None:
        return load_set(name, split, count=count, **options)
    samples = load_set(name, split, **options)
    places = np.linspace(0, len(samples) - 1, min(count, len(samples)))
    return [samples[int(place)] for place in places.round()]
