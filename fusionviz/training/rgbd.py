"""What tasks on images share: labelled batches, and the changes that training makes."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy

from fusionviz.data.records import RGBDSample
from fusionviz.models.inputs import RGBD, ImageBatch, label_map, to_batch
from fusionviz.training.metrics import UNLABELLED
from fusionviz.training.task import Task


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
    size: int,
    modalities: Sequence[str] = RGBD,
    augment: np.random.Generator | None = None,
    *,
    relight: bool = True,
) -> LabelledBatch:
    """Return samples as a batch; those without labels have -1 everywhere.

    Args:
        samples: At least one.
        size: Pixels a side.
        modalities: What is read of the samples.
        augment: Randomness of mirroring, cropping and light; None leaves samples be.
        relight: Whether the light varies too.
    """
    if augment is not None:
        samples = [vary(sample, augment, relight=relight) for sample in samples]
    labels = [
        torch.full((size, size), UNLABELLED)
        if sample.label is None
        else label_map(sample, size)
        for sample in samples
    ]
    return LabelledBatch(
        images=to_batch(samples, size, modalities), label=torch.stack(labels)
    )


def vary(
    sample: RGBDSample, random: np.random.Generator, *, relight: bool = True
) -> RGBDSample:
    """Return a sample mirrored half of the time, cropped a little, in another light.

    Whatever it has a value of at each pixel goes along. Normals of a mirrored sample
    point the other way sideways.

    Args:
        sample: Kept as it is.
        random: What to draw from.
        relight: Whether to change brightness and colour of the light.
    """
    mirrored = bool(random.integers(2))
    height, width = sample.size
    share = random.uniform(0.8, 1.0)
    rows, columns = round(share * height), round(share * width)
    top = int(random.integers(height - rows + 1))
    left = int(random.integers(width - columns + 1))
    light = random.uniform(0.85, 1.15) * random.uniform(0.95, 1.05, 3)

    changed = {}
    for field in fields(sample):
        values = getattr(sample, field.name)
        if isinstance(values, np.ndarray) and values.shape[:2] == (height, width):
            window = values[top : top + rows, left : left + columns]
            changed[field.name] = window[:, ::-1] if mirrored else window
    if mirrored and "normal" in changed:
        changed["normal"] = changed["normal"] * np.array([-1, 1, 1], np.float32)
    if relight and sample.rgb is not None:
        changed["rgb"] = np.clip(changed["rgb"] * light, 0, 255).astype(np.uint8)
    return replace(sample, **changed)


def pixel_loss(
    logits: Float[Tensor, "batch classes height width"],
    label: Int[Tensor, "batch height width"],
) -> Tensor:
    """Return the mean cross-entropy of labelled pixels, 0 where there are none."""
    total = cross_entropy(logits, label, ignore_index=UNLABELLED, reduction="sum")
    return total / (label != UNLABELLED).sum().clamp_min(1)


class ImageTask(Task):
    """A task on labelled images of a model's size.

    Attributes:
        augment: Whether to mirror and crop training samples.
        relight: Whether to change their light too.
    """

    augment: bool = False
    relight: bool = True

    def prepare(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[RGBDSample],
        augment: np.random.Generator | None = None,
    ) -> LabelledBatch:
        """Return the samples as a batch of the model's size and modalities.

        Where the model has a target, it is read too.
        """
        config = model.config
        target = getattr(config, "target", "")
        names = (*config.names, target) if target else config.names
        random = augment if self.augment else None
        return labelled_batch(
            samples, config.image_size, names, random, relight=self.relight
        )
