"""Train MANGO's flow to write a third modality from the latents of two."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from fusionviz.data.records import RGBDSample
from fusionviz.errors import InputError
from fusionviz.models.inputs import ImageBatch, to_range
from fusionviz.models.modalities import DEPTH_RANGE_M, MODALITIES
from fusionviz.training.metrics.image import angle_deg, mae, mse, psnr, ssim
from fusionviz.training.metrics.intervals import Measurement
from fusionviz.training.tasks.shared.image_losses import target_of, translation_loss
from fusionviz.training.tasks.shared.mango_joint import DensityMeter, MangoJointTask
from fusionviz.training.tasks.shared.rgbd import LabelledBatch


class MangoTranslationTask(MangoJointTask):
    """Negative log-likelihood, translation from the latents, and the guess.

    loss = likelihood * NLL a dimension + translation * image error + guess error

    The image error is
    `fusionviz.training.tasks.shared.image_losses.translation_loss`. Augmentation leaves
    the light as it is: how colours follow from light and surface is what is learnt.

    Args:
        translation: Weight of the image error.
        edges: In the image error, weight of horizontal and vertical differences.
        directions: In the image error of normals, weight of their angle.
        joint: What every task on the latents takes (see `MangoJointTask`).
    """

    relight = False

    def __init__(
        self,
        *,
        translation: float = 4.0,
        edges: float = 1.0,
        directions: float = 1.0,
        **joint: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(**joint)
        self.translation, self.edges = translation, edges
        self.directions = directions

    def loss(
        self,
        model: Any,  # noqa: ANN401
        batch: LabelledBatch,
        generator: torch.Generator,
    ) -> dict[str, Tensor]:
        """Return the three terms and their weighted sum."""
        z, terms = self.density_loss(model, batch.images, generator)
        terms["translation"] = translation_loss(
            model, z, batch.images, edges=self.edges, directions=self.directions
        )
        terms["loss"] = terms["loss"] + self.translation * terms["translation"]
        return terms

    def evaluate(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[RGBDSample],
        device: torch.device,
    ) -> dict[str, Measurement]:
        """Return errors of the target's image and what `DensityMeter` measures.

        `mae`, `mse` and `psnr` (dB, peak 2) are of images in -1..1, `ssim` of the same
        in 0..1; translated normals are given length 1 first, other images are clipped.
        Of depth also `depth_mae_m` in metres, of normals also `normal_angle_deg`, the
        mean angle. Pixels without a truth do not count; in SSIM they count as right.

        Raises:
            InputError: The model has no target, or a sample lacks it or both of what
                it is translated from.
        """
        target = target_of(model)
        density = DensityMeter(self.noise, samples)
        measured: dict[str, list[Tensor]] = {}
        for _, batch in self.batches(model, samples, device):
            _require_present(batch.images, target, model.config.modalities)
            z = density.read(model, batch.images)
            found = to_range(model.translate(z), target)
            for name, values in _compare(found, batch.images, target).items():
                measured.setdefault(name, []).append(values)
        return {
            name: Measurement(values=torch.cat(values).cpu().numpy())
            for name, values in measured.items()
        } | density.measurements()


def _compare(found: Tensor, images: ImageBatch, target: str) -> dict[str, Tensor]:
    """Return what there is to say of translated images, one number a sample each."""
    truth, valid = images[target], images.valid[target]
    off = mae(found, truth, valid)
    measured = {
        "mae": off,
        "mse": mse(found, truth, valid),
        "psnr": psnr(found, truth, valid, peak=2.0),
        "ssim": ssim(
            _from_zero(torch.where(valid, found, truth)), _from_zero(truth), peak=1.0
        ),
    }
    if target == "depth":
        measured["depth_mae_m"] = off * (DEPTH_RANGE_M / 2)
    if MODALITIES[target].is_direction:
        measured[f"{target}_angle_deg"] = angle_deg(found, truth, valid)
    return measured


def _from_zero(image: Tensor) -> Tensor:
    """Return an image of -1..1 in 0..1."""
    return (image + 1) / 2


def _require_present(images: ImageBatch, target: str, sources: tuple[str, str]) -> None:
    """Refuse samples that there is nothing to translate from, or to compare with."""
    first, second = (images.present[name] for name in sources)
    if not (images.present[target] & (first | second)).all():
        raise InputError(
            f"this model is measured on samples that have {target}, and "
            f"{sources[0]} or {sources[1]}; some have not"
        )
