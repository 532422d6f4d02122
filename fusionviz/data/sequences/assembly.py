"""One sample of the modalities that files hold."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.sequences.names import SYNONYMS
from fusionviz.data.sequences.parts import MOST_MODALITIES, FileParts, Part, settle
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.sequences.times import from_common_start
from fusionviz.errors import InputError


def assemble(found: Sequence[FileParts], name: str) -> SequenceSample:
    """Return the sample of what files hold.

    The anchor is `text` where there is one, else the modality with words, else the one
    with the fewest steps.

    Args:
        found: Of each file, with a modality at least.
        name: Of the sample.

    Raises:
        InputError: Two files have the same modality, or one cannot be used.
    """
    parts, notes = _few([part for one in found for part in one.parts])
    words = next((one.words for one in found if one.words), ())
    anchor, more = _anchor_of(parts, words)
    notes = [note for one in found for note in one.notes] + notes + more
    # Where its own steps belong says nothing.
    anchor = settle(replace(anchor, words=anchor.words or words, alignment=None))
    settled = [
        anchor if part.modality == anchor.modality else _source(part, anchor)
        for part in parts
    ]
    target, more = _target_of(found, anchor)
    times, clocks = from_common_start(
        {p.modality: p.times for p in settled if p.times is not None}
    )
    own = [note for part in settled for note in part.notes]
    return SequenceSample(
        modalities={part.modality: part.values for part in settled},
        times=times,
        words=anchor.words,
        target=target,
        anchor=anchor.modality,
        alignment={p.modality: p.alignment for p in settled if p.alignment is not None},
        id=name,
        notes=tuple(dict.fromkeys([*notes, *own, *clocks, *more])),
    )


def _few(parts: list[Part]) -> tuple[list[Part], list[str]]:
    """Return no more modalities than can be shown, those with known names first."""
    names = [part.modality for part in parts]
    for name in names:
        if names.count(name) > 1:
            raise InputError(
                f"Two files have {name}: bring one of them, or call them by names of "
                "their own."
            )
    parts = sorted(parts, key=lambda part: part.modality not in SYNONYMS)
    kept, left = parts[:MOST_MODALITIES], parts[MOST_MODALITIES:]
    notes = []
    if left:
        told = ", ".join(part.modality for part in left[:4])
        notes = [f"At most {MOST_MODALITIES} modalities are read, without {told}."]
    return kept, notes


def _anchor_of(parts: Sequence[Part], words: tuple[str, ...]) -> tuple[Part, list[str]]:
    """Return the modality that the others are aligned to, and what is assumed."""
    by_name = [part for part in parts if part.modality == "text"]
    by_words = [part for part in parts if part.words or len(part) == len(words)]
    anchor = (by_name or by_words or sorted(parts, key=len))[0]
    if len(parts) == 1:
        return anchor, [
            f"Only {anchor.modality} is there, with nothing to align it to: bring "
            "another modality, too."
        ]
    if by_name:
        return anchor, []
    why = "has words" if by_words else "has the fewest steps"
    return anchor, [f"{anchor.modality} {why}: the others are aligned to it."]


def _source(part: Part, anchor: Part) -> Part:
    """Return a part other than the anchor, with places that the anchor has."""
    if part.words:
        part = part.noting(
            f"Words of {part.modality} are left out: they name the steps of "
            f"{anchor.modality}.",
            words=(),
        )
    part = settle(part)
    if part.alignment is None:
        return part
    places = _among(part.alignment, anchor)
    if places is not None:
        return replace(part, alignment=places)
    last = (
        len(anchor) * anchor.pooled if anchor.there is None else len(anchor.there)
    ) - 1
    return part.noting(
        f"The alignment of {part.modality} is left out: it has to hold whole numbers "
        f"from −1 to {last}, steps of {anchor.modality}.",
        alignment=None,
    )


def _among(places: NDArray[Any], anchor: Part) -> NDArray[np.int64] | None:
    """Return steps of a file's anchor as steps of what is left of it, -1: of none.

    None where they are no such steps.
    """
    left = len(anchor) * anchor.pooled
    there = np.ones(left, bool) if anchor.there is None else anchor.there
    places = np.where(np.isnan(places), -1, places)
    if (places != np.round(places)).any():
        return None
    if not -1 <= places.min() <= places.max() < len(there):
        return None
    now = np.where(there, np.cumsum(there) - 1, -1)
    found = np.where(places < 0, -1, now[places.astype(np.int64)])
    return found // anchor.pooled if found.max() < left else None


def _target_of(
    found: Sequence[FileParts], anchor: Part
) -> tuple[NDArray[np.float32] | None, list[str]]:
    """Return a number, or one for each of the anchor's steps; else None."""
    values: Any = next((one.target for one in found if one.target is not None), None)
    if values is None:
        return None, []
    with np.errstate(over="ignore", invalid="ignore"):
        numbers = np.asarray(values, np.float32)
    numbers = np.where(np.isfinite(numbers), numbers, np.float32(np.nan))
    if not np.isnan(numbers).all():
        if numbers.size == 1:
            return numbers.reshape(()), []
        if anchor.there is not None and numbers.size == len(anchor.there):
            numbers = numbers[anchor.there]
        if numbers.size == len(anchor):
            return numbers, []
    return None, [
        f"The target is left out: it has to be a number, or {len(anchor)} of them, one "
        f"for each step of {anchor.modality}."
    ]
