"""One sample with missing and faulty modalities, as several models read it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.analysis.shared.pictures import Pictures, pictures_of
from fusionviz.analysis.shared.segmentation import Segmentation, segmentation_of
from fusionviz.data.faults.samples import FaultChoice, find_fault, put_fault
from fusionviz.data.records import RGBDSample
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.errors import InputError
from fusionviz.training.robustness.readers import Reader, Said, kind_of, title_of
from fusionviz.training.tasks.shared.rgbd import LabelledBatch

Sample = RGBDSample | SequenceSample

MISSING = "missing"
"""The word for a modality that is taken away."""

SENTIMENT = (-3.0, 3.0)
"""From very negative to very positive, of CMU-MOSI and of generated utterances."""

SEVERITIES = (0, 1, 2, 3, 4, 5)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What is wrong with one modality.

    Attributes:
        modality: Which.
        what: `missing`, or the name of a fault.
        severity: Of the fault, 0 to 5.
    """

    modality: str
    what: str = MISSING
    severity: float = 5.0

    @classmethod
    def of(cls, text: str) -> "Failure":
        """Return the failure of a text: `depth:missing`, `rgb:darkness:3`.

        Raises:
            ValueError: It is none.
        """
        modality, _, rest = text.partition(":")
        what, _, severity = rest.partition(":")
        if not modality or not what or (what == MISSING) == bool(severity):
            raise ValueError(
                "a failure is MODALITY:missing or MODALITY:FAULT:SEVERITY, got "
                f"{text!r}"
            )
        number = float(severity or 5)
        if not 0 <= number <= 5:
            raise ValueError(f"severity is 0 to 5, got {number:g}")
        return cls(modality=modality, what=what, severity=number)

    def to_text(self) -> str:
        """Return the text that `of` reads."""
        if self.what == MISSING:
            return f"{self.modality}:{MISSING}"
        return f"{self.modality}:{self.what}:{self.severity:g}"

    def title(self, *, is_image: bool) -> str:
        """Return it in words.

        Raises:
            InputError: There is no such fault.
        """
        if self.what == MISSING:
            return f"no {self.modality}"
        fault = find_fault(self.modality, self.what, is_image=is_image)
        return f"{self.modality}: {fault.title.lower()}, severity {self.severity:g}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Numbers:
    """What a model says of sequences.

    Attributes:
        names: What each number is of.
        values: What is said, (number,).
        truth: What is true, (number,), NaN where unknown.
        meaning: What is said, with its unit.
        limits: Lowest and highest value that there is.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    truth: NDArray[np.float64]
    meaning: str
    limits: tuple[float, float]


@dataclass(frozen=True, kw_only=True, eq=False)
class FailureReading:
    """What one model says.

    Attributes:
        name: What tells the reader from others.
        title: What it is called; readers of one kind may share it.
        kind: What its kind of model is called.
        pictures: What it read of the pictures, of the size and part that it reads; None
            of sequences.
        segmentation: Classes of pixels, None of sequences.
        numbers: Of sequences, None of pictures.
        bits: Bits per dimension of the joint tokens, None without a density.
    """

    name: str
    title: str
    kind: str
    pictures: Pictures | None
    segmentation: Segmentation | None
    numbers: Numbers | None
    bits: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class FailureView:
    """A sample that fails, and what models say of it whole and then.

    Attributes:
        failures: What is wrong, in words; empty where nothing is.
        steps: How many steps each modality that is left has; empty of pictures.
        before: What each says of the whole sample.
        after: What each says of what is left, in the same order.
    """

    failures: tuple[str, ...]
    steps: Mapping[str, int]
    before: tuple[FailureReading, ...]
    after: tuple[FailureReading, ...]

    @property
    def is_image(self) -> bool:
        """Whether it is a pair of pictures."""
        return self.before[0].pictures is not None

    @property
    def changed(self) -> tuple[float, ...]:
        """How much each model's answer changes.

        Of pictures the share of pixels with another class, of numbers the largest
        difference.
        """
        return tuple(
            change_between(one, other)
            for one, other in zip(self.before, self.after, strict=True)
        )


def change_between(before: FailureReading, after: FailureReading) -> float:
    """Return how much an answer changes; see `FailureView.changed`."""
    if before.segmentation is not None and after.segmentation is not None:
        moved = before.segmentation.labels != after.segmentation.labels
        return float(moved.mean())
    if before.numbers is None or after.numbers is None:
        return math.nan
    first, last = before.numbers.values, after.numbers.values
    if len(first) != len(last):  # steps were lost
        return math.nan
    return float(np.abs(first - last).max())


class FailureSubject:
    """A sample and the models that read it, each with what it makes of it whole.

    As with other subjects, what is computed is never changed after, so that sessions
    may share it.

    Args:
        sample: A pair of pictures or sequences.
        readers: At least one; all with the same modalities.
        kin: Name of the data set that has more samples like it; empty if unknown.
    """

    def __init__(
        self, sample: Sample, readers: Sequence[Reader], kin: str = ""
    ) -> None:
        self.sample, self.readers, self.kin = sample, tuple(readers), kin

    @property
    def is_image(self) -> bool:
        """Whether it is a pair of pictures."""
        return isinstance(self.sample, RGBDSample)

    @property
    def modalities(self) -> tuple[str, ...]:
        """Modalities that the models read and the sample has."""
        there = (
            self.sample.modalities
            if isinstance(self.sample, RGBDSample)
            else self.sample.names
        )
        return tuple(name for name in self.readers[0].modalities if name in there)

    @property
    def models(self) -> tuple[Reader, ...]:
        """One reader of each model: of whole samples its others say the same."""
        of_model: dict[int, Reader] = {}
        for reader in self.readers:
            of_model.setdefault(id(reader.model), reader)
        return tuple(of_model.values())

    @cached_property
    def whole(self) -> tuple[FailureReading, ...]:
        """What each model says of the sample as it is."""
        return read_sample(self.readers, self.sample, self.modalities)

    def fail(self, failures: Sequence[Failure]) -> FailureView:
        """Return what the models say when modalities fail.

        Args:
            failures: At most one a modality; those of modalities that the sample lacks
                change nothing.

        Raises:
            InputError: Nothing would be left, or there is no such fault.
        """
        gone = {one.modality for one in failures if one.what == MISSING}
        left = tuple(name for name in self.modalities if name not in gone)
        if not left:
            raise InputError(
                "Nothing is left to read: let one of the modalities be there."
            )
        known = [one for one in failures if one.modality in self.modalities]
        sample = self.spoil(known)
        changed = [one for one in known if one.what == MISSING or one.severity > 0]
        after = read_sample(self.readers, sample, left) if changed else self.whole
        return FailureView(
            failures=tuple(one.title(is_image=self.is_image) for one in changed),
            steps={}
            if isinstance(sample, RGBDSample)
            else {name: len(sample.modalities[name]) for name in left},
            before=self.whole,
            after=after,
        )

    def spoil(self, failures: Sequence[Failure]) -> Sample:
        """Return the sample with the faults in it; what is missing is still there.

        Raises:
            InputError: There is no such fault.
        """
        sample = self.sample
        for one in failures:
            if one.what != MISSING:
                choice = FaultChoice(
                    modality=one.modality, fault=one.what, severity=one.severity
                )
                sample = put_fault(sample, choice)
        return sample


def read_sample(
    readers: Sequence[Reader], sample: Sample, shown: Sequence[str]
) -> tuple[FailureReading, ...]:
    """Return what each reader says of a sample of which some modalities are there.

    A model prepares the sample once, however many ways it has to read it; and where
    nothing is missing they all say the same, which it is asked once.
    """
    batches: dict[int, Any] = {}
    of_whole: dict[int, Said] = {}
    is_whole = set(shown) == set(readers[0].modalities)
    found = []
    for reader in readers:
        model = id(reader.model)
        with torch.inference_mode():
            if model not in batches:
                batches[model] = reader.prepare([sample])
            said = of_whole.get(model)
            if said is None:
                said = reader.say(batches[model], shown)
        if is_whole:
            of_whole[model] = said
        read = pictures_read(batches[model], shown)
        found.append(as_reading(reader, said, sample, read))
    return tuple(found)


def pictures_read(
    batch: Any,  # noqa: ANN401
    shown: Sequence[str],
    index: int = 0,
) -> Pictures | None:
    """Return a sample of a reader's batch as pictures; None of sequences.

    Args:
        batch: From `Reader.prepare`.
        shown: Modalities that are not hidden.
        index: Of the sample.
    """
    if not isinstance(batch, LabelledBatch):
        return None
    read = pictures_of(batch.images.part(slice(index, index + 1)))
    return Pictures(
        rgb=read.rgb if "rgb" in shown else None,
        depth_m=read.depth_m if "depth" in shown else None,
    )


def as_reading(
    reader: Reader,
    said: Said,
    sample: Sample,
    pictures: Pictures | None,
    index: int = 0,
) -> FailureReading:
    """Return what a reader said of one sample of a batch.

    Args:
        reader: Who said it.
        said: Of the batch.
        sample: The one.
        pictures: What was read of it.
        index: Of the sample in the batch.
    """
    scores = said.scores[index : index + 1]
    segmentation = numbers = None
    if isinstance(sample, RGBDSample):
        size = reader.model.config.image_size
        segmentation = segmentation_of(scores, sample, size, reader.classes)
    else:
        numbers = _numbers(reader, scores[0].double().cpu().numpy(), sample)
    return FailureReading(
        name=reader.name,
        title=title_of(reader),
        kind=kind_of(reader),
        pictures=pictures,
        segmentation=segmentation,
        numbers=numbers,
        bits=None if said.bits is None else float(said.bits[index]),
    )


def _numbers(
    reader: Reader, scores: NDArray[np.float64], sample: SequenceSample
) -> Numbers:
    """Return the number of a regression, the probabilities of classes, or of steps."""
    config = reader.model.config
    if config.head == "regression":
        values = scores[0] if config.per_step else scores
        truth = _fit(sample.target, len(values))
        seen = np.concatenate([values, truth[np.isfinite(truth)], SENTIMENT])
        return Numbers(
            names=_named("step" if config.per_step else "score", len(values)),
            values=values,
            truth=truth,
            meaning="score, no unit",
            limits=(float(seen.min()), float(seen.max())),
        )
    odds = np.exp(scores - scores.max(axis=0))
    values = odds / odds.sum(axis=0)
    names, truth = reader.classes, np.full(len(values), np.nan)
    if config.per_step:  # of each class, the mean over steps
        values = values.mean(axis=1)
    elif sample.label is not None and 0 <= int(sample.label) < len(values):
        truth = np.eye(len(values))[int(sample.label)]
    return Numbers(
        names=names,
        values=values,
        truth=truth,
        meaning="probability, no unit",
        limits=(0.0, 1.0),
    )


def _fit(target: NDArray[np.floating] | None, count: int) -> NDArray[np.float64]:
    """Return targets as (count,), NaN where they are not of that many."""
    values = np.atleast_1d(np.asarray(np.nan if target is None else target, float))
    return values if len(values) == count else np.full(count, np.nan)


def _named(word: str, count: int) -> tuple[str, ...]:
    return (word,) if count == 1 else tuple(f"{word} {i + 1}" for i in range(count))
