"""Which arrays of an NPZ file are modalities, by their names and headers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from fusionviz.data.files.npz import ArrayEntry
from fusionviz.data.sequences.names import ArrayName, best_split
from fusionviz.errors import InputError

NUMBERS, LETTERS = "fiub", "US"
"""Kinds of arrays that are read."""


@dataclass(frozen=True, kw_only=True, eq=False)
class NamedArray:
    """An array before it is read, with what its name says.

    Attributes:
        entry: Its header.
        name: What its name says.
        is_time_first: Whether it is (step, 1, feature), one sample as recurrent
            networks take it, and not (sample, step, feature).
    """

    entry: ArrayEntry
    name: ArrayName
    is_time_first: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape, but for leading 1s of (1, step, feature)."""
        shape = self.entry.shape
        while len(shape) > 2 and shape[0] == 1:
            shape = shape[1:]
        return shape

    @property
    def is_ids(self) -> bool:
        """Whether it holds ids: whole numbers that are named so, or a row of text's."""
        is_text = self.name.modality == "text" and len(self.shape) == 1
        return self.entry.dtype.kind in "iu" and (self.name.is_ids or is_text)

    @property
    def axes(self) -> int:
        """How many axes there are, but for those of length 1 that say nothing."""
        return len(self.shape) - self.is_time_first

    @property
    def samples(self) -> int:
        """How many samples it is of; 1 where it has no axis for them."""
        return self.shape[0] if self.axes > (1 if self.is_ids else 2) else 1

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

    @property
    def could_be_time_first(self) -> bool:
        """Whether the axis of samples would leave each with one step."""
        size = 2 if self.is_ids else 3
        shape = self.shape
        return len(shape) == size and shape[1] == 1 < shape[0]

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


def settle_axes(
    arrays: Sequence[NamedArray],
) -> tuple[list[NamedArray], list[str]]:
    """Return the arrays with their first axis read as time where it must be.

    That is where every modality would have samples of one step: nobody aligns those.
    """
    batched = [a for a in arrays if a.is_modality and a.samples > 1]
    if not batched or not all(a.could_be_time_first for a in batched):
        return list(arrays), []
    turned = [replace(a, is_time_first=True) if a in batched else a for a in arrays]
    return turned, [
        "Arrays of shape (n, 1, feature) are taken for n steps of a sample."
    ]


def check_samples(claimed: Mapping[str, NamedArray]) -> tuple[int, list[str]]:
    """Return how many samples modalities are of, and which of them has no such axis.

    Raises:
        InputError: They are of different numbers of samples.
    """
    counts = {name: a.samples for name, a in claimed.items() if a.samples > 1}
    if len(set(counts.values())) > 1:
        told = " and ".join(f"{count} of {name}" for name, count in counts.items())
        raise InputError(
            f"The numbers of samples differ, {told}: save as many of each modality, or "
            "one sample as (step, feature)."
        )
    alone = [name for name in claimed if counts and name not in counts]
    if not alone:
        return max(counts.values(), default=1), []
    return max(counts.values()), [
        f"{' and '.join(alone)} has no axis for samples and is read whole."
    ]


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


def _check_named(array: NamedArray, claimed: Collection[str]) -> None:
    """Refuse what is named like a modality that is not there, and cannot be it."""
    name, kind = array.name, array.entry.dtype.kind
    is_words = name.modality == "text" and kind in LETTERS
    is_named = name.is_known and name.role == "features" and not is_words
    is_there = name.modality in claimed or not array.entry.count
    if is_named and not is_there and not array.is_modality:
        array.refuse()
