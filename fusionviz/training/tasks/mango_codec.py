"""Train MANGO's codec: images through tokens and back."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from fusionviz.data.records import RGBDSample
from fusionviz.errors import InputError
from fusionviz.models.encoders.tokens import PretrainedFeatures
from fusionviz.models.inputs import ImageBatch
from fusionviz.models.modalities import DEPTH_RANGE_M
from fusionviz.training.metrics.image import mae, psnr
from fusionviz.training.metrics.intervals import Measurement
from fusionviz.training.tasks.shared.image_losses import (
    Images,
    absolute_error,
    perceptual_error,
)
from fusionviz.training.tasks.shared.rgbd import ImageTask, LabelledBatch, pixel_loss
from fusionviz.training.tasks.shared.translation import translation_loss


class MangoCodecTask(ImageTask):
    """Absolute error of pixels and of their differences, under noise on the tokens.

    The noise is a share of each channel's own spread, so that no scale of the tokens
    escapes it; it makes tokens that lie close together mean nearly the same image,
    which is what gives a density over tokens a sense.

    With `segmentation`, the predictor that will read classes from the latents learns to
    read them from the tokens already: an error of pixels alone spends the tokens on
    texture, and forgets what is small and matters. `translation` is the same for the
    predictor that will write the target.

    Args:
        noise: Standard deviation of the noise, of a channel's spread.
        edges: Weight of the error of horizontal and vertical differences.
        segmentation: Weight of the cross-entropy of classes read from the tokens.
        smoothing: Share of the truth that is spread over all classes.
        balance: How far rare classes weigh more (see `pixel_loss`).
        translation: Weight of the error of the target read from the tokens (see
            `fusionviz.training.tasks.shared.translation.translation_loss`).
        structure: In that error, weight of 1 - SSIM.
        reconstruction: Weight of the error of reconstructed images. With 0 nothing is
            decoded: encoders and the predictor learn alone.
        perceptual: Weight of the error of a pretrained encoder's features (see
            `fusionviz.training.tasks.shared.image_losses.perceptual_error`).
        judge: Name of that encoder, for a model that has none of its own.
        augment: Whether to mirror, crop and relight training samples, or a table of
            how far (see `Variation`).
        relight: Whether augmentation changes the light too.
    """

    def __init__(
        self,
        *,
        noise: float = 0.1,
        edges: float = 1.0,
        segmentation: float = 0.0,
        smoothing: float = 0.0,
        balance: float = 0.0,
        translation: float = 0.0,
        structure: float = 0.0,
        reconstruction: float = 1.0,
        perceptual: float = 0.0,
        judge: str = "",
        augment: bool | Mapping[str, Any] = False,
        relight: bool = True,
    ) -> None:
        self.noise, self.edges, self.segmentation = noise, edges, segmentation
        self.translation, self.structure = translation, structure
        self.reconstruction, self.perceptual = reconstruction, perceptual
        self.smoothing, self.balance = smoothing, balance
        self.augment, self.relight = augment, relight
        self.judge = judge
        self._judges: dict[str, PretrainedFeatures] = {}

    def initialise(self, model: Any, batch: LabelledBatch) -> None:  # noqa: ANN401
        """Find the squares' components, and forget what scale the tokens had.

        A stage on the tokens sets that anew. Where decoders alone are trained below a
        flow that has learnt, tokens stay what they are, and so does their scale.
        """
        model.fit_squares(batch.images)
        for codec in model.codec.values():
            moves = any(w.requires_grad for w in codec.encoder.parameters())
            if moves or not model.flow.is_started:
                codec.forget_statistics()

    def loss(
        self,
        model: Any,  # noqa: ANN401
        batch: LabelledBatch,
        generator: torch.Generator,
    ) -> dict[str, Tensor]:
        """Return the error of both modalities' reconstruction, and of what is read."""
        losses: dict[str, Tensor] = {}
        halves = []
        for name in model.config.modalities:
            tokens = model.encode_one(batch.images, name)
            spread = tokens.detach().std(dim=(0, 1))
            noise = torch.randn(tokens.shape, generator=generator, device=tokens.device)
            noisy = tokens + self.noise * spread * noise
            if self.reconstruction:
                losses |= self._reconstruct(model, batch.images, name, noisy)
            middle = tokens.detach().mean(dim=(0, 1))
            halves.append((noisy - middle) / spread.clamp_min(1e-4))
        parts = [noisy.new_zeros(()), *losses.values()]
        loss = self.reconstruction * torch.stack(parts).sum()
        if self.segmentation:
            logits = model.segment(torch.cat(halves, dim=1))
            losses["segmentation"] = pixel_loss(
                logits, batch.label, smoothing=self.smoothing, balance=self.balance
            )
            loss = loss + self.segmentation * losses["segmentation"]
        if self.translation:
            losses["translation"] = translation_loss(
                model,
                torch.cat(halves, dim=1),
                batch.images,
                edges=self.edges,
                structure=self.structure,
            )
            loss = loss + self.translation * losses["translation"]
        return {"loss": loss, **losses}

    def _reconstruct(
        self,
        model: Any,  # noqa: ANN401
        images: ImageBatch,
        name: str,
        tokens: Tensor,
    ) -> dict[str, Tensor]:
        """Return the errors of the image that a modality's tokens are decoded to."""
        decoded = model.codec[name].decode(tokens)
        losses = {name: absolute_error(decoded, images[name], self.edges)}
        if self.perceptual:
            off = self._perceptual_of(model, images, name, decoded)
            losses[f"{name}_perceptual"] = self.perceptual * off
        return losses

    def _perceptual_of(
        self,
        model: Any,  # noqa: ANN401
        images: ImageBatch,
        name: str,
        decoded: Tensor,
    ) -> Tensor:
        """Return how far a modality's decoded images are off for the encoder.

        Raises:
            InputError: The model has no pretrained encoder, and no judge is named.
        """
        if model.config.encoder:
            pretrained = model.codec[name].encoder.pretrained
            known = images.features.get(name)
            wanted = pretrained(images[name] if known is None else known)
        elif self.judge:
            pretrained = self._judge_of(images[name], name)
            wanted = pretrained(images[name])
        else:
            raise InputError(
                "a perceptual error needs a model with an encoder, or the name of one "
                "as the judge"
            )
        return perceptual_error(decoded, wanted, pretrained)

    def _judge_of(self, images: Images, name: str) -> PretrainedFeatures:
        """Return the judge of a modality, made when it is first asked."""
        if name not in self._judges:
            size = (images.shape[-2], images.shape[-1])
            judge = PretrainedFeatures(self.judge, name, size).to(images.device)
            self._judges[name] = judge.requires_grad_(False)
        return self._judges[name]

    def evaluate(
        self,
        model: Any,  # noqa: ANN401
        samples: Sequence[RGBDSample],
        device: torch.device,
    ) -> dict[str, Measurement]:
        """Return `codec_NAME_psnr` in dB, and of depth the error in metres."""
        measured: dict[str, list[Tensor]] = {}
        for _, batch in self.batches(model, samples, device):
            for name in model.config.modalities:
                image, codec = batch.images[name], model.codec[name]
                tokens = model.encode_one(batch.images, name)
                rebuilt = codec.decode(tokens).clamp(-1, 1)
                quality = psnr(rebuilt, image, peak=2.0)
                measured.setdefault(f"codec_{name}_psnr", []).append(quality)
                if name == "depth":
                    off = mae(rebuilt, image) * (DEPTH_RANGE_M / 2)
                    measured.setdefault("codec_depth_mae_m", []).append(off)
        return {
            name: Measurement(values=torch.cat(values).cpu().numpy())
            for name, values in measured.items()
        }
