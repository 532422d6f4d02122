"""One sample's arrays by a model of one's own: from a file, or from named arrays.

`keys.py` lists the keys; docs/own-models.md tells of them with examples.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.arrays.checks import (
    read_latents,
    read_plan,
    read_tokens,
    refuse,
    say_rows,
)
from fusionviz.data.arrays.containers import entry_of, read_named, short_key
from fusionviz.data.arrays.keys import (
    ATTENTION_WORDS,
    BETWEEN,
    BY_NAME,
    CLASSES,
    KEYS,
    LABELS,
    TOKENS,
    is_known,
    meant,
    say_unknown,
)
from fusionviz.data.arrays.pictures import read_depth, read_prediction, read_rgb
from fusionviz.data.arrays.record import (
    ModelArrays,
    PlanArray,
    Prediction,
    numbered_tokens,
)
from fusionviz.data.attention.arrays import check, four_axes
from fusionviz.data.attention.files import AttentionFile, assemble
from fusionviz.data.attention.words import read_words
from fusionviz.errors import InputError

MOST_MODALITIES = 8
MOST_TOLD = 4
"""Faults that are told at once."""

T = TypeVar("T")


def read_arrays(data: bytes) -> ModelArrays:
    """Return the arrays in an NPZ or safetensors file.

    Raises:
        InputError: What is wrong: each sentence names a key, its shape and what was
            expected.
    """
    named, notes = read_named(data)
    return arrays_of(named, notes)


def arrays_of(
    named: Mapping[str, NDArray[Any]],
    notes: Mapping[str, tuple[str, ...]] | None = None,
) -> ModelArrays:
    """Return named arrays of one sample, checked.

    Args:
        named: By key.
        notes: What is known already of some keys.

    Raises:
        InputError: As `read_arrays`.
    """
    reading = _Reading(named=dict(named), notes=dict(notes or {}))
    for name in named:
        if not is_known(name):
            reading.note(short_key(name), [say_unknown(name)])
    attention = reading.read("attention", reading.attention)
    tokens = reading.tokens()
    labels = reading.labels(tokens)
    plan = reading.read("plan", lambda values: reading.plan(values, tokens, labels))
    latents = reading.read("latents", lambda x: reading.noted("latents", read_latents))
    prediction = reading.read("prediction", reading.prediction)
    rgb = reading.read("rgb", lambda x: reading.noted("rgb", read_rgb))
    depth_m = reading.read("depth", lambda x: reading.noted("depth", read_depth))
    if rgb is not None and depth_m is not None and rgb.shape[:2] != depth_m.shape:
        what = f"rgb is {rgb.shape[:2]}: expected pictures of one size"
        reading.faults.append(f"depth has shape {depth_m.shape} and {what}.")
    reading.end()
    return ModelArrays(
        attention=attention,
        plan=plan,
        tokens=tokens,
        labels={name: words for name, words in labels.items() if name in tokens},
        latents=latents,
        prediction=prediction,
        rgb=rgb,
        depth_m=depth_m,
        notes={name: told for name, told in reading.notes.items() if told},
        shapes={name: x.shape for name, x in reading.named.items() if is_known(name)},
    )


@dataclass(kw_only=True)
class _Reading:
    """What has been read so far: faults and notes gather here.

    Attributes:
        named: All arrays by key.
        notes: By key.
        faults: One sentence each.
    """

    named: dict[str, NDArray[Any]]
    notes: dict[str, tuple[str, ...]]
    faults: list[str] = field(default_factory=list)

    def note(self, name: str, told: list[str] | tuple[str, ...]) -> None:
        """Keep what is to be told of a key."""
        self.notes[name] = tuple(dict.fromkeys([*self.notes.get(name, ()), *told]))

    def read(self, name: str, how: Callable[[NDArray[Any]], T]) -> T | None:
        """Return what a key holds, None where it is absent; keep what is wrong."""
        if name not in self.named:
            return None
        try:
            return how(self.named[name])
        except InputError as error:
            self.faults.append(str(error))
            return None

    def noted(
        self,
        name: str,
        read: Callable[[str, NDArray[Any]], tuple[T, list[str] | tuple[str, ...]]],
    ) -> T:
        """Return what a reader makes of a key, and keep its notes."""
        found, notes = read(name, self.named[name])
        self.note(name, notes)
        return found

    def end(self) -> None:
        """Raise where anything is wrong, or nothing is there.

        Raises:
            InputError: All faults together.
        """
        if self.faults:
            more = len(self.faults) - MOST_TOLD
            told = self.faults[:MOST_TOLD]
            last = [f"And {more} more keys have faults."] if more > 0 else []
            raise InputError(" ".join([*told, *last]))
        there = [n for n in self.named if n in BY_NAME or n.startswith(TOKENS)]
        if not there:
            names = ", ".join(key.name for key in KEYS)
            others = dict.fromkeys([*self.named, *self.notes])
            found = ", ".join(map(short_key, others))[:200] or "no array"
            near = next(filter(None, map(meant, others)), "")
            guess = f"; perhaps {near} is meant" if near else ""
            raise InputError(
                f"None of the keys that pages show is there ({names}); found: "
                f"{found}{guess}."
            )

    def attention(self, values: NDArray[Any]) -> AttentionFile:
        """Return attention with what its tokens are."""
        entry = entry_of("attention", values)
        check(entry)
        weights, notes = four_axes(values, entry)
        extra = {n: self.named[n] for n in ATTENTION_WORDS if n in self.named}
        file = assemble(weights, "attention", extra, [])
        self.note("attention", [*notes, *say_rows(weights), *file.notes])
        return file

    def tokens(self) -> dict[str, NDArray[np.float32]]:
        """Return the tokens of all modalities by name."""
        found: dict[str, NDArray[np.float32]] = {}
        keys = [name for name in self.named if name.startswith(TOKENS)]
        if len(keys) > MOST_MODALITIES:
            self.faults.append(
                f"There are {len(keys)} keys {TOKENS}NAME; expected at most "
                f"{MOST_MODALITIES} modalities."
            )
        for key in keys[:MOST_MODALITIES]:
            read = self.read(key, partial(self._tokens_of, key))
            if read is not None:
                found[short_key(key.removeprefix(TOKENS))] = read
        return found

    def _tokens_of(self, key: str, values: NDArray[Any]) -> NDArray[np.float32]:
        return self.noted(key, read_tokens)

    def words(self, key: str) -> tuple[str, ...] | None:
        """Return a key's text; None where it is absent or no text."""
        if key not in self.named:
            return None
        words = read_words(self.named[key])
        if words is None:
            self.note(key, ["It is left out: it is no text."])
        return words

    def labels(
        self, tokens: Mapping[str, NDArray[np.float32]]
    ) -> dict[str, tuple[str, ...]]:
        """Return labels by modality, without those that do not fit their tokens."""
        found = {}
        for key in self.named:
            name = short_key(key.removeprefix(LABELS))
            words = self.words(key) if key.startswith(LABELS) else None
            if words is None:
                continue
            count = len(tokens[name]) if name in tokens else len(words)
            if len(words) == count and words:
                found[name] = words
            else:
                told = f"It is left out: {len(words)} labels for {count} tokens."
                self.note(key, [told])
        return found

    def plan(
        self,
        values: NDArray[Any],
        tokens: Mapping[str, NDArray[np.float32]],
        labels: Mapping[str, tuple[str, ...]],
    ) -> PlanArray:
        """Return a plan with the names of its sides."""
        mass, total, notes = read_plan("plan", values)
        self.note("plan", notes)
        counts = {name: len(words) for name, words in labels.items()}
        counts |= {name: len(x) for name, x in tokens.items()}
        names = self._sides(mass, counts)
        sides = [
            labels.get(name) if counts.get(name) == count else None
            for name, count in zip(names, mass.shape, strict=True)
        ]
        known = [
            words or numbered_tokens(count)
            for words, count in zip(sides, mass.shape, strict=True)
        ]
        return PlanArray(
            mass=mass,
            source=names[0],
            target=names[1],
            source_labels=known[0],
            target_labels=known[1],
            total=total,
        )

    def _sides(
        self, mass: NDArray[np.float64], counts: Mapping[str, int]
    ) -> tuple[str, str]:
        """Return what is sent and what it is sent to: as said, else by counts."""
        said = self.words(BETWEEN)
        if said is not None:
            if len(said) != 2 or said[0] == said[1]:
                raise refuse(
                    BETWEEN, self.named[BETWEEN], "two different names of modalities"
                )
            for name, count in zip(said, mass.shape, strict=True):
                if counts.get(name, count) != count:
                    raise refuse(
                        "plan", mass, f"{counts[name]} tokens on the side of {name}"
                    )
            return said[0], said[1]
        fitting = [
            (first, second)
            for first, x in counts.items()
            for second, y in counts.items()
            if first != second and (x, y) == mass.shape
        ]
        if len(fitting) > 1:
            told = f"{fitting[0][0]} to {fitting[0][1]}"
            self.note("plan", [f"Taken for {told}: {BETWEEN} would say it."])
        return fitting[0] if fitting else ("source", "target")

    def prediction(self, values: NDArray[Any]) -> Prediction:
        """Return what the model says of the sample."""
        found, notes = read_prediction("prediction", values, self.words(CLASSES))
        self.note("prediction", notes)
        return found
