"""What a MANGO's tokens are like on samples of training, read once for each model."""

from collections.abc import Callable
from weakref import WeakKeyDictionary

import torch

from fusionviz.data.sets.registry import find_set, load_set
from fusionviz.errors import FusionvizError
from fusionviz.models.mango import Mango
from fusionviz.models.mango.layers.partition import Tokens
from fusionviz.models.modalities import sides

SEEN = 48
"""Samples: of rooms, 3072 places of 8x8 tokens each."""

AT_ONCE = 8

Progress = Callable[[int, int], bool]
"""Called with (samples read, samples at most); True to go on."""

_KEPT: WeakKeyDictionary[Mango, dict[str, Tokens]] = WeakKeyDictionary()


def usual_tokens(
    model: Mango, data: str = "rooms", *, progress: Progress | None = None
) -> Tokens:
    """Return the joint tokens of the first training samples of a set, (sample, 2N, d).

    Args:
        model: Its weights are taken not to change.
        data: Name of the set.
        progress: Told after every few samples.

    Raises:
        FusionvizError: It was ended by `progress`, or the data is not there.
    """
    kept = _KEPT.setdefault(model, {})
    if data in kept:
        return kept[data]
    options = {}
    if find_set(data).count is not None:
        options = {"count": SEEN, "size": sides(model.config.image_size)}
    samples = load_set(data, "train", **options)
    count, read = min(SEEN, len(samples)), []
    for first in range(0, count, AT_ONCE):
        last = min(first + AT_ONCE, count)
        chunk = [samples[index] for index in range(first, last)]
        with torch.inference_mode():
            read.append(model.encode(chunk))
        if progress is not None and not progress(last, count):
            raise FusionvizError("It was stopped before the first step was made.")
    return kept.setdefault(data, torch.cat(read))
