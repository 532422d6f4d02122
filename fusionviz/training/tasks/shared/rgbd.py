"""What tasks on images share: labelled batches and the loss of their pixels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy

from fusionviz.data.records import RGBDSample
from fusionviz.models.inputs import RGBD, ImageBatch, label_map, to_batch
from fusionviz.models.modalities import Size, sides
from fusionviz.training.feature_cache import with_features
from fusionviz.training.metrics.intervals import UNLABELLED
from fusionviz.training.task import Task
from fusionviz.training.tasks.shared.variation import Variation, read_variation, vary


@dataclass(frozen=True, kw_only=True, eq=False)
class LabelledBatch:
    """Pairs and the class of each of their pixels, -1 where there is none."""

    images: ImageBatch
    label: Int[Tensor, "batch height width"]

    def to(self, device: torch.device) -> "LabelledBatch":
        """Return the batch on a device."""
        return LabelledBatch(images=self.images.to(device), label=self.label.to(device))

    def __getitem__(self, index: slice) -> "LabelledBatch":
        return LabelledBatch(images=self.images.part(index), label=self.label[index])

    def __len__(self) -> int:
        return len(self.label)


def labelled_batch(
    samples: Sequence[RGBDSample],
    size: Size,
    modalities: Sequence[str] = RGBD,
    augment: np.random.Generator | None = None,
    variation: Variation | None = None,
) -> LabelledBatch:
    """Return samples as a batch; those without labels have -1 everywhere.

    Args:
        samples: At least one.
        size: As `to_batch` takes it.
        modalities: What is read of the samples.
        augment: Randomness of the changes; None leaves samples be.
        variation: How far samples are changed; None leaves them be.
    """
    if augment is not None and variation is not None:
        samples = [vary(sample, augment, variation) for sample in samples]
    labels = [
        torch.full(sides(size), UNLABELLED)
        if sample.label is None
        else label_map(sample, size)
        for sample in samples
    ]
    return LabelledBatch(
        images=to_batch(samples, size, modalities), label=torch.stack(labels)
    )


def pixel_loss(
    logits: Float[Tensor, "batch classes height width"],
    label: Int[Tensor, "batch height width"],
    *,
    smoothing: float = 0.0,
    balance: float = 0.0,
) -> Tensor:
    """Return the mean cross-entropy of labelled pixels, 0 where there are none.

    Args:
        logits: Of each class.
        label: -1 where there is none.
        smoothing: Share of the truth that is spread over all classes.
        balance: A class weighs (its share of the batch) ** -balance: 0 counts pixels
            alike, 1 counts classes alike. Weights are 1 in the mean over pixels.
    """
    weights = None
    if balance:
        logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
        weights = _class_weights(label, logits.shape[1], balance).to(logits.dtype)
    total = cross_entropy(
        logits,
        label,
        weight=weights,
        ignore_index=UNLABELLED,
        reduction="sum",
        label_smoothing=smoothing,
    )
    return total / (label != UNLABELLED).sum().clamp_min(1)


def _class_weights(
    label: Int[Tensor, "batch height width"], classes: int, balance: float
) -> Float[Tensor, " classes"]:
    """Return the weights of the classes; of one that is not there it is no matter."""
    pixels = torch.bincount(label[label != UNLABELLED], minlength=classes).float()
    share = pixels / pixels.sum().clamp_min(1)
    weights = torch.where(pixels > 0, share.clamp_min(1e-6) ** -balance, 0.0)
    return weights / (share * weights).sum().clamp_min(1e-6)


class ImageTask(Task):
    """A task on labelled images of a model's size.

    Attributes:
        augment: Whether to change training samples, or a table of how far (see
            `Variation`).
        relight: Whether to change their light too.
    """

    relight: bool = True
    _augment: bool | Mapping[str, Any] = False

    @property
    def augment(self) -> bool | Mapping[str, Any]:
        """Whether and how far training samples are changed."""
        return self._augment

    @augment.setter
    def augment(self, value: bool | Mapping[str, Any]) -> None:
        read_variation(value)  # a table that does not fit is refused here
        self._augment = value

    def prepare(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[RGBDSample],
        augment: np.random.Generator | None = None,
    ) -> LabelledBatch:
        """Return the samples as a batch of the model's size and modalities.

        Where the model has a target, it is read too. What a pretrained encoder makes
        of the images is in the batch, from the cache where it is there.
        """
        config = model.config
        target = getattr(config, "target", "")
        names = (*config.names, target) if target else config.names
        variation = read_variation(self.augment, relight=self.relight)
        batch = labelled_batch(samples, config.image_size, names, augment, variation)
        if not config.encoder:
            return batch
        return replace(batch, images=with_features(batch.images, config.encoder))
