"""From samples to what the models read: images of one size, scaled, on one device."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import normalize

from fusionviz.data.records import RGBDSample
from fusionviz.models.modalities import (
    DEPTH_RANGE_M,
    MODALITIES,
    Size,
    fit_nearest,
    sides,
)

RGBD = ("rgb", "depth")


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageBatch:
    """A batch of samples as the models read them; `batch["rgb"]` is its colours.

    Attributes:
        images: By modality, (batch, channels, height, width) in -1..1; zeros where a
            sample lacks it. Colours and what lies in 0..1 are scaled to -1..1, depth
            is `2 * metres / 10 - 1` with holes filled, normals are unit vectors.
        valid: By modality, where it was measured, (batch, 1, height, width).
        present: By modality, which samples have it, (batch,).
        features: By modality, what a pretrained encoder makes of the images, where
            that is known already; rows as `FeatureLayout` has them.
    """

    images: Mapping[str, Float[Tensor, "batch channels height width"]]
    valid: Mapping[str, Bool[Tensor, "batch 1 height width"]]
    present: Mapping[str, Bool[Tensor, " batch"]]
    features: Mapping[str, Float[Tensor, "batch number"]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The modalities, in order."""
        return tuple(self.images)

    def __getitem__(self, name: str) -> Float[Tensor, "batch channels height width"]:
        return self.images[name]

    def __len__(self) -> int:
        return len(next(iter(self.images.values())))

    def to(
        self, device: torch.device | str, dtype: torch.dtype | None = None
    ) -> "ImageBatch":
        """Return the batch on a device, its images in `dtype` if given."""
        return ImageBatch(
            images={
                k: v.to(device=device, dtype=dtype) for k, v in self.images.items()
            },
            valid={k: v.to(device) for k, v in self.valid.items()},
            present={k: v.to(device) for k, v in self.present.items()},
            features={
                k: v.to(device=device, dtype=dtype or torch.float32)
                for k, v in self.features.items()
            },
        )

    def part(self, rows: slice) -> "ImageBatch":
        """Return some of the samples."""
        return ImageBatch(
            images={k: v[rows] for k, v in self.images.items()},
            valid={k: v[rows] for k, v in self.valid.items()},
            present={k: v[rows] for k, v in self.present.items()},
            features={k: v[rows] for k, v in self.features.items()},
        )


def to_batch(
    samples: Sequence[RGBDSample], size: Size, modalities: Sequence[str] = RGBD
) -> ImageBatch:
    """Return samples as one batch of images of one size.

    Args:
        samples: At least one.
        size: A side, of which the largest centred square is kept, or height and width,
            for which the whole picture is.
        modalities: Names in `fusionviz.models.modalities.MODALITIES`.

    Raises:
        ValueError: There is no sample, or no such modality.
    """
    if not samples:
        raise ValueError("a batch needs at least one sample, got none")
    unknown = [name for name in modalities if name not in MODALITIES]
    if unknown:
        raise ValueError(f"modalities are {', '.join(MODALITIES)}, got {unknown}")
    images, valid, present = {}, {}, {}
    for name in modalities:
        entry = MODALITIES[name]
        read = [entry.read(sample, size) for sample in samples]
        empty = (
            np.zeros((entry.channels, *sides(size)), np.float32),
            np.zeros(sides(size), bool),
        )
        pairs = [empty if pair is None else pair for pair in read]
        images[name] = torch.from_numpy(np.stack([image for image, _ in pairs]))
        valid[name] = torch.from_numpy(np.stack([mask[None] for _, mask in pairs]))
        present[name] = torch.tensor([pair is not None for pair in read])
    return ImageBatch(images=images, valid=valid, present=present)


def label_map(sample: RGBDSample, size: Size) -> Int[Tensor, "height width"]:
    """Return the labels of a sample, cropped and resized like its pixels.

    Raises:
        ValueError: The sample has no labels.
    """
    if sample.label is None:
        raise ValueError("the sample has no labels")
    resized = fit_nearest(sample.label.astype(np.int32), size)
    return torch.from_numpy(resized.astype(np.int64))


def to_range(
    image: Float[Tensor, "batch channels height width"], modality: str
) -> Float[Tensor, "batch channels height width"]:
    """Return the nearest image that a modality can have.

    Directions get length 1; what is no direction is clipped to -1..1.
    """
    if MODALITIES[modality].is_direction:
        return normalize(image, dim=1)
    return image.clamp(-1, 1)


def depth_to_metres(code: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Return metres from the -1..1 that the models read and write."""
    return (code + 1) * (DEPTH_RANGE_M / 2)
