"""More samples like a subject's: those of its data set that no training has seen."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from fusionviz.analysis.shared.subjects.tokens import Kin
from fusionviz.data.sets.registry import load_set
from fusionviz.data.utterances.generator import SEEDS, Misalignment, render_utterance
from fusionviz.models.alignmamba import AlignMamba
from fusionviz.models.cards import ModelCard

BATCH = 16
"""Samples that are loaded and read at once."""


def batches_of_kin(
    kin: Kin, model: AlignMamba, count: int
) -> tuple[int, Iterator[Sequence[Any]]]:
    """Return how many samples of a test split there are, and the samples in batches.

    Utterances, photographs and videos are spread evenly over their split, because
    neighbours in it have one speaker or show one place. Rooms are its first: each is
    a place of its own. They are rendered batch by batch.

    Args:
        kin: Name of the set.
        model: Its card says with which options its own test split was loaded.
        count: How many at most; fewer where the split is smaller.

    Raises:
        InputError: The data is not there.
    """
    options = _options(kin, getattr(model, "card", None))
    if kin == "rooms":
        size = model.config.image_size
        return count, _rooms(count, {**options, "size": size})
    if kin == "sentiment":
        samples = _utterances(count, options)
    else:
        split = load_set(kin, "test", **options)
        places = np.linspace(0, len(split) - 1, min(count, len(split)))
        samples = [split[int(place)] for place in places.round()]
    return len(samples), (
        samples[start : start + BATCH] for start in range(0, len(samples), BATCH)
    )


def _options(kin: Kin, card: ModelCard | None) -> dict[str, Any]:
    """Return the options of the test split that a model was measured on."""
    data = {} if card is None else card.recipe.get("data", {})
    if data.get("set") != kin:
        return {}
    options = {**data.get("options", {}), **data.get("test", {})}
    options.pop("count", None)
    return options


def _rooms(count: int, options: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, count, BATCH):
        stop = min(start + BATCH, count)
        rooms = load_set("rooms", "test", count=stop, **options)
        yield [rooms[index] for index in range(start, stop)]


def _utterances(count: int, options: Mapping[str, Any]) -> list[Any]:
    misalignment = Misalignment(**options.get("misalignment", {}))
    seeds = SEEDS["test"][:: len(SEEDS["test"]) // count][:count]
    return [render_utterance(seed, misalignment) for seed in seeds]
