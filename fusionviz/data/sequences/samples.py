"""The record for several sequences that tell of the same thing, and batches of it.

A sample holds one sequence a modality, each with its own number of steps: the words of
an utterance with frames of the face and of the voice, or the utterances of a video.
The anchor is the modality that the others are aligned to.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, eq=False)
class SequenceSample:
    """Sequences of several modalities, or of those of them that are there.

    Attributes:
        modalities: By name, features float32 (step, channel), or ids of words int64
            (step,). A missing modality is left out.
        times: By name, float32 (step, 2): when each step starts and ends by the clock
            of its modality, in seconds; NaN where unknown. May lack modalities.
        words: What the anchor's steps are called; empty where unknown.
        target: A number, float32 () for the whole sample or (step,) for each step of
            the anchor; NaN where unknown. None where there are no targets.
        label: A class, int64, of the same shapes; -1 where unknown.
        anchor: Name of the modality that the others are aligned to.
        alignment: By name of a source modality, int64 (step,): which step of the
            anchor each of its steps belongs to, -1 where to none. Only where the truth
            is known, as in generated data.
        id: Name of the sample in its set.
        group: What it must not be split from, such as the video or the speaker.
        notes: What was assumed on reading, one sentence each.
    """

    modalities: Mapping[str, NDArray[Any]]
    times: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    target: NDArray[np.float32] | None = None
    label: NDArray[np.int64] | None = None
    anchor: str = "text"
    alignment: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    id: str = ""
    group: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check that there is something, and that lengths and kinds agree."""
        if not self.modalities:
            raise ValueError("a sample needs a modality, got none")
        for name, steps in self.modalities.items():
            _check_steps(name, steps)
            _check_length(f"alignment of {name}", self.alignment.get(name), len(steps))
            if (times := self.times.get(name)) is not None:
                _check_shape(f"times of {name}", times, (len(steps), 2))
        if self.anchor in self.modalities:
            self._check_against_anchor(len(self.modalities[self.anchor]))

    def _check_against_anchor(self, length: int) -> None:
        _check_length("words", self.words or None, length)
        for name, values in (("target", self.target), ("label", self.label)):
            if values is not None and values.ndim:
                _check_shape(name, values, (length,))
        for name, places in self.alignment.items():
            if places.size and not -1 <= places.min() <= places.max() < length:
                raise ValueError(
                    f"alignment of {name} points to steps -1 to {length - 1} of "
                    f"{self.anchor}, got {places.min()} to {places.max()}"
                )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the modalities that are present."""
        return tuple(self.modalities)

    def only(self, names: Collection[str]) -> "SequenceSample":
        """Return the sample with the modalities `names` alone.

        What is known of the others (times, words, alignment) stays.

        Raises:
            ValueError: None of them is there.
        """
        kept = {name: x for name, x in self.modalities.items() if name in names}
        if not kept:
            raise ValueError(
                f"nothing would be left of {', '.join(self.modalities)}, "
                f"got {sorted(names)} to keep"
            )
        return replace(self, modalities=kept)


@dataclass(frozen=True, kw_only=True, eq=False)
class PaddedSequences:
    """A batch of samples, padded with zeros at the end.

    Attributes:
        values: By modality, (batch, step, channel) or ids (batch, step).
        mask: By modality, bool (batch, step), True where a step is there.
        present: By modality, bool (batch,), True where a sample has it.
        target: float32 (batch,) or (batch, step); NaN where padded or unknown.
        label: int64, of the same shapes; -1 where padded or unknown.
    """

    values: dict[str, NDArray[Any]]
    mask: dict[str, NDArray[np.bool_]]
    present: dict[str, NDArray[np.bool_]]
    target: NDArray[np.float32]
    label: NDArray[np.int64]


def pad(
    samples: Sequence[SequenceSample], names: Sequence[str] | None = None
) -> PaddedSequences:
    """Return the samples as one batch of padded arrays.

    Args:
        samples: At least one; each modality of one width throughout.
        names: Modalities to take, all that occur by default. Those that no sample has
            are left out of the batch.

    Raises:
        ValueError: There are no samples, or they do not fit into one batch.
    """
    if not samples:
        raise ValueError("a batch needs a sample, got none")
    found = list(dict.fromkeys(name for one in samples for name in one.modalities))
    taken = [name for name in (found if names is None else names) if name in found]
    values, mask, present = {}, {}, {}
    for name in taken:
        rows = [one.modalities.get(name) for one in samples]
        values[name], mask[name] = _pad_rows(name, rows)
        present[name] = np.array([row is not None for row in rows])
    return PaddedSequences(
        values=values,
        mask=mask,
        present=present,
        target=_pad_targets([one.target for one in samples], np.float32(np.nan)),
        label=_pad_targets([one.label for one in samples], np.int64(-1)),
    )


def _pad_rows(
    name: str, rows: Sequence[NDArray[Any] | None]
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    there = [row for row in rows if row is not None]
    kinds = {(row.shape[1:], row.dtype) for row in there}
    if len(kinds) > 1:
        raise ValueError(f"{name} must be of one kind in a batch, got {kinds}")
    ((shape, kind),) = kinds
    longest = max(len(row) for row in there)
    values = np.zeros((len(rows), longest, *shape), kind)
    mask = np.zeros((len(rows), longest), bool)
    for index, row in enumerate(rows):
        if row is not None:
            values[index, : len(row)] = row
            mask[index, : len(row)] = True
    return values, mask


def _pad_targets(rows: Sequence[NDArray[Any] | None], unknown: Any) -> NDArray[Any]:  # noqa: ANN401
    shapes = {row.shape for row in rows if row is not None}
    if len({len(shape) for shape in shapes}) > 1:
        raise ValueError("targets must be all of samples or all of steps, got both")
    longest = max(shapes, default=())
    out = np.full((len(rows), *longest), unknown)
    for index, row in enumerate(rows):
        if row is not None:
            place: Any = (index, *(slice(length) for length in row.shape))
            out[place] = row
    return out


def _check_steps(name: str, steps: NDArray[Any]) -> None:
    is_features = steps.ndim == 2 and steps.dtype == np.float32
    is_ids = steps.ndim == 1 and steps.dtype == np.int64
    if not (is_features or is_ids) or not len(steps):
        raise ValueError(
            f"{name} must be float32 (step, channel) or int64 (step,) with a step at "
            f"least, got {steps.dtype} {steps.shape}"
        )


def _check_length(what: str, values: Any, length: int) -> None:  # noqa: ANN401
    if values is not None and len(values) != length:
        raise ValueError(f"{what} must be {length} long, got {len(values)}")


def _check_shape(what: str, values: NDArray[Any], shape: tuple[int, ...]) -> None:
    if values.shape != shape:
        raise ValueError(f"{what} must be of shape {shape}, got {values.shape}")
