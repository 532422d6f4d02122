"""Train AlignMamba to label every pixel of RGB-D pairs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool
from torch import Tensor

from fusionviz.data.records import RGBDSample
from fusionviz.models.alignmamba.rgbd import rgbd_inputs
from fusionviz.training.metrics import (
    Measurement,
    confusion_matrix,
    segmentation_measurements,
)
from fusionviz.training.rgbd import ImageTask, LabelledBatch, pixel_loss


class AlignMambaDenseTask(ImageTask):
    """Cross-entropy of the labelled pixels, and the alignment loss.

    loss = cross-entropy + λ L_align, λ = `align_weight` of the model's config
    (Li et al. 2025, eq. 11)

    Args:
        missing: Share of training samples that lose one of their modalities, each
            equally often, so that the model knows what to do without it.
        augment: Whether to mirror, crop and relight training samples.

    Raises:
        ValueError: `missing` is no share.
    """

    def __init__(self, *, missing: float = 0.0, augment: bool = False) -> None:
        if not 0 <= missing <= 1:
            raise ValueError(f"missing is a share from 0 to 1, got {missing}")
        self.missing, self.augment = missing, augment

    def loss(
        self,
        model: Any,  # noqa: ANN401
        batch: LabelledBatch,
        generator: torch.Generator,
    ) -> dict[str, Tensor]:
        """Return cross-entropy, L_align, and their weighted sum."""
        inputs, present, _ = rgbd_inputs(batch.images, model.config.names)
        present = drop_one(present or {}, self.missing, generator)
        output = model(inputs, present)
        terms = {
            "segmentation": pixel_loss(output.logits, batch.label),
            "align": output.align_loss.mean(),
        }
        loss = terms["segmentation"] + model.config.align_weight * terms["align"]
        return {"loss": loss, **terms}

    def evaluate(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[RGBDSample],
        device: torch.device,
    ) -> dict[str, Measurement]:
        """Return segmentation metrics and the alignment loss."""
        confusions, align = [], []
        for _, batch in self.batches(model, samples, device):
            output = model(*rgbd_inputs(batch.images, model.config.names))
            align.append(output.align_loss)
            found = output.logits.argmax(dim=1).cpu().numpy()
            confusions += [
                confusion_matrix(*pair, model.config.outputs)
                for pair in zip(found, batch.label.cpu().numpy(), strict=True)
            ]
        return {
            **segmentation_measurements(np.stack(confusions)),
            "align_loss": Measurement(values=torch.cat(align).cpu().numpy()),
        }


def drop_one(
    present: Mapping[str, Bool[Tensor, " batch"]],
    share: float,
    generator: torch.Generator,
) -> dict[str, Bool[Tensor, " batch"]]:
    """Return which modalities are left when a share of samples loses one of theirs.

    A sample keeps the last that it has.
    """
    flags = torch.stack(list(present.values()))
    count, size, device = len(flags), flags.shape[1:], flags.device
    chosen = torch.randint(count, size, generator=generator, device=device)
    hit = torch.rand(size, generator=generator, device=device) < share
    names = torch.arange(count, device=device).unsqueeze(1)
    left = flags & ~(hit & (names == chosen))
    left = torch.where(left.any(dim=0), left, flags)
    return dict(zip(present, left, strict=True))


TASK = AlignMambaDenseTask
