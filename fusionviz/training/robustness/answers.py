"""What readers say of many samples, a few at a time."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.data.faults.presence import fixed_subsets
from fusionviz.training.kept_parts import NOT_KEPT, Arrays, KeptParts
from fusionviz.training.robustness.readers import Reader

CHUNK = 16
"""How many samples a model is asked about at once."""

Tell = Callable[[float, str], bool]
"""Told the share that is done and what is being done; ends the work by False."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """What a reader said of samples under some conditions.

    Attributes:
        cells: Confusions, rows: truth, int64 (condition, sample, class, class).
        bits: Bits per dimension, (condition, sample); None without a density.
    """

    cells: NDArray[np.int64]
    bits: NDArray[np.float64] | None


class _Chunk:
    """Some samples, which a model prepares once and reads whole once.

    Args:
        samples: That models are asked about at once.
    """

    def __init__(self, samples: Sequence[Any]) -> None:
        self.samples = samples
        self._of_model: dict[int, tuple[Any, Answers]] = {}

    def read_whole(self, reader: Reader) -> Answers:
        """Return what a reader says of the samples with all that they have."""
        return self._prepared(reader)[1]

    def read_subsets(self, reader: Reader) -> Answers:
        """Return what a reader says of the samples under every subset."""
        batch, of_whole = self._prepared(reader)
        subsets = fixed_subsets(reader.modalities)[:-1]
        parts = [*(_ask(reader, batch, one) for one in subsets), of_whole]
        return _joined(parts, axis=0)

    def _prepared(self, reader: Reader) -> tuple[Any, Answers]:
        if id(reader.model) not in self._of_model:
            with torch.inference_mode():
                batch = reader.prepare(self.samples)
            of_whole = _ask(reader, batch, reader.modalities)
            self._of_model[id(reader.model)] = batch, of_whole
        return self._of_model[id(reader.model)]


def read_subsets(
    readers: Sequence[Reader],
    samples: Sequence[Any],
    tell: Tell | None = None,
    parts: KeptParts = NOT_KEPT,
) -> dict[str, Answers]:
    """Return what readers say of samples under every subset of their modalities.

    What stands for missing modalities makes no difference to whole samples: a model
    reads these once. Samples must have all modalities themselves.

    Args:
        readers: Of one model or of several, with the same modalities.
        samples: At least one.
        tell: Told how far it is; where it ends the work, what was read by then is
            returned, which is as many samples of every reader.
        parts: Keeps what each reader said of a few samples.

    Returns:
        By the reader's name, of the subsets in the order of `fixed_subsets`.
    """
    subsets = fixed_subsets(readers[0].modalities)
    found: dict[str, list[Answers]] = {reader.name: [] for reader in readers}
    for chunk in _chunks(samples):
        for reader in readers:
            of = ("under every subset", *reader.made_of, chunk.samples)
            said = _take(parts, partial(chunk.read_subsets, reader), *of)
            found[reader.name].append(said)
        done = sum(one.cells.shape[1] for one in found[readers[0].name])
        doing = f"{done} of {len(samples)} samples under {len(subsets)} subsets"
        if tell is not None and not tell(done / len(samples), doing):
            break
    return {name: _joined(chunks, axis=1) for name, chunks in found.items()}


def read_whole(
    reader: Reader, samples: Sequence[Any], parts: KeptParts = NOT_KEPT
) -> Answers:
    """Return what a reader says of samples with all that they have, one condition.

    Args:
        reader: Of them.
        samples: At least one.
        parts: Keeps what it said of a few samples.
    """
    found = [
        _take(
            parts,
            partial(chunk.read_whole, reader),
            *("whole", reader.model, chunk.samples),
        )
        for chunk in _chunks(samples)
    ]
    return _joined(found, axis=1)


def _chunks(samples: Sequence[Any]) -> Iterator[_Chunk]:
    for start in range(0, len(samples), CHUNK):
        stop = min(start + CHUNK, len(samples))
        yield _Chunk([samples[place] for place in range(start, stop)])


def _take(parts: KeptParts, make: Callable[[], Answers], *of: object) -> Answers:
    """Return answers that are kept, or else are made and kept."""
    found = parts.take(lambda: _arrays(make()), *of)
    return Answers(cells=found["cells"], bits=found.get("bits"))


def _arrays(answers: Answers) -> Arrays:
    bits = {} if answers.bits is None else {"bits": answers.bits}
    return {"cells": answers.cells, **bits}


def _ask(
    reader: Reader,
    batch: Any,  # noqa: ANN401
    present: Collection[str],
) -> Answers:
    """Return what a reader says of a batch, one condition."""
    with torch.inference_mode():
        said = reader.say(batch, present)
        cells = reader.count(batch, said)
        bits = None if said.bits is None else said.bits.double().cpu().numpy()[None]
    return Answers(cells=cells[None], bits=bits)


def _joined(answers: Sequence[Answers], *, axis: int) -> Answers:
    """Return answers as one: conditions beside each other, or samples (axis 1)."""
    bits = [one.bits for one in answers if one.bits is not None]
    return Answers(
        cells=np.concatenate([one.cells for one in answers], axis=axis),
        bits=np.concatenate(bits, axis=axis) if len(bits) == len(answers) else None,
    )
