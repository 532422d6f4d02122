"""The modalities in an NPZ file, and what its other arrays say of them."""

import zipfile
from collections.abc import Collection
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.files.npz import entries_of, open_entry
from fusionviz.data.sequences.arrays import (
    LETTERS,
    NUMBERS,
    NamedArray,
    check_samples,
    claim,
    of_one_split,
    settle_axes,
)
from fusionviz.data.sequences.names import ArrayName, understand
from fusionviz.data.sequences.orientation import look_at
from fusionviz.data.sequences.parts import FileParts, Part, shown_words
from fusionviz.data.sequences.times import Spans, in_seconds, read_times, spans_of
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
    arrays, more = settle_axes(arrays)
    claimed = claim(arrays)
    if not claimed:
        raise InputError(f"{file} holds no array of (step, feature): {HOW}.")
    reader = _Reader(archive, arrays, claimed)
    parts = tuple(map(reader.part, claimed))
    target = reader.target()
    return FileParts(
        parts=parts,
        words=reader.words_of(parts),
        target=target,
        notes=(*notes, *more, *reader.notes()),
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
        self._samples, self._notes = check_samples(claimed)
        self._there: dict[str, NDArray[np.bool_]] = {}
        # As float32, of the sample that is read.
        size = sum(
            max(array.entry.bytes, 4 * array.entry.count // array.samples)
            for array in self._used
        )
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
        """Words of the anchor's steps, padding with them, or empty."""
        values = self._read(role="words", kinds=LETTERS)
        if values is None:
            values = self._read(role="features", kinds=LETTERS, modality="text")
        if values is None or not values.ndim:
            return ()
        row = self._of_sample(values, 1).ravel()
        return shown_words([_as_text(one) for one in row.tolist()])

    def words_of(self, parts: Collection[Part]) -> tuple[str, ...]:
        """Return the words without those of steps that a mask has cut.

        They are text's, or of whatever has as many steps where there is no text.
        """
        lengths = {part.modality: len(part) for part in parts}
        names = ["text"] if "text" in lengths else list(lengths)
        if any(lengths[name] == len(self.words) for name in names):
            return self.words
        for name in names:
            there = self._there.get(name)
            if there is not None and len(there) == len(self.words):
                return tuple(np.array(self.words, object)[there].tolist())
        return self.words

    def part(self, modality: str) -> Part:
        """Return a modality, a row a step."""
        array = self._claimed[modality]
        axes = 1 if array.is_ids else 2
        values = self._open(array)
        if array.is_time_first:
            values = _squeeze(values, axes + 1).squeeze(axis=1)
        values = _squeeze(values, axes)
        if values.ndim > axes:
            values = _squeeze(values[self.sample], axes)
        if values.ndim == 1:
            values = values.astype(np.int64) if array.is_ids else values[:, None]
        part = Part(
            modality=modality,
            values=values,
            source=f"The array {array.entry.name[:20]!r}",
            times=self._times(modality, values.shape),
            alignment=self._places(modality),
        )
        return self._without_padding(self._upright(part))

    def target(self) -> NDArray[np.float64] | None:
        """Return what is to be told of the sample, or of its steps."""
        values = self._read(role="target", kinds=NUMBERS)
        if values is None:
            return None
        return self._of_sample(values, 0).astype(np.float64).ravel()

    def notes(self) -> list[str]:
        """Return what was assumed; after everything is read."""
        told = list(self._notes)
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

    def _times(self, modality: str, shape: tuple[int, ...]) -> Spans | None:
        """Return when the steps of a modality are."""
        times = self._along("times", modality, shape, axes=2)
        if times is not None:
            spans = read_times(times)
            if spans is None:
                self._notes.append(
                    f"Times of {modality} are left out, of shape {times.shape}: save "
                    "them as (step, 2) or (step,)."
                )
            return spans
        start = self._along("start", modality, shape, axes=1)
        if start is None:
            return None
        end = self._along("end", modality, shape, axes=1)
        start = start.ravel()
        if end is not None and end.size != start.size:
            self._notes.append(
                f"Ends of {modality} are left out: they are {end.size}, and there are "
                f"{start.size} starts."
            )
            end = None
        return spans_of(start, start if end is None else end.ravel())

    def _places(self, modality: str) -> NDArray[np.float64] | None:
        """Return which step of the anchor each step belongs to."""
        places = self._read(role="alignment", kinds=NUMBERS, modality=modality)
        if places is None:
            return None
        return self._of_sample(places, 1).astype(np.float64).ravel()

    def _along(
        self, role: str, modality: str, shape: tuple[int, ...], *, axes: int
    ) -> NDArray[np.float64] | None:
        """Return times of a modality in seconds, or those of all that fit it."""
        array = self._find(role=role, kinds=NUMBERS, modality=modality)
        is_own = array is not None
        if array is None:
            array = self._find(role=role, kinds=NUMBERS, modality="", again=True)
        if array is None:
            return None
        values = self._of_sample(self._open(array), axes)
        if values.ndim == 2 and values.shape == (self._samples, shape[0]):
            values = values[self.sample]  # starts alone, a row a sample
        if not is_own and not {*values.shape} & {*shape}:
            return None
        self._used.append(array)
        seconds, notes = in_seconds(values, array.name.seconds)
        self._notes += [note for note in notes if note not in self._notes]
        return seconds

    def _upright(self, part: Part) -> Part:
        """Turn (feature, step) round where lengths or the numbers tell so."""
        if part.values.ndim == 1:
            return part
        others = {len(one) for one in (part.times, part.alignment) if one is not None}
        if part.modality == "text" and self.words:
            others.add(len(self.words))
        rows, columns = part.values.shape
        if columns in others and rows not in others:
            return part.noting(
                f"{part.source} is taken for (feature, step): what goes with its steps "
                f"is {columns} long.",
                values=part.values.T,
            )
        look = look_at(part.values) if not others and rows < columns else None
        if look is not None and look.is_turned:
            return part.noting(
                f"{part.source} is taken for (feature, step), {columns} steps of "
                f"{rows} features: neighbouring columns are alike, and rows have "
                "levels of their own.",
                values=part.values.T,
            )
        if look is not None and look.is_doubtful:
            return part.noting(
                f"{part.source} is read as {rows} steps of {columns} features: if it "
                "is (feature, step), save it as array.T."
            )
        return part

    def _without_padding(self, part: Part) -> Part:
        """Leave out the steps that a mask or a length says are padding."""
        there = self._mask(part)
        if there is None or there.all():
            return part
        if not there.any():
            return part.noting(f"The mask of {part.modality} leaves nothing: not used.")
        self._there[part.modality] = there
        return part.without(
            ~there,
            f"{(~there).sum()} of {len(part)} steps of {part.modality} are padding by "
            "its mask and are left out.",
        )

    def _mask(self, part: Part) -> NDArray[np.bool_] | None:
        """Return which steps are there by a mask or a length, None without one."""
        array = self._find(role="mask", kinds=NUMBERS, modality=part.modality)
        array = array or self._find(role="mask", kinds=NUMBERS, modality="", again=True)
        if array is not None:
            there = _true_steps(self._of_sample(self._open(array), 1), array.name)
            if len(there) == len(part):
                self._used.append(array)
                return there
        array = self._find(role="lengths", kinds="iuf", modality=part.modality)
        array = array or self._find(
            role="lengths", kinds="iuf", modality="", again=True
        )
        if array is not None:
            length = self._of_sample(self._open(array), 0)
            if length.size == 1 and 1 <= float(length.ravel()[0]) <= len(part):
                self._used.append(array)
                return np.arange(len(part)) < float(length.ravel()[0])
        return None

    def _of_sample(self, values: NDArray, axes: int) -> NDArray:
        """Return what is of the sample, where there is one axis more than `axes`."""
        values = _squeeze(values, axes)
        is_batch = values.ndim > axes and len(values) == self._samples > 1
        return values[self.sample] if is_batch else values

    def _read(
        self, *, role: str, kinds: str, modality: str | None = None
    ) -> NDArray | None:
        """Return the first array of a role that has not been read, or None."""
        array = self._find(role=role, kinds=kinds, modality=modality)
        if array is None:
            return None
        self._used.append(array)
        return self._open(array)

    def _find(
        self, *, role: str, kinds: str, modality: str | None, again: bool = False
    ) -> NamedArray | None:
        """Return the first array of a role, None where there is none.

        Args:
            role: As `ArrayName` has it.
            kinds: Of its numbers.
            modality: What it is of; None: of anything.
            again: Whether one that has been read will do.
        """
        for array in self._arrays:
            name, entry = array.name, array.entry
            is_of = modality in (None, name.own, name.modality)
            if modality == "":
                is_of = name.modality == ""
            if name.role != role or entry.dtype.kind not in kinds or not is_of:
                continue
            if array in self._used and not again:
                continue
            if 0 < entry.bytes <= _MAX_ALONG_BYTES:
                return array
        return None

    def _open(self, array: NamedArray) -> NDArray:
        return open_entry(self._archive, array.entry, HOW)


def _squeeze(values: NDArray, axes: int) -> NDArray:
    """Return what is left without leading axes of length 1, at least `axes`."""
    while values.ndim > axes and len(values) == 1:
        values = values[0]
    return values


def _true_steps(values: NDArray, name: ArrayName) -> NDArray[np.bool_]:
    """Return which steps a mask says are there: (step,), or (step, ...) of features."""
    is_set = values.reshape(len(values), -1) != 0 if values.ndim else values[None, None]
    if name.is_padding:
        return np.asarray(~is_set.all(axis=1))
    return np.asarray(is_set.any(axis=1))


def _as_text(word: str | bytes) -> str:
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else word
