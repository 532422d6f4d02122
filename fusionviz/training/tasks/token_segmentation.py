"""Train MANGO's encoders and predictor alone: what its flow has to be better than."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fusionviz.data.records import RGBDSample
from fusionviz.errors import InputError
from fusionviz.models.inputs import ImageBatch
from fusionviz.training.metrics.intervals import Measurement
from fusionviz.training.metrics.segmentation import (
    confusion_matrix,
    segmentation_measurements,
)
from fusionviz.training.tasks.shared.rgbd import ImageTask, LabelledBatch, pixel_loss


class TokenSegmentationTask(ImageTask):
    """Cross-entropy of classes that the predictor reads from tokens, not from latents.

    The encoders' tokens are put side by side, without the flow: fusion by plain
    concatenation. With one modality in `use`, the other's tokens are zero: the same
    network on one modality alone.

    Args:
        use: Modalities whose tokens the predictor sees, all by default.
        noise: Standard deviation of the noise on the tokens, of a channel's spread.
        smoothing: Share of the truth that is spread over all classes.
        balance: How far rare classes weigh more (see `pixel_loss`).
        augment: Whether to mirror, crop and relight training samples, or a table of
            how far (see `Variation`).

    Raises:
        ValueError: `use` is empty.
    """

    def __init__(
        self,
        *,
        use: Sequence[str] | None = None,
        noise: float = 0.1,
        smoothing: float = 0.0,
        balance: float = 0.0,
        augment: bool | Mapping[str, Any] = False,
    ) -> None:
        if use is not None and not use:
            raise ValueError("use names at least one modality, got none")
        self.use = use
        self.noise, self.smoothing, self.balance = noise, smoothing, balance
        self.augment = augment

    def initialise(self, model: Any, batch: LabelledBatch) -> None:  # noqa: ANN401
        """Give the tokens unit scale, as the flow has them, from the first batch.

        An encoder's first tokens hardly differ from place to place, and the predictor
        would take long to see how. What a checkpoint or an earlier stage has set is
        kept.

        Raises:
            InputError: `use` names what the model does not read.
        """
        unknown = set(self.use or ()) - set(model.config.modalities)
        if unknown:
            raise InputError(
                f"use is of {', '.join(model.config.modalities)}, got {sorted(unknown)}"
            )
        model.normalise_codec(batch.images)

    def loss(
        self,
        model: Any,  # noqa: ANN401
        batch: LabelledBatch,
        generator: torch.Generator,
    ) -> dict[str, Tensor]:
        """Return the cross-entropy."""
        tokens = self.tokens(model, batch.images)
        spread = tokens.detach().std(dim=(0, 1))
        noise = torch.randn(tokens.shape, generator=generator, device=tokens.device)
        logits = model.segment(tokens + self.noise * spread * noise)
        loss = pixel_loss(
            logits, batch.label, smoothing=self.smoothing, balance=self.balance
        )
        return {"loss": loss}

    def evaluate(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[RGBDSample],
        device: torch.device,
    ) -> dict[str, Measurement]:
        """Return segmentation metrics."""
        confusions = []
        for _, batch in self.batches(model, samples, device):
            logits = model.segment(self.tokens(model, batch.images))
            found = logits.argmax(dim=1).cpu().numpy()
            confusions += [
                confusion_matrix(*pair, model.config.classes)
                for pair in zip(found, batch.label.cpu().numpy(), strict=True)
            ]
        return segmentation_measurements(np.stack(confusions))

    def tokens(self, model: Any, images: ImageBatch) -> Tensor:  # noqa: ANN401
        """Return the joint tokens, zero for modalities that are not used."""
        names = model.config.modalities
        used = [name for name in names if self.use is None or name in self.use]
        halves = {name: model.encode_one(images, name) for name in used}
        empty = torch.zeros_like(halves[used[0]])
        return torch.cat([halves.get(name, empty) for name in names], dim=1)
