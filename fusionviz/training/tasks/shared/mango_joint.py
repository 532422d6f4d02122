"""What the tasks on MANGO's latents share: the density and the cross-modal guess."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool
from torch import Tensor

from fusionviz.models.inputs import ImageBatch
from fusionviz.models.mango.code_length import TOKEN_NOISE, code_length
from fusionviz.models.mango.joint import JointModel, log_prior, to_bits_per_dim
from fusionviz.models.mango.layers.partition import Tokens
from fusionviz.training.metrics.intervals import Measurement, maximum
from fusionviz.training.part import SampleNoise
from fusionviz.training.tasks.shared.rgbd import ImageTask, LabelledBatch


@dataclass(frozen=True, kw_only=True)
class DensityLoss:
    """The likelihood of tokens, and how far the guesses of their halves are off.

    The likelihood's gradient does not reach what made the tokens: a trained encoder
    could raise it without end by shrinking them. A little noise on the tokens keeps the
    density from collapsing onto the surface that the encoder's outputs lie on.

    Attributes:
        likelihood: Weight of the NLL, nats a dimension.
        guess: Weight of the squared error of the guessed tokens.
        noise: Standard deviation of the noise on the tokens, which have unit scale.
        missing: Share of samples of which one modality is guessed; they do not count
            for the likelihood.
    """

    likelihood: float = 1.0
    guess: float = 1.0
    noise: float = TOKEN_NOISE
    missing: float = 0.15

    def loss(
        self,
        model: JointModel[Any],
        encoded: Tokens,
        generator: torch.Generator,
        *,
        teaching: Bool[Tensor, " batch"] | None = None,
        whole: Bool[Tensor, " batch"] | None = None,
    ) -> tuple[Tokens, dict[str, Tensor]]:
        """Return the latents, and `nll` and `guess` with their weighted sum `loss`.

        Args:
            model: Its flow and its guesses are trained.
            encoded: Joint tokens, as the model makes them.
            generator: Of noise, and of which samples are guessed.
            teaching: Samples whose latents pass gradients on to the encoder; they do
                not count for the likelihood.
            whole: Samples that have both modalities; the others count for neither
                likelihood nor guess. All do if not given.
        """
        clean = encoded.detach()
        everything = torch.ones(len(clean), dtype=torch.bool, device=clean.device)
        whole = everything if whole is None else whole
        first, second = model.config.modalities
        guessed = {name: model.guess(clean, name).float() for name in (first, second)}
        count = whole.sum().clamp_min(1)
        errors = [
            ((tokens - clean).square().mean(dim=(1, 2)) * whole).sum() / count
            for tokens in guessed.values()
        ]
        noise = torch.randn(clean.shape, generator=generator, device=clean.device)
        chance = torch.rand(len(clean), generator=generator, device=clean.device)
        no_first = (chance < self.missing / 2) & whole
        no_second = (chance > 1 - self.missing / 2) & whole
        if teaching is not None:
            clean = torch.where(teaching[:, None, None], encoded, clean)
        x = clean + self.noise * noise
        x = torch.where(no_first[:, None, None], guessed[first].detach(), x)
        x = torch.where(no_second[:, None, None], guessed[second].detach(), x)

        z, log_det = model.flow(x)
        counted = whole & ~(no_first | no_second)
        if teaching is not None:
            counted = counted & ~teaching
        nll = -((log_prior(z) + log_det) * counted).sum() / (
            model.config.dimensions * counted.sum().clamp_min(1)
        )
        error = torch.stack(errors).sum()
        loss = self.likelihood * nll + self.guess * error
        return z, {"loss": loss, "nll": nll, "guess": error}


class MangoJointTask(ImageTask):
    """A task on the latents of both modalities; a subclass adds what it reads there.

    Samples may teach the encoder by what is read off their latents; they do not count
    for the likelihood. So one pass through the flow does for both.

    Args:
        likelihood: Weight of the NLL, nats a dimension.
        guess: Weight of the squared error of the guessed tokens.
        noise: Standard deviation of the noise on the tokens, which have unit scale.
        missing: Share of samples of which one modality is guessed; they do not count
            for the likelihood.
        augment: Whether to vary training samples, or a table of how far (see
            `fusionviz.training.tasks.shared.variation.Variation`).
    """

    def __init__(
        self,
        *,
        likelihood: float = 1.0,
        guess: float = 1.0,
        noise: float = TOKEN_NOISE,
        missing: float = 0.15,
        augment: bool | Mapping[str, Any] = False,
    ) -> None:
        self.density = DensityLoss(
            likelihood=likelihood, guess=guess, noise=noise, missing=missing
        )
        self.augment = augment

    @property
    def noise(self) -> float:
        """Standard deviation of the noise on the tokens."""
        return self.density.noise

    def initialise(self, model: Any, batch: LabelledBatch) -> None:  # noqa: ANN401
        """Set the tokens' unit scale and the flow's start from the first samples.

        What a checkpoint or an earlier stage has set is kept.
        """
        model.normalise_codec(batch.images)
        x = model.encode(batch.images)
        model.flow.initialise(x + self.noise * torch.randn_like(x))

    def density_loss(
        self,
        model: Any,  # noqa: ANN401
        images: ImageBatch,
        generator: torch.Generator,
        teaching: Bool[Tensor, " batch"] | None = None,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the latents, and `nll` and `guess` with their weighted sum `loss`.

        Args:
            model: MANGO.
            images: The batch.
            generator: Of noise, and of which samples are guessed.
            teaching: Samples whose latents pass gradients on to the encoder.
        """
        with torch.set_grad_enabled(teaching is not None):
            encoded = model.encode(images).float()
        return self.density.loss(model, encoded, generator, teaching=teaching)


class DensityMeter:
    """What is measured of the density, batch by batch.

    Args:
        noise: Standard deviation of the noise on the tokens in training; with none
            there is nothing to measure with noise.
        samples: That are measured.
    """

    def __init__(self, noise: float, samples: Sequence[Any]) -> None:
        self.noise = noise
        self._values: dict[str, list[Tensor]] = {}
        self._drawn = SampleNoise(samples)

    def read(self, model: Any, images: ImageBatch) -> Tensor:  # noqa: ANN401
        """Return the latents of a batch, and keep what there is to say of them."""
        x = model.encode(images)
        z, log_det = model.flow(x)
        off = (model.flow.inverse(z) - x).abs()
        found = {
            "bits_per_dim": to_bits_per_dim(log_prior(z) + log_det, x),
            "inverse_error": off.amax(dim=(1, 2)),
        }
        if self.noise:
            generator = self._drawn.generator_at(x)
            code = code_length(model, images, noise=self.noise, generator=generator)
            found["bits_per_dim_noisy"] = code.noisy_bits_per_dim
            found["bits_per_value"] = code.bits_per_value
            found["token_bits_per_value"] = code.token_bits_per_value
        for name, values in found.items():
            self._values.setdefault(name, []).append(values)
        return z

    def measurements(self) -> dict[str, Measurement]:
        """Return what was measured.

        `bits_per_dim` is of the tokens as they are encoded, `bits_per_dim_noisy` of
        tokens with the noise of training; both are in the unit of this codec's tokens.
        `bits_per_value` and the part of it that tells the tokens compare between codecs
        (see `fusionviz.models.mango.code_length`).
        """
        measured = {
            name: Measurement(values=torch.cat(values).cpu().numpy())
            for name, values in self._values.items()
        }
        measured["inverse_error"] = maximum(measured["inverse_error"].values)
        return measured
