"""Train MANGO's flow, its segmentation head and its cross-modal guess."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fusionviz.data.records import RGBDSample
from fusionviz.models.mango.model import log_prior, to_bits_per_dim
from fusionviz.training.metrics import (
    Measurement,
    confusion_matrix,
    largest,
    segmentation_measurements,
)
from fusionviz.training.rgbd import ImageTask, LabelledBatch, pixel_loss


class MangoFlowTask(ImageTask):
    """Negative log-likelihood, segmentation from the latents, and the guess.

    loss = likelihood * NLL a dimension + segmentation * cross-entropy + guess error

    The codec is frozen: a trained encoder could raise the likelihood without end by
    shrinking its tokens. A little noise on the tokens keeps the density from
    collapsing onto the surface that the encoder's outputs lie on.

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

    def initialise(self, model: Any, batch: LabelledBatch) -> None:  # noqa: ANN401
        """Set the tokens' unit scale and every ActNorm from the first batch."""
        for name in model.config.modalities:
            model.codec[name].normalise(batch.images[name])
        model.flow.initialise(model.encode(batch.images))

    def loss(
        self,
        model: Any,  # noqa: ANN401
        batch: LabelledBatch,
        generator: torch.Generator,
    ) -> dict[str, Tensor]:
        """Return the three terms and their weighted sum."""
        with torch.no_grad():
            clean = model.encode(batch.images).float()
        guessed = {
            name: model.guess(clean, name).float() for name in model.config.modalities
        }
        errors = [(tokens - clean).square().mean() for tokens in guessed.values()]
        noise = torch.randn(clean.shape, generator=generator, device=clean.device)
        chance = torch.rand(len(clean), generator=generator, device=clean.device)
        no_rgb, no_depth = chance < self.missing / 2, chance > 1 - self.missing / 2
        x = clean + self.noise * noise
        x = torch.where(no_rgb[:, None, None], guessed["rgb"].detach(), x)
        x = torch.where(no_depth[:, None, None], guessed["depth"].detach(), x)

        z, log_det = model.flow(x)
        whole = ~(no_rgb | no_depth)
        dimensions = model.config.dimensions
        nll = -((log_prior(z) + log_det) * whole).sum() / (
            dimensions * whole.sum().clamp_min(1)
        )
        terms = {"nll": nll, "guess": torch.stack(errors).sum()}
        loss = self.likelihood * nll + self.guess * terms["guess"]
        if self.segmentation:
            terms["segmentation"] = pixel_loss(model.segment(z), batch.label)
            loss = loss + self.segmentation * terms["segmentation"]
        return {"loss": loss, **terms}

    def evaluate(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[RGBDSample],
        device: torch.device,
    ) -> dict[str, Measurement]:
        """Return segmentation metrics, bits per dimension and inverse errors."""
        confusions, bits, errors = [], [], []
        for _, batch in self.batches(model, samples, device):
            x = model.encode(batch.images)
            z, log_det = model.flow(x)
            bits.append(to_bits_per_dim(log_prior(z) + log_det, x))
            off = (model.flow.inverse(z) - x).abs()
            errors.append(off.amax(dim=(1, 2)))
            found = model.segment(z).argmax(dim=1).cpu().numpy()
            confusions += [
                confusion_matrix(*pair, model.config.classes)
                for pair in zip(found, batch.label.cpu().numpy(), strict=True)
            ]
        measured = {
            "bits_per_dim": Measurement(values=torch.cat(bits).cpu().numpy()),
            "inverse_error": Measurement(
                values=torch.cat(errors).cpu().numpy(), statistic=largest
            ),
        }
        if self.segmentation:
            measured |= segmentation_measurements(np.stack(confusions))
        return measured


TASK = MangoFlowTask
