"""What a live model can be asked about, and its answer as what pictures are of."""

import hashlib
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.subjects.arrays import ArraysSubject
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import WIDTHS, render_utterance
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import SubjectName
from fusionviz.models.live import (
    PICTURES,
    Batch,
    ModelDescription,
    WrappedModel,
    find_place,
    load_live,
)

EXAMPLE, ROOM, UTTERANCE, FILES = "example-", "room", "utterance", "files"
"""What inputs are called: one of a model's examples, by its place, or a sample."""

LIVE = "live_model"
"""Names the model in the recipe of its answer."""

FIRST_SEED = 12
"""Of the room or utterance that a live model is asked about first."""


@dataclass(frozen=True, kw_only=True)
class LiveQuestion:
    """What is asked of which live model.

    Attributes:
        model: Where it is found: an entry point's name, or module:Class.
        asked: One of `inputs_of`; empty for the first.
        seed: Of a room or an utterance.
        pair: A reader's files, for the input `files`.
    """

    model: str
    asked: str = ""
    seed: int = FIRST_SEED
    pair: RGBDSample | None = None


def inputs_of(description: ModelDescription) -> dict[str, str]:
    """Return what a model can be asked about, titles by name: its examples first."""
    found = {
        f"{EXAMPLE}{place}": name for place, name in enumerate(description.examples)
    }
    if _reads_pictures(description):
        found |= {ROOM: "a room", FILES: "your files"}
    if _reads_utterances(description):
        found[UTTERANCE] = "an utterance"
    return found


def batch_of(description: ModelDescription, name: str, seed: int) -> Batch:
    """Return an input by name, as a batch of one.

    Args:
        description: Of the model.
        name: One of `inputs_of`, but for files.
        seed: Of a room or an utterance.

    Raises:
        InputError: There is no such input.
    """
    titles = inputs_of(description)
    if name not in titles or name == FILES:
        can = [one for one in titles if one != FILES]
        raise InputError(
            f"{description.name} has no input {name!r}: choose one of "
            f"{', '.join(can) or 'none, for it has no examples'}"
        )
    if name == ROOM:
        return batch_of_pair(description, render_room(seed, _size_of(description)))
    if name == UTTERANCE:
        sample = render_utterance(seed)
        names = [one.name for one in description.modalities]
        return {one: sample.modalities[one][None] for one in names}
    chosen = description.examples[titles[name]]
    return {one: np.asarray(values) for one, values in chosen.items()}


def batch_of_pair(description: ModelDescription, sample: RGBDSample) -> Batch:
    """Return a pair of the size that a model reads, as a batch of one.

    Raises:
        InputError: A modality is missing.
    """
    arrays: dict[str, NDArray[Any] | None]
    arrays = {"rgb": sample.rgb, "depth": sample.depth_m}
    batch = {}
    for modality in description.modalities:
        values = arrays.get(modality.name)
        if values is None:
            raise InputError(
                f"{description.name} reads {modality.name}, and this sample has none."
            )
        rows, columns = (
            own if own is not None else now
            for own, now in zip(modality.shape[:2], values.shape[:2], strict=True)
        )
        way = cv2.INTER_AREA if modality.name == "rgb" else cv2.INTER_NEAREST
        sized = cv2.resize(values, (columns, rows), interpolation=way)
        batch[modality.name] = np.asarray(sized, values.dtype)[None]
    return batch


def ask_live(model: WrappedModel, batch: Batch, title: str) -> ArraysSubject:
    """Return what a model gives for a batch of one, as what pictures are of.

    Raises:
        InputError: As `WrappedModel.arrays`.
    """
    return ArraysSubject(arrays=model.arrays(batch), title=title)


def answer(question: LiveQuestion) -> tuple[ArraysSubject, SubjectName]:
    """Return what a live model gives, and what names it in recipes.

    Raises:
        InputError: There is no such model or input, it raised, or its arrays have
            faults.
    """
    model = load_live(find_place(question.model))
    titles = inputs_of(model.description)
    asked = question.asked or next(iter(titles), "")
    if asked == FILES and asked in titles and question.pair is not None:
        batch = batch_of_pair(model.description, question.pair)
    else:
        batch = batch_of(model.description, asked, question.seed)
    seed = question.seed if asked in (ROOM, UTTERANCE) else None
    title = f"{model.description.name}, {titles[asked]}"
    subject = ask_live(model, batch, title if seed is None else f"{title} {seed}")
    return subject, name_live(question.model, asked, batch, seed)


def name_live(
    model: str, asked: str, batch: Batch, seed: int | None = None
) -> SubjectName:
    """Return what names a live model's answer in recipes.

    Args:
        model: Where it was found.
        asked: Name of the input.
        batch: The input.
        seed: Of a room or an utterance.
    """
    sample: dict[str, Any] = {LIVE: model, "input": asked}
    if seed is not None:
        sample["seed"] = seed
    sample["input_sha256"] = print_of(batch)
    return SubjectName(checkpoint=None, weights_sha256=None, sample=sample)


def print_of(batch: Batch) -> str:
    """Return the SHA-256 of a batch: of names, types, shapes and numbers."""
    found = hashlib.sha256()
    for name in sorted(batch):
        values = np.ascontiguousarray(batch[name])
        found.update(f"{name} {values.dtype} {values.shape}".encode())
        found.update(values.tobytes())
    return found.hexdigest()


def _reads_pictures(description: ModelDescription) -> bool:
    return bool(description.modalities) and all(
        PICTURES.get(one.name) == len(one.shape) for one in description.modalities
    )


def _reads_utterances(description: ModelDescription) -> bool:
    return bool(description.modalities) and all(
        tuple(one.shape) == (None, WIDTHS.get(one.name))
        for one in description.modalities
    )


def _size_of(description: ModelDescription) -> tuple[int, int]:
    """Return the size of a room for a model: the largest that it wants, or 128."""
    rows, columns = (
        max(
            (n for one in description.modalities if (n := one.shape[axis]) is not None),
            default=128,
        )
        for axis in (0, 1)
    )
    return rows, columns
