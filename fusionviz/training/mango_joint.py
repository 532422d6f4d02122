"""What the tasks on MANGO's latents share: the density and the cross-modal guess."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from fusionviz.models.inputs import ImageBatch
from fusionviz.models.mango.model import log_prior, to_bits_per_dim
from fusionviz.training.metrics.intervals import Measurement, largest
from fusionviz.training.rgbd import ImageTask, LabelledBatch

PerSample = Float[Tensor, " batch"]


class MangoJointTask(ImageTask):
    """A task on the latents of both modalities; a subclass adds what it reads there.

    The likelihood's gradient does not reach the codec: a trained encoder could raise it
    without end by shrinking its tokens. A little noise on the tokens keeps the density
    from collapsing onto the surface that the encoder's outputs lie on.

    Samples may teach the encoder by what is read off their latents; they do not count
    for the likelihood. So one pass through the flow does for both.

    Args:
        likelihood: Weight of the NLL, nats a dimension.
        guess: Weight of the squared error of the guessed tokens.
        noise: Standard deviation of the noise on the tokens, which have unit scale.
        missing: Share of samples of which one modality is guessed; they do not count
            for the likelihood.
        augment: Whether to vary training samples, or a table of how far (see
            `fusionviz.training.variation.Variation`).
    """

    def __init__(
        self,
        *,
        likelihood: float = 1.0,
        guess: float = 1.0,
        noise: float = 0.05,
        missing: float = 0.15,
        augment: bool | Mapping[str, Any] = False,
    ) -> None:
        self.likelihood, self.guess = likelihood, guess
        self.noise, self.missing, self.augment = noise, missing, augment

    def initialise(self, model: Any, batch: LabelledBatch) -> None:  # noqa: ANN401
        """Set the tokens' unit scale and the flow's start from the first samples.

        What a checkpoint or an earlier stage has set is kept.
        """
        for name in model.config.modalities:
            if not model.codec[name].is_normalised:
                model.codec[name].normalise(batch.images[name])
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
        clean = encoded.detach()
        first, second = model.config.modalities
        guessed = {name: model.guess(clean, name).float() for name in (first, second)}
        errors = [(tokens - clean).square().mean() for tokens in guessed.values()]
        noise = torch.randn(clean.shape, generator=generator, device=clean.device)
        chance = torch.rand(len(clean), generator=generator, device=clean.device)
        no_first, no_second = chance < self.missing / 2, chance > 1 - self.missing / 2
        if teaching is not None:
            clean = torch.where(teaching[:, None, None], encoded, clean)
        x = clean + self.noise * noise
        x = torch.where(no_first[:, None, None], guessed[first].detach(), x)
        x = torch.where(no_second[:, None, None], guessed[second].detach(), x)

        z, log_det = model.flow(x)
        whole = ~(no_first | no_second)
        if teaching is not None:
            whole = whole & ~teaching
        dimensions = model.config.dimensions
        nll = -((log_prior(z) + log_det) * whole).sum() / (
            dimensions * whole.sum().clamp_min(1)
        )
        error = torch.stack(errors).sum()
        loss = self.likelihood * nll + self.guess * error
        return z, {"loss": loss, "nll": nll, "guess": error}


def there_and_back(
    model: Any,  # noqa: ANN401
    images: ImageBatch,
) -> tuple[Tensor, PerSample, PerSample]:
    """Return the latents, bits per dimension, and how far the inverse is off."""
    x = model.encode(images)
    z, log_det = model.flow(x)
    bits = to_bits_per_dim(log_prior(z) + log_det, x)
    off = (model.flow.inverse(z) - x).abs()
    return z, bits, off.amax(dim=(1, 2))


def density_measurements(
    bits: Sequence[PerSample], errors: Sequence[PerSample]
) -> dict[str, Measurement]:
    """Return `bits_per_dim` and `inverse_error` from those of each batch."""
    return {
        "bits_per_dim": Measurement(values=torch.cat(list(bits)).cpu().numpy()),
        "inverse_error": Measurement(
            values=torch.cat(list(errors)).cpu().numpy(), statistic=largest
        ),
    }
