"""How a model's guess of a missing modality is usually off, kept for each model."""

from collections.abc import Callable
from weakref import WeakKeyDictionary

import torch

from fusionviz.data.sets.rooms import load_rooms
from fusionviz.data.sets.splits import FIRST_TRAINING_ROOM
from fusionviz.errors import FusionvizError
from fusionviz.models.mango import Mango
from fusionviz.models.mango.guess_error import GuessError, guess_error
from fusionviz.models.mango.partition import Tokens
from fusionviz.models.modalities import sides

ROOMS = 48
"""Training rooms that the error is measured on: 3072 places of 8x8 tokens each."""

AT_ONCE = 8

Progress = Callable[[int, int], bool]
"""Called with (rooms done, rooms at most); True to go on."""

_TOKENS: WeakKeyDictionary[Mango, Tokens] = WeakKeyDictionary()


def usual_guess_error(
    model: Mango, missing: str, *, progress: Progress | None = None
) -> GuessError:
    """Return the covariance of what a model's guess is off on training rooms.

    Draws are right with any covariance, and quick with a fitting one: so rooms serve
    models that were trained on other pictures too.

    Args:
        model: Its weights are taken not to change.
        missing: Which of its modalities is guessed.
        progress: Told after every few rooms.

    Raises:
        FusionvizError: It was ended by `progress`: a few rooms are not enough.
    """
    tokens = _TOKENS.get(model)
    if tokens is None:
        tokens = _read_rooms(model, progress)
    return guess_error(model, tokens, missing)


def _read_rooms(model: Mango, progress: Progress | None) -> Tokens:
    """Return the joint tokens of rooms, kept when all were read."""
    size, read = model.config.image_size, []
    for first in range(0, ROOMS, AT_ONCE):
        start = FIRST_TRAINING_ROOM + first
        rooms = load_rooms(range(start, start + AT_ONCE), sides(size))
        with torch.inference_mode():
            read.append(model.encode([rooms[index] for index in range(AT_ONCE)]))
        if progress is not None and not progress(first + AT_ONCE, ROOMS):
            raise FusionvizError("It was stopped before the first step was made.")
    return _TOKENS.setdefault(model, torch.cat(read))
