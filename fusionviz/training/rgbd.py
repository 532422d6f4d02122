"""What tasks on images share: labelled batches, and the changes that training makes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor, nn

from fusionviz.data.records import RGBDSample
from fusionviz.models.inputs import ImageBatch, label_map, to_batch
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
    augment: np.random.Generator | None = None,
) -> LabelledBatch:
    """Return samples as a batch; those without labels have -1 everywhere.

    Args:
        samples: At least one.
        size: Pixels a side.
        augment: Randomness of mirroring, cropping and light; None leaves samples be.
    """
    if augment is not None:
        samples = [vary(sample, augment) for sample in samples]
    labels = [
        torch.full((size, size), -1)
        if sample.label is None
        else label_map(sample, size)
        for sample in samples
    ]
    return LabelledBatch(images=to_batch(samples, size), label=torch.stack(labels))


def vary(sample: RGBDSample, random: np.random.Generator) -> RGBDSample:
    """Return a sample mirrored half of the time, cropped a little, in another light."""
    mirrored = bool(random.integers(2))
    height, width = sample.size
    share = random.uniform(0.8, 1.0)
    rows, columns = round(share * height), round(share * width)
    top = int(random.integers(height - rows + 1))
    left = int(random.integers(width - columns + 1))

    def cut(array: np.ndarray | None) -> np.ndarray | None:
        if array is None:
            return None
        window = array[top : top + rows, left : left + columns]
        return window[:, ::-1] if mirrored else window

    rgb = cut(sample.rgb)
    if rgb is not None:
        light = random.uniform(0.85, 1.15) * random.uniform(0.95, 1.05, 3)
        rgb = np.clip(rgb * light, 0, 255).astype(np.uint8)
    plain = RGBDSample(
        rgb=rgb,
        depth_m=cut(sample.depth_m),
        label=cut(sample.label),
        depth_is_metric=sample.depth_is_metric,
    )
    return replace(plain, notes=sample.notes)


class ImageTask(Task):
    """A task on labelled images of a model's size.

    Attributes:
        augment: Whether to mirror, crop and relight training samples.
    """

    augment: bool = False

    def prepare(
        self,
        model: nn.Module,
        samples: Sequence[RGBDSample],
        augment: np.random.Generator | None = None,
    ) -> LabelledBatch:
        """Return the samples as a batch of the model's size."""
        size = model.config.image_size  # type: ignore[union-attr]
        random = augment if self.augment else None
        return labelled_batch(samples, size, random)  # type: ignore[arg-type]
