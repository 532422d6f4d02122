"""The modalities in an NPZ file, and what its other arrays say of them."""

import zipfile
from collections.abc import Collection
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.files.npz import entries_of, open_entry
from fusionviz.data.sequences.arrays import (
    LETTERS,
    NUMBERS,
    NamedArray,
    claim,
    of_one_split,
)
from fusionviz.data.sequences.names import understand
from fusionviz.data.sequences.parts import FileParts, Part, shown_words
from fusionviz.data.sequences.times import read_times, spans_of
from fusionviz.errors import InputError

HOW = "save it with numpy.savez('sequences.npz', text=array, audio=array)"

MAX_UNPACKED_BYTES = 200_000_000
"""Of all arrays that are modalities."""

_MAX_ALONG_BYTES = 20_000_000


def read_archive(archive: zipfile.ZipFile, file: str) -> FileParts:
    """Return the modalities of an archive.

    Args:
        archive: Opened.
        file: What it is called in sentences.

    Raises:
        InputError: One clear sentence on why it cannot be used, and what to do.
    """
    arrays = [NamedArray(entry=e, name=understand(e.name)) for e in entries_of(archive)]
    arrays, notes = of_one_split(arrays)
    claimed = claim(arrays)
    if not claimed:
        raise InputError(f"{file} holds no array of (step, feature): {HOW}.")
    reader = _Reader(archive, arrays, claimed)
    parts = tuple(map(reader.part, claimed))
    target = reader.target()
    return FileParts(
        parts=parts,
        words=reader.words,
        target=target,
        notes=(*notes, *reader.notes()),
    )


class _Reader:
    """Reads the arrays of an archive that are of one sample."""

    def __init__(
        self,
        archive: zipfile.ZipFile,
        arrays: Collection[NamedArray],
        claimed: dict[str, NamedArray],
    ) -> None:
        self._archive, self._arrays, self._claimed = archive, arrays, claimed
        self._used = list(claimed.values())
        self._samples = max(array.samples for array in self._used)
        size = sum(array.entry.bytes for array in self._used)
        if size > MAX_UNPACKED_BYTES:
            raise InputError(
                f"The arrays unpack to {size / 1e6:.0f} MB, and at most "
                f"{MAX_UNPACKED_BYTES / 1e6:.0f} are read: save one sample, as float32."
            )

    @cached_property
    def sample(self) -> int:
        """Which sample is read, where there are several.

        Raises:
            InputError: There is no such sample.
        """
        values = self._read(role="sample", kinds=NUMBERS)
        number = 0.0 if values is None or values.size != 1 else float(values.ravel()[0])
        if number not in range(self._samples):
            raise InputError(
                f"The array 'sample' is {number:g}, and there are samples 0 to "
                f"{self._samples - 1}: save one of these."
            )
        return int(number)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Words of the anchor's steps, or empty."""
        values = self._read(role="words", kinds=LETTERS)
        if values is None:
            values = self._read(role="features", kinds=LETTERS, modality="text")
        if values is None or not values.ndim:
            return ()
        row = self._of_sample(values, 1).ravel()
        return shown_words([_as_text(one) for one in row.tolist()])

    def part(self, modality: str) -> Part:
        """Return a modality, a row a step."""
        array = self._claimed[modality]
        if array.samples > 1 and self.sample >= array.samples:
            raise InputError(
                f"The array 'sample' is {self.sample}, and {modality} has "
                f"{array.samples} samples: save as many of each modality."
            )
        axes = 1 if array.is_ids else 2
        values = _squeeze(self._open(array), axes)
        if values.ndim > axes:
            values = _squeeze(values[self.sample], axes)
        if values.ndim == 1:
            values = values.astype(np.int64) if array.is_ids else values[:, None]
        times, places = self._along(modality)
        part = Part(
            modality=modality,
            values=values,
            source=f"The array {array.entry.name[:20]!r}",
            times=times,
            alignment=places,
        )
        return self._upright(part)

    def target(self) -> NDArray[np.float64] | None:
        """Return what is to be told of the sample, or of its steps."""
        values = self._read(role="target", kinds=NUMBERS)
        if values is None:
            return None
        return self._of_sample(values, 0).astype(np.float64).ravel()

    def notes(self) -> list[str]:
        """Return what was assumed; after everything is read."""
        told = []
        if self._samples > 1:
            told.append(
                f"There are {self._samples} samples, and number {self.sample} is read: "
                "an array `sample` in the file can say another number."
            )
        renamed = [
            f"{array.name.own} as {name}"
            for name, array in self._claimed.items()
            if name != array.name.own
        ]
        if renamed:
            told.append(f"By their names, {', '.join(renamed)} are read.")
        left = [a.entry.name[:20] for a in self._arrays if a not in self._used]
        if left:
            more = f" and {len(left) - 6} more" if len(left) > 6 else ""
            told.append(f"Left out are the arrays {', '.join(left[:6])}{more}.")
        return told

    def _along(self, modality: str) -> tuple[Any, Any]:
        """Return when the steps of a modality are, and where they belong."""
        times = self._read(role="times", kinds=NUMBERS, modality=modality)
        start = self._read(role="start", kinds=NUMBERS, modality=modality)
        end = self._read(role="end", kinds=NUMBERS, modality=modality)
        places = self._read(role="alignment", kinds=NUMBERS, modality=modality)
        spans = None
        if times is not None:
            spans = read_times(self._of_sample(times, 2))
        elif start is not None:
            start = self._of_sample(start, 1).ravel()
            end = start if end is None else self._of_sample(end, 1).ravel()
            spans = spans_of(start, end if end.shape == start.shape else None)
        if places is not None:
            places = self._of_sample(places, 1).astype(np.float64).ravel()
        return spans, places

    def _upright(self, part: Part) -> Part:
        """Turn (feature, step) round where the lengths of other arrays tell so."""
        others = {len(one) for one in (part.times, part.alignment) if one is not None}
        if part.modality == "text" and self.words:
            others.add(len(self.words))
        shape = part.values.shape
        if len(shape) == 1 or shape[1] not in others or shape[0] in others:
            return part
        return part.noting(
            f"{part.source} is taken for (feature, step): what goes with its steps is "
            f"{shape[1]} long.",
            values=part.values.T,
        )

    def _of_sample(self, values: NDArray, axes: int) -> NDArray:
        """Return what is of the sample, where there is one axis more than `axes`."""
        values = _squeeze(values, axes)
        is_batch = values.ndim > axes and len(values) == self._samples > 1
        return values[self.sample] if is_batch else values

    def _read(
        self, *, role: str, kinds: str, modality: str | None = None
    ) -> NDArray | None:
        """Return the first array of a role that has not been read, or None."""
        for array in self._arrays:
            name, entry = array.name, array.entry
            is_of = modality in (None, name.own, name.modality)
            if name.role != role or entry.dtype.kind not in kinds or not is_of:
                continue
            if array not in self._used and 0 < entry.bytes <= _MAX_ALONG_BYTES:
                self._used.append(array)
                return self._open(array)
        return None

    def _open(self, array: NamedArray) -> NDArray:
        return open_entry(self._archive, array.entry, HOW)


def _squeeze(values: NDArray, axes: int) -> NDArray:
    """Return what is left without leading axes of length 1, at least `axes`."""
    while values.ndim > axes and len(values) == 1:
        values = values[0]
    return values


def _as_text(word: str | bytes) -> str:
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else word
