"""Train MANGO's codec: images through tokens and back."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from fusionviz.data.records import RGBDSample
from fusionviz.models.modalities import DEPTH_RANGE_M
from fusionviz.training.metrics import Measurement
from fusionviz.training.rgbd import ImageTask, LabelledBatch


class MangoCodecTask(ImageTask):
    """Absolute error of pixels and of their differences, under noise on the tokens.

    The noise is a share of each channel's own spread, so that no scale of the tokens
    escapes it; it makes tokens that lie close together mean nearly the same image,
    which is what gives a density over tokens a sense.

    Args:
        noise: Standard deviation of the noise, of a channel's spread.
        edges: Weight of the error of horizontal and vertical differences.
        augment: Whether to mirror, crop and relight training samples.
    """

    def __init__(
        self, noise: float = 0.1, edges: float = 1.0, augment: bool = False
    ) -> None:
        self.noise, self.edges, self.augment = noise, edges, augment

    def loss(
        self,
        model: Any,  # noqa: ANN401
        batch: LabelledBatch,
        generator: torch.Generator,
    ) -> dict[str, Tensor]:
        """Return the error of both modalities' reconstruction."""
        losses: dict[str, Tensor] = {}
        for name in model.config.modalities:
            image = batch.images[name]
            codec = model.codec[name]
            tokens = codec.encode(image)
            spread = tokens.detach().std(dim=(0, 1))
            noise = torch.randn(tokens.shape, generator=generator, device=tokens.device)
            rebuilt = codec.decode(tokens + self.noise * spread * noise)
            losses[name] = absolute_error(rebuilt, image, self.edges)
        return {"loss": sum(losses.values(), torch.zeros(())), **losses}

    def evaluate(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[RGBDSample],
        device: torch.device,
    ) -> dict[str, Measurement]:
        """Return the codec's `psnr` over colours and its depth error in metres."""
        psnr, metres = [], []
        for _, batch in self.batches(model, samples, device):
            images = batch.images
            rebuilt = {
                name: model.codec[name].decode(model.codec[name].encode(images[name]))
                for name in model.config.modalities
            }
            squares = (rebuilt["rgb"].clamp(-1, 1) - images["rgb"]).square() / 4
            psnr.append(-10 * squares.mean(dim=(1, 2, 3)).log10())
            off = (rebuilt["depth"] - images["depth"]).abs() * (DEPTH_RANGE_M / 2)
            metres.append(off.mean(dim=(1, 2, 3)))
        return {
            "psnr": Measurement(values=torch.cat(psnr).cpu().numpy()),
            "codec_depth_mae_m": Measurement(values=torch.cat(metres).cpu().numpy()),
        }


def absolute_error(found: Tensor, wanted: Tensor, edges: float) -> Tensor:
    """Return the mean absolute error of pixels, plus `edges` times that of steps."""
    error = (found - wanted).abs().mean()
    for axis in (-1, -2):
        difference = found.diff(dim=axis) - wanted.diff(dim=axis)
        error = error + edges * difference.abs().mean()
    return error


TASK = MangoCodecTask
