"""Train MANGO's flow, its segmentation head and its cross-modal guess."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fusionviz.data.records import RGBDSample
from fusionviz.training.mango_joint import (
    MangoJointTask,
    density_measurements,
    there_and_back,
)
from fusionviz.training.metrics import (
    Measurement,
    confusion_matrix,
    segmentation_measurements,
)
from fusionviz.training.rgbd import LabelledBatch, pixel_loss


class MangoFlowTask(MangoJointTask):
    """Negative log-likelihood, segmentation from the latents, and the guess.

    loss = likelihood * NLL a dimension + segmentation * cross-entropy + guess error

    Args:
        likelihood: Weight of the NLL, nats a dimension.
        segmentation: Weight of the cross-entropy.
        guess: Weight of the squared error of the guessed tokens.
        noise: Standard deviation of the noise on the tokens, which have unit scale.
        missing: Share of samples that are segmented with one modality guessed; they
            do not count for the likelihood.
        augment: Whether to mirror, crop and relight training samples.
    """

    def __init__(
        self,
        *,
        likelihood: float = 1.0,
        segmentation: float = 1.0,
        guess: float = 1.0,
        noise: float = 0.05,
        missing: float = 0.15,
        augment: bool = False,
    ) -> None:
        self.likelihood, self.segmentation, self.guess = likelihood, segmentation, guess
        self.noise, self.missing, self.augment = noise, missing, augment

    def loss(
        self,
        model: Any,  # noqa: ANN401
        batch: LabelledBatch,
        generator: torch.Generator,
    ) -> dict[str, Tensor]:
        """Return the three terms and their weighted sum."""
        z, terms = self.density_loss(model, batch.images, generator)
        if self.segmentation:
            terms["segmentation"] = pixel_loss(model.segment(z), batch.label)
            terms["loss"] = terms["loss"] + self.segmentation * terms["segmentation"]
        return terms

    def evaluate(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[RGBDSample],
        device: torch.device,
    ) -> dict[str, Measurement]:
        """Return segmentation metrics, bits per dimension and inverse errors."""
        confusions, bits, errors = [], [], []
        for _, batch in self.batches(model, samples, device):
            z, bits_here, errors_here = there_and_back(model, batch.images)
            bits.append(bits_here)
            errors.append(errors_here)
            found = model.segment(z).argmax(dim=1).cpu().numpy()
            confusions += [
                confusion_matrix(*pair, model.config.classes)
                for pair in zip(found, batch.label.cpu().numpy(), strict=True)
            ]
        measured = density_measurements(bits, errors)
        if self.segmentation:
            measured |= segmentation_measurements(np.stack(confusions))
        return measured


TASK = MangoFlowTask
