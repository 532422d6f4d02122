"""What an AlignMamba predicts, as arrays: classes of pixels, or numbers."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.analysis.shared.segmentation import (
    Segmentation,
    class_names_of,
    segmentation_of,
)
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.data.records import RGBDSample

SENTIMENT = (-3.0, 3.0)
"""From very negative to very positive, of CMU-MOSI and of generated utterances."""


@dataclass(frozen=True, kw_only=True, eq=False)
class DensePrediction:
    """A class for every pixel.

    Attributes:
        segmentation: Classes, and the true ones where known.
        probabilities: Of each class, (class, side, side).
    """

    segmentation: Segmentation
    probabilities: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scores:
    """Numbers: of the whole sample, or of each step of the anchor.

    Attributes:
        names: What each number is of.
        values: What is predicted, (number,).
        truth: What is true, (number,), NaN where unknown.
        meaning: What is predicted, with its unit.
        limits: Lowest and highest value that there is.
        per_step: Whether numbers are of steps.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    truth: NDArray[np.float64]
    meaning: str
    limits: tuple[float, float]
    per_step: bool

    @property
    def mean_absolute_error(self) -> float | None:
        """Mean |value - truth| where the truth is known, None where it is nowhere."""
        known = np.isfinite(self.truth)
        if not known.any():
            return None
        return float(np.abs(self.values - self.truth)[known].mean())


Prediction = DensePrediction | Scores


def prediction_of(
    subject: AlignMambaSubject, logits: NDArray[np.floating]
) -> Prediction:
    """Return what logits of a subject's model say of its sample.

    Args:
        subject: Model and sample.
        logits: Of a pass of the one sample; see `AlignMambaOutput`.
    """
    config, sample = subject.model.config, subject.sample
    scores = torch.from_numpy(np.asarray(logits, np.float32))
    if isinstance(sample, RGBDSample) and config.head == "dense":
        return DensePrediction(
            segmentation=segmentation_of(
                scores,
                sample,
                subject.model.config.image_size,
                class_names_of(subject.model),
            ),
            probabilities=scores[0].softmax(dim=0).numpy(),
        )
    if config.head == "classification":
        return _classes(subject, scores[0].softmax(dim=0).double().numpy())
    return _numbers(subject, scores[0].double().numpy())


def _numbers(subject: AlignMambaSubject, found: NDArray[np.float64]) -> Scores:
    """Return the numbers that a regression predicts for a sample or its steps."""
    per_step = subject.model.config.per_step
    values = found[0] if per_step else found
    truth = _fit(getattr(subject.sample, "target", None), len(values))
    is_sentiment = subject.kin in ("sentiment", "mosi")
    seen = np.concatenate([values, truth[np.isfinite(truth)], [-1.0, 1.0]])
    return Scores(
        names=_steps(subject) if per_step else _outputs("score", len(values)),
        values=values,
        truth=truth,
        meaning="sentiment, no unit" if is_sentiment else "score, no unit",
        limits=SENTIMENT if is_sentiment else (float(seen.min()), float(seen.max())),
        per_step=per_step,
    )


def _classes(subject: AlignMambaSubject, found: NDArray[np.float64]) -> Scores:
    """Return the probability of each class, or at each step of the true class."""
    per_step = subject.model.config.per_step
    label = getattr(subject.sample, "label", None)
    names = class_names_of(subject.model)
    if not per_step:
        known = names if len(names) == len(found) else _outputs("class", len(found))
        truth = np.full(len(found), np.nan)
        if label is not None and not label.ndim and 0 <= int(label) < len(found):
            truth = np.eye(len(found))[int(label)]
        return Scores(
            names=known,
            values=found,
            truth=truth,
            meaning="probability, no unit",
            limits=(0.0, 1.0),
            per_step=False,
        )
    steps = np.arange(found.shape[1])
    labels = np.full(len(steps), -1)
    if label is not None and label.shape == labels.shape:
        labels = label
    asked = np.where(labels >= 0, labels, 0)
    return Scores(
        names=_steps(subject),
        values=found[asked, steps],
        truth=np.where(labels >= 0, 1.0, np.nan),
        meaning="probability of the true class, else of the first; no unit",
        limits=(0.0, 1.0),
        per_step=True,
    )


def _steps(subject: AlignMambaSubject) -> tuple[str, ...]:
    """Return what the anchor's steps are called, of learned tokens by number."""
    if subject.anchor in subject.names:
        return subject.side(subject.anchor).labels
    count = subject.trace.tokens[subject.anchor].shape[1]
    return _outputs("step", count)


def _outputs(word: str, count: int) -> tuple[str, ...]:
    return (word,) if count == 1 else tuple(f"{word} {i + 1}" for i in range(count))


def _fit(target: NDArray[np.floating] | None, count: int) -> NDArray[np.float64]:
    """Return targets as (count,), NaN where they are not of that many."""
    values = np.atleast_1d(np.asarray(np.nan if target is None else target, float))
    return values if len(values) == count else np.full(count, np.nan)
