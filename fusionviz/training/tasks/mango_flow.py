"""Train MANGO's flow, its predictor of classes and its cross-modal guess."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool
from torch import Tensor

from fusionviz.data.records import RGBDSample
from fusionviz.models.inputs import ImageBatch
from fusionviz.training.metrics.intervals import UNLABELLED, Measurement
from fusionviz.training.metrics.segmentation import (
    confusion_matrix,
    segmentation_measurements,
)
from fusionviz.training.tasks.shared.image_losses import absolute_error
from fusionviz.training.tasks.shared.mango_joint import DensityMeter, MangoJointTask
from fusionviz.training.tasks.shared.rgbd import LabelledBatch, pixel_loss


class MangoFlowTask(MangoJointTask):
    """Negative log-likelihood, segmentation from the latents, and the guess.

    loss = likelihood * NLL a dimension + segmentation * cross-entropy + guess error

    The codec learns nothing, unless the recipe leaves it trainable and `teaching` says
    which share of the labelled samples teaches the encoder their classes; then
    `reconstruction` keeps tokens and decoder together.

    Args:
        segmentation: Weight of the cross-entropy.
        smoothing: Share of the truth that is spread over all classes.
        balance: How far rare classes weigh more (see `pixel_loss`).
        teaching: Share of the labelled samples that teach the encoder; they do not
            count for the likelihood.
        reconstruction: Weight of the error of the images decoded from the tokens of a
            quarter of the batch.
        joint: What every task on the latents takes (see `MangoJointTask`).
    """

    def __init__(
        self,
        *,
        segmentation: float = 1.0,
        smoothing: float = 0.0,
        balance: float = 0.0,
        teaching: float = 0.0,
        reconstruction: float = 0.0,
        **joint: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(**joint)
        if not 0 <= teaching <= 1:
            raise ValueError(f"teaching is a share from 0 to 1, got {teaching}")
        self.segmentation = segmentation
        self.smoothing, self.balance = smoothing, balance
        self.teaching, self.reconstruction = teaching, reconstruction

    def loss(
        self,
        model: Any,  # noqa: ANN401
        batch: LabelledBatch,
        generator: torch.Generator,
    ) -> dict[str, Tensor]:
        """Return the terms and their weighted sum."""
        teaching = self._choose_teaching(batch, generator) if self.teaching else None
        z, terms = self.density_loss(model, batch.images, generator, teaching)
        if self.segmentation:
            terms["segmentation"] = pixel_loss(
                model.segment(z),
                batch.label,
                smoothing=self.smoothing,
                balance=self.balance,
            )
            terms["loss"] = terms["loss"] + self.segmentation * terms["segmentation"]
        if self.reconstruction:
            quarter = batch.images.part(slice(-(-len(batch) // 4)))
            terms["reconstruction"] = reconstruction_error(model, quarter)
            more = self.reconstruction * terms["reconstruction"]
            terms["loss"] = terms["loss"] + more
        return terms

    def _choose_teaching(
        self, batch: LabelledBatch, generator: torch.Generator
    ) -> Bool[Tensor, " batch"]:
        """Return which samples teach the encoder: a share of those with labels."""
        label = batch.label
        chance = torch.rand(len(label), generator=generator, device=label.device)
        return (chance < self.teaching) & (label != UNLABELLED).any(dim=(1, 2))

    def evaluate(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[RGBDSample],
        device: torch.device,
    ) -> dict[str, Measurement]:
        """Return segmentation metrics and those of `DensityMeter`."""
        confusions, density = [], DensityMeter(self.noise, samples)
        for _, batch in self.batches(model, samples, device):
            z = density.read(model, batch.images)
            found = model.segment(z).argmax(dim=1).cpu().numpy()
            confusions += [
                confusion_matrix(*pair, model.config.classes)
                for pair in zip(found, batch.label.cpu().numpy(), strict=True)
            ]
        measured = density.measurements()
        if self.segmentation:
            measured |= segmentation_measurements(np.stack(confusions))
        return measured


def reconstruction_error(model: Any, images: ImageBatch) -> Tensor:  # noqa: ANN401
    """Return the error of the images that the codec makes of these, and their edges."""
    errors = []
    for name in model.config.modalities:
        rebuilt = model.codec[name].decode(model.encode_one(images, name))
        errors.append(absolute_error(rebuilt, images[name], edges=1.0))
    return torch.stack(errors).sum()
