"""How probable a model finds a sample, and whether the flow comes back to it."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.analysis.shared.pictures import Pictures, to_colours, to_metres

Joint = Float[Tensor, "batch joint channel"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Likelihood:
    """One sample under a normalizing flow.

    Attributes:
        log_prior: log N(z; 0, I), nats.
        log_det: log|det dZ/dX|, nats.
        dimensions: Real numbers in the joint tokens, 2 N d.
        token_error: Largest |x - G⁻¹(G(x))| of each token's channels, by modality,
            each (grid, grid).
        largest_token: Largest |x| of all, what the error is to be compared with.
        decoded: The codec's pictures of the tokens themselves.
        returned: Its pictures of the tokens after the flow and its inverse.
        dtype: Number format that the flow ran in.
    """

    log_prior: float
    log_det: float
    dimensions: int
    token_error: dict[str, NDArray[np.float32]]
    largest_token: float
    decoded: Pictures
    returned: Pictures
    dtype: str

    @property
    def log_likelihood(self) -> float:
        """Nats of log p(x), by the change of variables."""
        return self.log_prior + self.log_det

    @property
    def bits_per_dim(self) -> float:
        """-log2 p(x) / dimensions. A density: below zero is as usual as above."""
        return -self.log_likelihood / (self.dimensions * math.log(2))

    @property
    def round_trip_error(self) -> float:
        """Largest absolute difference over all tokens and channels."""
        return max(float(error.max()) for error in self.token_error.values())


def likelihood_of(
    *,
    x: Joint,
    z: Joint,
    log_det: Float[Tensor, " batch"],
    x_back: Joint,
    decoded: dict[str, Tensor],
    returned: dict[str, Tensor],
) -> Likelihood:
    """Return the first sample's likelihood and round trip.

    Args:
        x: Joint tokens.
        z: Their latents.
        log_det: log|det dZ/dX|.
        x_back: What the inverse made of the latents.
        decoded: The codec's images of x.
        returned: The codec's images of x_back.
    """
    error = (x - x_back)[0].abs().amax(dim=-1)
    grid = math.isqrt(len(error) // 2)
    maps = error.view(2, grid, grid).float().cpu().numpy()
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
    )


def _pictures(images: dict[str, torch.Tensor]) -> Pictures:
    return Pictures(rgb=to_colours(images["rgb"]), depth_m=to_metres(images["depth"]))
