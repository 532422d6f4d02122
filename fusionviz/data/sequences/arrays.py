"""Which arrays of an NPZ file are modalities, by their names and headers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from fusionviz.data.files.npz import ArrayEntry
from fusionviz.data.sequences.names import ArrayName, best_split
from fusionviz.errors import InputError

NUMBERS, LETTERS = "fiub", "US"
"""Kinds of arrays that are read."""


@dataclass(frozen=True, kw_only=True, eq=False)
class NamedArray:
    """An array before it is read, with what its name says."""

    entry: ArrayEntry
    name: ArrayName

    @property
    def is_ids(self) -> bool:
        """Whether it holds ids: whole numbers that are named so, or a row of text's."""
        is_text = self.name.modality == "text" and self.axes == 1
        return self.entry.dtype.kind in "iu" and (self.name.is_ids or is_text)

    @property
    def axes(self) -> int:
        """How many axes there are, but for a leading 1 of (1, step, feature)."""
        shape = self.entry.shape
        while len(shape) > 2 and shape[0] == 1:
            shape = shape[1:]
        return len(shape)

    @property
    def samples(self) -> int:
        """How many samples it is of; 1 where it has no axis for them."""
        return self.entry.shape[0] if self.axes > (1 if self.is_ids else 2) else 1

    @property
    def is_modality(self) -> bool:
        """Whether it can be one: numbers, of at most (sample, step, feature)."""
        entry = self.entry
        if entry.dtype.kind not in NUMBERS or not entry.count or not entry.shape:
            return False
        if self.name.role not in ("features", "words") or self.axes > 3:
            return False
        # Whole numbers in a row that nothing is known of: counts, offsets, classes.
        return self.axes > 1 or self.name.is_known or entry.dtype.kind == "f"

    def refuse(self) -> NoReturn:
        """Say why what is named like a modality is none.

        Raises:
            InputError: Why it cannot be read, and what to do.
        """
        said, dtype = f"The array {self.entry.name[:20]!r}", self.entry.dtype
        if dtype.hasobject or dtype.kind == "V":
            raise InputError(
                f"{said} holds Python objects or records, which could run code and are "
                "not read: save it with array.astype('float32')."
            )
        if dtype.kind not in NUMBERS:
            raise InputError(
                f"{said} holds no real numbers: save it with array.astype('float32')."
            )
        raise InputError(
            f"{said} has shape {self.entry.shape}: save one sample of it as "
            "(step, feature)."
        )


def of_one_split(
    arrays: Sequence[NamedArray],
) -> tuple[list[NamedArray], list[str]]:
    """Return the arrays of one part of a data set and of none, and what is left out."""
    best = best_split(a.name for a in arrays if a.is_modality)
    kept = [a for a in arrays if a.name.split in ("", best)]
    others = sorted({a.name.split for a in arrays} - {"", best})
    if not others:
        return kept, []
    return kept, [f"Arrays of {best!r} are read; left out: {' and '.join(others)}."]


def claim(arrays: Sequence[NamedArray]) -> dict[str, NamedArray]:
    """Return the array of each modality; where several could be it, they keep theirs.

    An array that is named like the modality and nothing else is it; else what has
    features, before a row of numbers.

    Raises:
        InputError: What is named like a modality cannot be read.
    """
    could = [a for a in arrays if a.is_modality]
    known = [a for a in could if a.name.is_known]
    claimed: dict[str, NamedArray] = {}
    for name in dict.fromkeys(a.name.modality for a in known):
        rivals = [a for a in known if a.name.modality == name]
        best = min(map(_rank, rivals))
        winners = [a for a in rivals if _rank(a) == best]
        if len(winners) == 1:
            claimed[name] = winners[0]
    for array in could:
        is_free = array not in claimed.values() and array.name.own not in claimed
        if is_free and not (array.name.is_known and array.axes == 1):
            claimed[array.name.own] = array
    for array in arrays:
        _check_named(array, claimed)
    return claimed


def _rank(array: NamedArray) -> tuple[bool, bool]:
    """Return what decides between arrays of one modality: the lowest is it."""
    return (not array.name.is_exact, array.axes == 1)


def _check_named(array: NamedArray, claimed: Mapping[str, NamedArray]) -> None:
    """Refuse what is named like a modality that is not there, and cannot be it."""
    name, kind = array.name, array.entry.dtype.kind
    is_words = name.modality == "text" and kind in LETTERS
    is_named = name.is_known and name.role == "features" and not is_words
    is_there = name.modality in claimed or not array.entry.count
    if is_named and not is_there and not array.is_modality:
        array.refuse()
