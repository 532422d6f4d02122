"""Models of one's own that answer live: wrapped by two methods, never converted.

A model says what it reads and gives (`describe`), and gives the arrays of one sample
(`records`): the same that a file may hold, checked the same way. It is found by a
Python entry point of the group `fusionviz.models`, or named `module:Class`; never
brought by an upload.
"""

import logging
import os
import threading
import traceback
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.data.arrays.checks import BATCH
from fusionviz.data.arrays.files import arrays_of
from fusionviz.data.arrays.keys import is_known
from fusionviz.data.arrays.record import ModelArrays
from fusionviz.errors import InputError

GROUP = "fusionviz.models"
"""Entry points that are models."""

VARIABLE = "FUSIONVIZ_ADAPTER"
"""Names further models, `module:Class`, parted by commas."""

PICTURES = {"rgb": 3, "depth": 2}
"""Axes of the modalities that rooms and files have."""

PICTURE_TYPES = {"rgb": np.uint8, "depth": np.float32}
"""Of their numbers."""

Batch = Mapping[str, NDArray[Any]]
"""Inputs by modality, each with a first axis of length 1: the batch."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class LiveModality:
    """What a live model reads of one modality.

    Attributes:
        name: `rgb` and `depth` are taken from the pages' rooms and files.
        shape: Of one sample, without the batch; None where any length will do. `rgb` is
            uint8 (height, width, 3), `depth` float32 (height, width) in metres.
    """

    name: str
    shape: tuple[int | None, ...]


@dataclass(frozen=True, kw_only=True)
class ModelDescription:
    """What a live model is.

    Attributes:
        name: What it is called on the pages.
        modalities: What it reads.
        records: Keys of the arrays that it gives: those of a file.
        examples: Inputs that come with it, by name; each a batch of one sample. Any
            mapping will do, so they may be made when they are asked for.
        is_thread_safe: Whether `records` may run in several threads at once; otherwise
            one waits for another.
    """

    name: str
    modalities: Sequence[LiveModality]
    records: Sequence[str]
    examples: Mapping[str, Batch] = field(default_factory=dict)
    is_thread_safe: bool = False


@runtime_checkable
class LiveModel(Protocol):
    """A model of one's own."""

    def describe(self) -> ModelDescription:
        """Return what it reads and gives."""

    def records(self, batch: Batch) -> Mapping[str, Any]:
        """Return arrays of the one sample in a batch, by the keys of a file.

        NumPy arrays or tensors; a batch axis of length 1 may stay. Words are lists of
        text without a batch.
        """


class WrappedModel:
    """A live model with its description checked, asked by one thread at a time.

    Args:
        model: Of one's own.
        place: Where it was found: names it where it has faults.

    Raises:
        InputError: It lacks a method, or describes itself by something else.
    """

    def __init__(self, model: object, place: str) -> None:
        if not isinstance(model, LiveModel):
            raise InputError(
                f"{place} is no live model: it needs the methods describe() and "
                "records(batch)."
            )
        self._model, self._place = model, place
        described = self._call("describe()", model.describe)
        if not isinstance(described, ModelDescription):
            raise InputError(
                f"{place}: describe() returns a {type(described).__name__}, expected "
                "a ModelDescription."
            )
        unknown = [key for key in described.records if not is_known(key)]
        if unknown:
            raise InputError(
                f"{place}: describe() names the records {', '.join(unknown)}, which "
                "are no keys of arrays: docs/own-models.md lists them."
            )
        self.description = described
        self._turn: AbstractContextManager[Any] = (
            nullcontext() if described.is_thread_safe else threading.Lock()
        )

    def arrays(self, batch: Batch) -> ModelArrays:
        """Return what the model gives for a batch of one sample, checked as a file is.

        The pictures that it was asked about are with it, unless it gives its own.
        Gradients are off; the model may switch them on for itself.

        Raises:
            InputError: The batch does not fit, the model raised, or what it gives has
                faults.
        """
        self._check(batch)
        with self._turn, torch.no_grad():
            given = self._call("records(batch)", lambda: self._model.records(batch))
        if not isinstance(given, Mapping):
            raise InputError(
                f"{self._place}: records(batch) returns a {type(given).__name__}, "
                "expected arrays by key."
            )
        answered = {str(key): as_array(value) for key, value in given.items()}
        has_own = bool(PICTURES.keys() & answered.keys())
        named = answered if has_own else self._pictures(batch) | answered
        lacking = [key for key in self.description.records if key not in answered]
        notes = {
            key: ("The model's description promises it, and it was not given.",)
            for key in lacking
        }
        found = arrays_of(named, notes)
        return replace(found, notes=_without_batches(found.notes))

    def _pictures(self, batch: Batch) -> dict[str, NDArray[Any]]:
        """Return colours and depth as rooms and files have them, if of one size."""
        found = {
            one.name: batch[one.name]
            for one in self.description.modalities
            if PICTURES.get(one.name) == len(one.shape)
            and batch[one.name].dtype == PICTURE_TYPES[one.name]
        }
        sizes = {picture.shape[1:3] for picture in found.values()}
        return found if len(sizes) == 1 else {}

    def _check(self, batch: Batch) -> None:
        for modality in self.description.modalities:
            if modality.name not in batch:
                raise InputError(
                    f"{self.description.name} reads {modality.name}, and it is not in "
                    f"the batch, which has {', '.join(batch) or 'nothing'}."
                )
            shape = tuple(batch[modality.name].shape)
            if not fits(shape, modality.shape):
                wanted = ", ".join(
                    "any" if n is None else str(n) for n in (1, *modality.shape)
                )
                raise InputError(
                    f"{modality.name} has shape {shape}; {self.description.name} "
                    f"expects ({wanted})."
                )

    def _call(self, what: str, call: Any) -> Any:  # noqa: ANN401 - of any model
        """Return what a method of the model gives; tell in a sentence what it raised.

        The traceback goes to the log of the server.
        """
        try:
            return call()
        except Exception as error:  # noqa: BLE001 - a model of one's own may raise all
            _log.warning("%s: %s\n%s", self._place, what, traceback.format_exc())
            frame = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{os.path.basename(frame.filename)}, line {frame.lineno}"
            said = " ".join(str(error).split())[:200] or "no message"
            raise InputError(
                f"{self._place}: {what} raised {type(error).__name__} ({where}): {said}"
            ) from error


def _without_batches(
    notes: Mapping[str, tuple[str, ...]],
) -> dict[str, tuple[str, ...]]:
    """Return notes without those that tell of a batch axis: here it is expected."""
    kept = {
        key: tuple(note for note in told if not note.endswith(BATCH))
        for key, told in notes.items()
    }
    return {key: told for key, told in kept.items() if told}


def fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    """Whether an array with a batch axis of length 1 is what a modality wants."""
    whole = (1, *wanted)
    return len(shape) == len(whole) and all(
        side is None or n == side for n, side in zip(shape, whole, strict=True)
    )


def as_array(value: Any) -> NDArray[Any]:  # noqa: ANN401 - of any model
    """Return a tensor, an array or a list as a NumPy array."""
    if isinstance(value, Tensor):
        value = value.detach().cpu()
        return (value.float() if value.dtype == torch.bfloat16 else value).numpy()
    return np.asarray(value)


def live_places(environment: Mapping[str, str] = os.environ) -> dict[str, EntryPoint]:
    """Return where live models are to be found, by name; nothing is imported yet.

    Those that the environment names come first.
    """
    named = [one.strip() for one in environment.get(VARIABLE, "").split(",")]
    adapters = {one: adapter(one) for one in named if one}
    installed = sorted(entry_points(group=GROUP), key=lambda one: one.name)
    return adapters | {one.name: one for one in installed if one.name not in adapters}


def adapter(value: str) -> EntryPoint:
    """Return where the class `module:Class` is to be found.

    Raises:
        InputError: It does not name a module and a class.
    """
    module, colon, name = value.partition(":")
    parts = [*module.split("."), *name.split(".")]
    if not colon or not all(part.isidentifier() for part in parts):
        raise InputError(
            f"an adapter is named module:Class, such as my_model:MyModel; got {value!r}"
        )
    return EntryPoint(name=value, value=value, group=GROUP)


def find_place(name: str) -> EntryPoint:
    """Return where a live model is to be found, by its entry point or module:Class.

    Raises:
        InputError: It is neither.
    """
    return live_places().get(name) or adapter(name)


def load_live(place: EntryPoint) -> WrappedModel:
    """Return the live model at a place: its class is made without arguments.

    Raises:
        InputError: It cannot be imported or made, or is no live model.
    """
    try:
        found = place.load()
        is_made = isinstance(found, LiveModel) and not isinstance(found, type)
        model = found if is_made else found()
    except Exception as error:  # noqa: BLE001 - it imports a model of one's own
        _log.warning("%s:\n%s", place.value, traceback.format_exc())
        said = " ".join(str(error).split())[:200] or "no message"
        raise InputError(
            f"the live model {place.value} cannot be loaded: "
            f"{type(error).__name__}: {said}"
        ) from error
    return WrappedModel(model, place.value)
