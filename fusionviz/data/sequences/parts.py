"""One modality of what a reader brings, made fit: no padding, no NaN, not too long."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.errors import InputError

MAX_STEPS = 512
"""Of a modality; longer ones are averaged down to that many or fewer, so that a plan
between two of them is solved and drawn while somebody waits."""

MAX_FEATURES = 4096
MOST_MODALITIES = 8
LARGEST = 1e16
"""What is beyond marks a missing value: its square would leave float32's range."""

LONGEST_WORD = 32

_ALONG = ("times", "words", "alignment")


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """One modality as it was read.

    What goes with the steps may be shorter or longer than they are: `settle` looks
    whether it fits.

    Attributes:
        modality: Its name.
        values: Real numbers (step, feature), or ids int64 (step,).
        source: The array or the file that it is from.
        times: (step, 2), seconds by any clock, or None.
        words: Of the steps, or empty.
        alignment: Real numbers (step,), the anchor's step of each, or None.
        there: Which of the steps that the file has are left, where not all or the first
            of them; else None.
        pooled: How many steps of the source make one.
        notes: What was assumed, one sentence each.
    """

    modality: str
    values: NDArray[Any]
    source: str
    times: NDArray[np.float64] | None = None
    words: tuple[str, ...] = ()
    alignment: NDArray[Any] | None = None
    there: NDArray[np.bool_] | None = None
    pooled: int = 1
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.values)

    def noting(self, note: str, **changes: Any) -> "Part":  # noqa: ANN401
        """Return the part with changes, and a note that tells of them."""
        return replace(self, **changes, notes=(*self.notes, note))

    def without(self, gone: NDArray[np.bool_], note: str) -> "Part":
        """Return the part without some steps and what goes with them, and a note."""
        along = {what: _select(getattr(self, what), ~gone) for what in _ALONG}
        return self.noting(note, values=self.values[~gone], there=~gone, **along)


@dataclass(frozen=True, kw_only=True, eq=False)
class FileParts:
    """What a file holds.

    Attributes:
        parts: Modalities.
        words: Of the anchor's steps, whichever it is, or empty.
        target: Numbers, or None.
        notes: What was assumed or left out, one sentence each.
    """

    parts: tuple[Part, ...]
    words: tuple[str, ...] = ()
    target: NDArray[np.float64] | None = None
    notes: tuple[str, ...] = ()


def settle(part: Part) -> Part:
    """Return a part that can go into a sample.

    Padding at the end is cut off, what goes with the steps fits them or is left out,
    values that are NaN, infinite or beyond `LARGEST` are 0, and of more than
    `MAX_STEPS` steps neighbours are averaged.

    Raises:
        InputError: It has no number, too many features, or ids that are none.
    """
    features = part.values.shape[1] if part.values.ndim == 2 else 1
    if not 1 <= features <= MAX_FEATURES or not len(part):
        raise InputError(
            f"{part.source} has {len(part)} steps of {features} features, and 1 to "
            f"{MAX_FEATURES} features are read: save it as (step, feature)."
        )
    if part.values.ndim == 2:
        # Copied where it is read-only; too large for float32 is infinite there.
        with np.errstate(over="ignore", invalid="ignore"):
            part = replace(part, values=np.array(part.values, np.float32))
    return _pool(_fill(_fit(_cut(part))))


def shown_words(words: list[str]) -> tuple[str, ...]:
    """Return words that are short, and that any page can carry."""
    return tuple(map(_shown, words))


def _shown(word: str) -> str:
    printable = "".join(one if one.isprintable() else " " for one in word)
    whole = printable.encode("utf-8", "replace").decode().strip()
    return whole if len(whole) <= LONGEST_WORD else whole[: LONGEST_WORD - 1] + "…"


def _cut(part: Part) -> Part:
    """Cut off padding: rows at the end without a number, a word or a time."""
    if part.values.ndim == 1:
        there = part.values >= 0
    else:
        there = (np.nan_to_num(part.values) != 0).any(axis=1)
    if not there.any():
        return part
    kept = 1 + int(np.flatnonzero(there)[-1])
    if part.values.ndim == 2:
        kept = max([kept, *(n for n in _named(part) if n <= len(part))])
    if kept == len(part):
        return part
    return part.noting(
        f"{part.modality} ends in {len(part) - kept} steps of padding, which are left "
        "out.",
        values=part.values[:kept],
        **{
            what: _select(getattr(part, what), np.arange(len(part)) < kept)
            for what in _ALONG
        },
    )


def _select(along: Any, kept: NDArray[np.bool_]) -> Any:  # noqa: ANN401
    """Return what goes with the steps that are kept, where there is one for each."""
    if along is None or len(along) != len(kept):
        return along
    if isinstance(along, tuple):
        return tuple(one for one, is_kept in zip(along, kept, strict=True) if is_kept)
    return along[kept]


def _named(part: Part) -> tuple[int, int]:
    """Return after which step the last word and the last time stand."""
    spoken = [step for step, word in enumerate(part.words) if word]
    timed = np.zeros(0, int)
    if part.times is not None:
        timed = np.flatnonzero(np.nan_to_num(part.times).any(axis=1))
    return (1 + max(spoken, default=-1), 1 + int(max(timed, default=-1)))


def _fit(part: Part) -> Part:
    """Leave out what is of another length than the steps."""
    for what in _ALONG:
        there = getattr(part, what)
        if there is not None and len(there) not in (0, len(part)):
            part = part.noting(
                f"{what} of {part.modality} are left out: they are {len(there)}, and "
                f"it has {len(part)} steps.",
                **{what: () if what == "words" else None},
            )
    if part.times is not None:
        unknown = ~np.isfinite(part.times).all(axis=1)
        if unknown.all():
            part = replace(part, times=None)
        if unknown.any():
            part = part.noting(
                f"{unknown.sum()} of {len(part)} times of {part.modality} are unknown: "
                "no number, too large, or an end before its start."
            )
    return part


def _fill(part: Part) -> Part:
    """Put 0 where there is no number that can be reckoned with."""
    if part.values.ndim == 1:
        if part.values.min() < 0:
            raise InputError(
                f"{part.source} holds ids below 0: save whole numbers from 0 on."
            )
        return part
    with np.errstate(invalid="ignore"):
        lost = ~(np.abs(part.values) <= LARGEST)
    if lost.all():
        raise InputError(
            f"{part.source} holds no number, only NaN or infinite values: save it "
            "again, or leave it out."
        )
    if lost.any():
        part = part.noting(
            f"{lost.sum()} values of {part.modality} ({lost.mean():.2%}) are NaN, "
            "infinite or out of range: 0 stands in for them.",
            values=np.where(lost, np.float32(0), part.values),
        )
    empty = int((~part.values.any(axis=1)).sum())
    if empty:
        part = part.noting(
            f"{empty} of {len(part)} steps of {part.modality} are all zeros and stay."
        )
    return part


def _pool(part: Part) -> Part:
    """Average neighbours where there are too many steps."""
    size = -(-len(part) // MAX_STEPS)
    if size == 1:
        return part
    if part.values.ndim == 1:
        raise InputError(
            f"{part.source} has {len(part)} ids, and at most {MAX_STEPS} are read: "
            "bring a shorter piece."
        )
    first = np.arange(0, len(part), size)
    total = np.add.reduceat(part.values, first, axis=0, dtype=np.float64)
    count = np.diff([*first, len(part)])[:, None]
    last = np.minimum(first + size, len(part)) - 1
    times, words = part.times, part.words
    if times is not None:
        times = np.stack([times[first, 0], times[last, 1]], axis=1)
    if words:
        words = shown_words([" ".join(words[at : at + size]) for at in first])
    return part.noting(
        f"{part.modality} has {len(part)} steps, and at most {MAX_STEPS} are read: "
        f"{size} neighbours are averaged into one.",
        values=(total / count).astype(np.float32),
        times=times,
        words=words,
        alignment=None
        if part.alignment is None
        else part.alignment[(first + last) // 2],
        pooled=size,
    )
