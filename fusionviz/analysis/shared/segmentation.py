"""What a model takes each pixel for, and how often it is right."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor, nn

from fusionviz.analysis.shared.guided_filter import box_mean
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import CLASS_NAMES
from fusionviz.models.inputs import label_map
from fusionviz.models.modalities import Size
from fusionviz.training.metrics.intervals import Statistic
from fusionviz.training.metrics.segmentation import (
    confusion_matrix,
    miou,
    pixel_accuracy,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Segmentation:
    """A class for every pixel of what a model read.

    Attributes:
        labels: Most probable class, (height, width).
        confidence: Its probability, (height, width).
        classes: Names of the classes.
        truth: Labels that came with the sample, -1 where unlabelled, or None.
    """

    labels: NDArray[np.int64]
    confidence: NDArray[np.float32]
    classes: tuple[str, ...]
    truth: NDArray[np.int64] | None

    @property
    def mean_confidence(self) -> float:
        """Mean probability of the class that a pixel is taken for."""
        return float(self.confidence.mean(dtype=np.float64))

    @property
    def sureness(self) -> NDArray[np.float32]:
        """Confidence averaged over the surroundings, 1/32 of the width."""
        radius = max(1, round(self.labels.shape[1] / 64))
        return box_mean(self.confidence, radius)

    def unsure_where(self, below: float) -> NDArray[np.bool_]:
        """Return where the model is less sure than a bound, in its surroundings."""
        return self.sureness < below

    @property
    def sure_of(self) -> dict[str, float]:
        """Mean confidence of the pixels of each found class."""
        flat = self.labels.ravel()
        count = np.bincount(flat, minlength=len(self.classes))
        total = np.bincount(flat, self.confidence.ravel(), len(self.classes))
        return {
            name: float(total[i] / count[i])
            for i, name in enumerate(self.classes)
            if count[i]
        }

    @property
    def pixel_accuracy(self) -> float | None:
        """Share of the labelled pixels that are right; None without labels."""
        return self._figure(pixel_accuracy)

    @property
    def mean_iou(self) -> float | None:
        """Mean intersection over union, as evaluations have it; None without labels.

        Over the classes that the truth or the model shows (see `miou`).
        """
        return self._figure(miou)

    def _figure(self, statistic: Statistic) -> float | None:
        if self.truth is None or not (self.truth >= 0).any():
            return None
        count = len(self.classes)
        return statistic(confusion_matrix(self.labels, self.truth, count)[None])

    @property
    def shares(self) -> dict[str, float]:
        """Share of the picture that each found class covers, largest first."""
        counts = np.bincount(self.labels.ravel(), minlength=len(self.classes))
        order = np.argsort(-counts, kind="stable")
        return {
            self.classes[i]: float(counts[i] / self.labels.size)
            for i in order
            if counts[i]
        }


def segmentation_of(
    logits: Float[Tensor, "batch class height width"],
    sample: RGBDSample,
    size: Size,
    classes: Sequence[str] = (),
) -> Segmentation:
    """Return the first image's classes, beside the sample's own labels if any.

    Args:
        logits: Scores of the classes.
        sample: What they were found in.
        size: Of what the model reads of it.
        classes: Names of the classes; those of the rooms where there are 13 without
            names, else numbers.
    """
    confidence, labels = torch.softmax(logits[0].float(), dim=0).max(dim=0)
    truth = None
    if sample.label is not None:
        truth = label_map(sample, size).numpy()
    return Segmentation(
        labels=labels.cpu().numpy(),
        confidence=confidence.cpu().numpy(),
        classes=names_of(classes, len(logits[0])),
        truth=truth,
    )


def names_of(classes: Sequence[str], count: int) -> tuple[str, ...]:
    """Return names of so many classes: those given where they fit, else usual ones."""
    return tuple(classes) if len(classes) == count else usual_names(count)


def class_names_of(model: nn.Module) -> tuple[str, ...]:
    """Return the class names on a model's card, none where it has none."""
    return tuple(getattr(getattr(model, "card", None), "class_names", ()))


def usual_names(count: int) -> tuple[str, ...]:
    """Return the rooms' classes where there are 13, else numbers."""
    if count == len(CLASS_NAMES):
        return tuple(CLASS_NAMES)
    return tuple(f"class {number}" for number in range(count))
