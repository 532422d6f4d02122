"""Train MANGO's flow to write a third modality from the latents of two."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from fusionviz.data.records import RGBDSample
from fusionviz.errors import InputError
from fusionviz.models.inputs import ImageBatch
from fusionviz.training.metrics.intervals import Measurement
from fusionviz.training.tasks.shared.mango_joint import DensityMeter, MangoJointTask
from fusionviz.training.tasks.shared.rgbd import LabelledBatch
from fusionviz.training.tasks.shared.translation import (
    target_of,
    translation_errors,
    translation_loss,
)


class MangoTranslationTask(MangoJointTask):
    """Negative log-likelihood, translation from the latents, and the guess.

    loss = likelihood * NLL a dimension + translation * image error + guess error

    The image error is
    `fusionviz.training.tasks.shared.translation.translation_loss`. Augmentation leaves
    the light as it is: how colours follow from light and surface is what is learnt.

    Args:
        translation: Weight of the image error.
        edges: In the image error, weight of horizontal and vertical differences.
        directions: In the image error of normals, weight of their angle.
        structure: In the image error, weight of 1 - SSIM.
        joint: What every task on the latents takes (see `MangoJointTask`).
    """

    relight = False

    def __init__(
        self,
        *,
        translation: float = 4.0,
        edges: float = 1.0,
        directions: float = 1.0,
        structure: float = 0.0,
        **joint: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(**joint)
        self.translation, self.edges = translation, edges
        self.directions, self.structure = directions, structure

    def loss(
        self,
        model: Any,  # noqa: ANN401
        batch: LabelledBatch,
        generator: torch.Generator,
    ) -> dict[str, Tensor]:
        """Return the three terms and their weighted sum."""
        z, terms = self.density_loss(model, batch.images, generator)
        terms["translation"] = translation_loss(
            model,
            z,
            batch.images,
            edges=self.edges,
            directions=self.directions,
            structure=self.structure,
        )
        terms["loss"] = terms["loss"] + self.translation * terms["translation"]
        return terms

    def evaluate(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[RGBDSample],
        device: torch.device,
    ) -> dict[str, Measurement]:
        """Return what `translation_errors` says of images, and `DensityMeter` measures.

        Raises:
            InputError: The model has no target, or a sample lacks it or one of those
                that it is translated from.
        """
        target = target_of(model)
        density = DensityMeter(self.noise, samples)
        measured: dict[str, list[Tensor]] = {}
        for _, batch in self.batches(model, samples, device):
            _require_present(batch.images, target, model.config.modalities)
            z = density.read(model, batch.images)
            found = model.translate(z)
            for name, values in translation_errors(found, batch.images, target).items():
                measured.setdefault(name, []).append(values)
        return {
            name: Measurement(values=torch.cat(values).cpu().numpy())
            for name, values in measured.items()
        } | density.measurements()


def _require_present(images: ImageBatch, target: str, sources: tuple[str, str]) -> None:
    """Refuse samples that lack what is translated, or what it is compared with.

    A guess would stand for it, and the figures would be of another task.
    """
    lacking = [name for name in (*sources, target) if not images.present[name].all()]
    if lacking:
        raise InputError(
            f"this model translates {' and '.join(sources)} into {target}, and is "
            f"measured on samples that have all three; there are some without "
            f"{' and '.join(lacking)}"
        )
