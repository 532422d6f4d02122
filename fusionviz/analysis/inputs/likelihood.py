"""How probable a model finds a sample, and whether the flow comes back to it."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.analysis.shared.pictures import Pictures, to_colours, to_metres
from fusionviz.data.grid import Grid
from fusionviz.models.inputs import ImageBatch
from fusionviz.models.mango import Mango
from fusionviz.models.mango.code_length import code_length, trained_noise

Joint = Float[Tensor, "batch joint channel"]


@dataclass(frozen=True, kw_only=True)
class PairBits:
    """Bits of a pair as a flow was trained to see it, and in a unit that compares.

    Attributes:
        noise: Standard deviation of the noise on the tokens in training.
        noisy_bits_per_dim: Bits per dimension of the tokens with that noise.
        bits_per_value: Bits of a pixel value, by codec and flow together.
        token_bits_per_value: The part of them that tells the tokens; the rest is what
            the decoder leaves to say.
    """

    noise: float
    noisy_bits_per_dim: float
    bits_per_value: float
    token_bits_per_value: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Likelihood:
    """One sample under a normalizing flow.

    Attributes:
        log_prior: log N(z; 0, I), nats.
        log_det: log|det dZ/dX|, nats.
        dimensions: Real numbers in the joint tokens, 2 N d.
        token_error: Largest |x - G⁻¹(G(x))| of each token's channels, by modality,
            each (row, column).
        largest_token: Largest |x| of all, what the error is to be compared with.
        decoded: The codec's pictures of the tokens themselves.
        returned: Its pictures of the tokens after the flow and its inverse.
        dtype: Number format that the flow ran in.
        pair_bits: Bits with the noise of training, and of pixels; None where half of
            the pair is missing, or training had no noise.
    """

    log_prior: float
    log_det: float
    dimensions: int
    token_error: dict[str, NDArray[np.float32]]
    largest_token: float
    decoded: Pictures
    returned: Pictures
    dtype: str
    pair_bits: PairBits | None = None

    @property
    def log_likelihood(self) -> float:
        """Nats of log p(x), by the change of variables."""
        return self.log_prior + self.log_det

    @property
    def bits_per_dim(self) -> float:
        """-log2 p(x) / dimensions, of the tokens as they are encoded.

        A density: below zero is as usual as above. It compares within one codec.
        """
        return -self.log_likelihood / (self.dimensions * math.log(2))

    @property
    def round_trip_error(self) -> float:
        """Largest absolute difference over all tokens and channels."""
        return max(float(error.max()) for error in self.token_error.values())


def likelihood_of(
    *,
    grid: Grid,
    x: Joint,
    z: Joint,
    log_det: Float[Tensor, " batch"],
    x_back: Joint,
    decoded: dict[str, Tensor],
    returned: dict[str, Tensor],
    pair_bits: PairBits | None = None,
) -> Likelihood:
    """Return the first sample's likelihood and round trip.

    Args:
        grid: Rows and columns of one modality's tokens.
        x: Joint tokens.
        z: Their latents.
        log_det: log|det dZ/dX|.
        x_back: What the inverse made of the latents.
        decoded: The codec's images of x.
        returned: The codec's images of x_back.
        pair_bits: See `pair_bits_of`.
    """
    error = (x - x_back)[0].abs().amax(dim=-1)
    maps = error.view(2, *grid).float().cpu().numpy()
    latent = z[0].double()
    log_prior = -0.5 * (latent.square().sum() + latent.numel() * math.log(2 * math.pi))
    return Likelihood(
        log_prior=float(log_prior),
        log_det=float(log_det[0]),
        dimensions=z[0].numel(),
        token_error={"rgb": maps[0], "depth": maps[1]},
        largest_token=float(x[0].abs().max()),
        decoded=_pictures(decoded),
        returned=_pictures(returned),
        dtype=str(x.dtype).removeprefix("torch."),
        pair_bits=pair_bits,
    )


def pair_bits_of(model: Mango, batch: ImageBatch) -> PairBits | None:
    """Return the first sample's bits with the noise of training, and those of pixels.

    Args:
        model: Codec and flow.
        batch: As the model takes it.

    Returns:
        None where half of the pair is missing, or training had no noise.
    """
    noise = trained_noise(model)
    if not noise or not all(batch.present[name][0] for name in batch.names):
        return None
    generator = torch.Generator().manual_seed(0)
    code = code_length(model, batch.part(slice(1)), noise=noise, generator=generator)
    return PairBits(
        noise=noise,
        noisy_bits_per_dim=float(code.noisy_bits_per_dim[0]),
        bits_per_value=float(code.bits_per_value[0]),
        token_bits_per_value=float(code.token_bits_per_value[0]),
    )


def _pictures(images: dict[str, torch.Tensor]) -> Pictures:
    return Pictures(rgb=to_colours(images["rgb"]), depth_m=to_metres(images["depth"]))
