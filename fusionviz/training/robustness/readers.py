"""Models that read samples of which modalities are hidden.

A reader is a model and, of a MANGO, what stands for what is missing. It says of a batch
what it makes of it when a subset of the modalities is there; the hidden ones' values
change nothing. AlignMamba and the baselines have learned tokens for what is missing.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.errors import InputError
from fusionviz.models.alignmamba import rgbd_inputs
from fusionviz.models.baselines import BaselineConfig, FusionName
from fusionviz.models.mango import Mango
from fusionviz.models.mango.joint import log_prior, to_bits_per_dim
from fusionviz.models.mango.layers.partition import Tokens
from fusionviz.training.metrics.segmentation import confusion_matrix
from fusionviz.training.metrics.sequence import DECIDED, LABEL, score_rows
from fusionviz.training.robustness.absence import (
    WAYS,
    Way,
    fill,
)
from fusionviz.training.robustness.figures import DENSE, SCORED, Figure
from fusionviz.training.tasks.alignmamba_sequence import (
    AlignMambaSequenceTask,
    SequenceBatch,
)
from fusionviz.training.tasks.mango_flow import MangoFlowTask
from fusionviz.training.tasks.shared.rgbd import LabelledBatch

Subset = tuple[str, ...]
FUSIONS: Mapping[FusionName, str] = {
    "concatenation": "Concatenation",
    "single-stream": "Single-stream Transformer",
    "multi-stream": "Multi-stream Transformer",
    "mamba": "Single-stream Mamba",
}
"""What baselines are called."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Said:
    """What a model says of a batch.

    Attributes:
        scores: Of classes and pixels (batch, class, height, width), of classes, or the
            numbers of a regression; where it says something of steps, with (step).
        bits: Bits per dimension of the joint tokens, (batch,), where it has a density.
    """

    scores: Tensor
    bits: Float[Tensor, " batch"] | None = None


class Reader(ABC):
    """A model that reads samples of which modalities are hidden.

    Attributes:
        model: In evaluation mode.
        absence: What stands for what is missing, a word.
            figures: What is made of its confusions, the main figure first.
    """

    model: Any
    absence: str = "learned"
    figures: Mapping[str, Figure]

    @property
    def checkpoint(self) -> str:
        """Name of its checkpoint, or what kind of model it is."""
        card = getattr(self.model, "card", None)
        return card.name if card is not None else type(self.model).__name__.lower()

    @property
    def name(self) -> str:
        """What tells it from other readers."""
        return f"{self.checkpoint}:{self.absence}"

    @property
    def made_of(self) -> tuple[object, ...]:
        """All that its answers depend on, besides the samples."""
        return self.model, self.absence

    @property
    @abstractmethod
    def modalities(self) -> Subset:
        """Names of what may be missing."""

    @property
    @abstractmethod
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""

    @abstractmethod
    def prepare(self, samples: Sequence[Any]) -> Any:  # noqa: ANN401
        """Return samples as one batch on the model's device."""

    @abstractmethod
    def say(self, batch: Any, present: Collection[str]) -> Said:  # noqa: ANN401
        """Return what the model says of a batch of which some modalities are there.

        Args:
            batch: From `prepare`.
            present: Those that are not hidden. What a sample lacks stays missing.
        """

    @abstractmethod
    def count(self, batch: Any, said: Said) -> NDArray[np.int64]:  # noqa: ANN401
        """Return the confusions of what was said, (batch, class, class)."""


class _PictureReader(Reader):
    """A model that names the classes of pixels."""

    figures = DENSE

    @property
    def modalities(self) -> Subset:
        return tuple(self.model.config.names)

    @property
    def classes(self) -> tuple[str, ...]:
        card = getattr(self.model, "card", None)
        names = () if card is None else tuple(card.class_names)
        return names if len(names) == self._count else _numbered(self._count)

    @property
    @abstractmethod
    def _count(self) -> int:
        """How many classes there are."""

    def prepare(self, samples: Sequence[Any]) -> LabelledBatch:
        task = MangoFlowTask()  # all tasks on labelled pictures prepare alike
        batch = task.prepare(self.model, samples)
        return batch.to(next(self.model.parameters()).device)

    def count(self, batch: LabelledBatch, said: Said) -> NDArray[np.int64]:
        found = said.scores.argmax(dim=1).cpu().numpy()
        truth = batch.label.cpu().numpy()
        return np.stack(
            [
                confusion_matrix(one, true, self._count)
                for one, true in zip(found, truth, strict=True)
            ]
        )


class DenseReader(_PictureReader):
    """AlignMamba, or a baseline, on pairs of pictures."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401
        self.model = model

    @property
    def _count(self) -> int:
        return self.model.config.outputs

    def say(self, batch: LabelledBatch, present: Collection[str]) -> Said:
        """Return the scores of classes; learned tokens stand for what is missing."""
        inputs = rgbd_inputs(batch.images, self.model.config.names)
        shown = _hide(inputs.present or {}, present)
        return Said(scores=self.model(replace(inputs, present=shown)).logits)


@dataclass(frozen=True, kw_only=True, eq=False)
class _EncodedPictures(LabelledBatch):
    """Pictures with their joint tokens, so that they are encoded once."""

    x: Float[Tensor, "batch joint channel"]


class MangoReader(_PictureReader):
    """MANGO, with something in place of a missing modality's tokens.

    Args:
        model: It names classes.
        absence: What stands for a missing modality.
        usual: Tokens of training samples, for `mean` and `draw`.
    """

    def __init__(
        self, model: Mango, absence: Way = "guess", usual: Tokens | None = None
    ) -> None:
        self.model, self.absence, self.usual = model, absence, usual
        self.way: Way = absence

    @property
    def made_of(self) -> tuple[object, ...]:
        """Its model, and what stands for a missing modality."""
        return self.model, self.way, self.usual

    @property
    def _count(self) -> int:
        return self.model.config.classes

    def prepare(self, samples: Sequence[Any]) -> _EncodedPictures:
        """Return the samples as a batch, encoded."""
        batch = super().prepare(samples)
        names = self.model.config.modalities
        halves = [self.model.encode_one(batch.images, name) for name in names]
        return _EncodedPictures(
            images=batch.images, label=batch.label, x=torch.cat(halves, dim=1)
        )

    def say(self, batch: _EncodedPictures, present: Collection[str]) -> Said:
        """Return the scores of classes, and the bits of the tokens as filled."""
        shown = _hide(batch.images.present, present)
        x = fill(self.model, batch.x, shown, self.way, usual=self.usual)
        z, log_det = self.model.flow(x)
        bits = to_bits_per_dim(log_prior(z) + log_det, x)
        return Said(scores=self.model.segment(z), bits=bits)


class SequenceReader(Reader):
    """AlignMamba, or a baseline, on sequences."""

    figures = SCORED

    def __init__(self, model: Any) -> None:  # noqa: ANN401
        self.model = model

    @property
    def modalities(self) -> Subset:
        """Names of what may be missing."""
        return tuple(self.model.config.names)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""
        if self._is_regression:
            return ("negative", "non-negative")
        count = self.model.config.outputs
        card = getattr(self.model, "card", None)
        names = () if card is None else tuple(card.class_names)
        return names if len(names) == count else _numbered(count)

    @property
    def _is_regression(self) -> bool:
        return self.model.config.head == "regression"

    def prepare(self, samples: Sequence[Any]) -> SequenceBatch:
        """Return the samples as a padded batch."""
        batch = AlignMambaSequenceTask().prepare(self.model, samples)
        return batch.to(next(self.model.parameters()).device)

    def say(self, batch: SequenceBatch, present: Collection[str]) -> Said:
        """Return the numbers or scores; learned tokens stand for what is missing."""
        inputs, names = batch.inputs, self.model.config.names
        there = inputs.present or {}
        known = {name: there[name] for name in names if name in inputs.inputs}
        shown = _hide(known, present)
        return Said(scores=self.model(replace(inputs, present=shown)).logits)

    def count(self, batch: SequenceBatch, said: Said) -> NDArray[np.int64]:
        """Return the confusions of the classes, of a regression those of the sign."""
        parts = (said.scores, batch.target, batch.label)
        scores, target, label = (part.cpu().numpy() for part in parts)
        count = len(self.classes)
        cells = []
        for index in range(len(scores)):
            rows = score_rows(
                scores[index],
                target[index],
                label[index],
                is_regression=self._is_regression,
            )[:, [DECIDED, LABEL]]
            decided, true = rows[~np.isnan(rows).any(axis=1)].astype(np.int64).T
            cells.append(confusion_matrix(decided, true, count))
        return np.stack(cells)


def reader_of(
    model: Any,  # noqa: ANN401
    absence: Way = "guess",
    usual: Tokens | None = None,
) -> Reader:
    """Return what reads samples with a model.

    Args:
        model: A MANGO that names classes, an AlignMamba or a baseline.
        absence: What stands for a modality that a MANGO does not get.
        usual: As `MangoReader` takes it.

    Raises:
        InputError: The model translates pictures.
    """
    if isinstance(model, Mango):
        if model.config.target:
            raise InputError(
                "a model that translates needs all that it reads; measure one that "
                "names classes"
            )
        return MangoReader(model, absence, usual)
    if model.config.head == "dense":
        return DenseReader(model)
    return SequenceReader(model)


def title_of(reader: Reader) -> str:
    """Return what a reader is called on a page; readers of one kind may share it."""
    if isinstance(reader, MangoReader):
        return f"MANGO, {WAYS[reader.way]}"
    return kind_of(reader)


def kind_of(reader: Reader) -> str:
    """Return what a reader's kind of model is called."""
    if isinstance(reader.model, Mango):
        return "MANGO"
    config, card = reader.model.config, getattr(reader.model, "card", None)
    if not isinstance(config, BaselineConfig):
        return "AlignMamba"
    kind = FUSIONS[config.fusion]
    was_whole = card is not None and card.task_options.get("missing") == 0
    return f"{kind}, trained whole" if was_whole else kind


def missing_in_training(model: Any) -> float:  # noqa: ANN401
    """Return the rate at which modalities went missing while a model was trained."""
    card = getattr(model, "card", None)
    options = {} if card is None else card.task_options
    usual = 0.15 if card is not None and card.task == "mango-flow" else 0.0
    return float(options.get("missing", usual))


def _hide(present: Mapping[str, Tensor], shown: Collection[str]) -> dict[str, Tensor]:
    return {name: flags & (name in shown) for name, flags in present.items()}


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(f"class {number}" for number in range(count))
