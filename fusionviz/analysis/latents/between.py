"""From one sample to another: through the latents, and by mixing the pictures."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.analysis.latents.pictures import decode_each
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.models.inputs import ImageBatch
from fusionviz.models.mango.joint import log_prior, to_bits_per_dim
from fusionviz.models.mango.layers.partition import Tokens

WAYS = ("spherical", "linear", "pixels")
"""How a step between two samples is made; the first two mix latents."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Interpolation:
    """Steps from a sample A to a sample B, each way of `WAYS`.

    Attributes:
        shares: How much of B is in each step, 0..1, (step,).
        pictures: What the codec makes of each step's tokens, by way.
        bits_per_dim: Of each step's tokens, by way, (step,).
        latent_length: |z| / sqrt(dimensions) of each step, by way, (step,): about 1
            for what the prior draws.
        angle_degrees: Between the two latents, as vectors of all dimensions; 0 where
            one of them is zero.
        dimensions: 2 N d.
    """

    shares: Floats
    pictures: Mapping[str, tuple[Pictures, ...]]
    bits_per_dim: Mapping[str, Floats]
    latent_length: Mapping[str, Floats]
    angle_degrees: float
    dimensions: int

    @property
    def middle(self) -> int:
        """The step that is halfway, or just before."""
        return (len(self.shares) - 1) // 2


def measure_between(
    a: MangoSubject, b: MangoSubject, *, steps: int = 9
) -> Interpolation:
    """Return the steps from one subject to another of the same model.

    Args:
        a: Where the steps start.
        b: Where they end.
        steps: How many, both ends counted; at least 2.

    Raises:
        ValueError: There are fewer steps, or two models.
    """
    if steps < 2 or a.model is not b.model:
        raise ValueError(f"two samples of one model and 2 steps or more, got {steps}")
    shares = np.linspace(0, 1, steps)
    with torch.inference_mode():
        tokens = {
            "spherical": a.model.flow.inverse(slerp(a.z, b.z, shares)),
            "linear": a.model.flow.inverse(_blend(a.z, b.z, shares)),
            "pixels": a.model.encode(_mixed_pictures(a, b, shares)),
        }
        x = torch.cat(list(tokens.values()))
        z, log_det = a.model.flow(x)
        bits = to_bits_per_dim(log_prior(z) + log_det, x)
        length = z.square().mean(dim=(1, 2)).sqrt()
    return Interpolation(
        shares=shares,
        pictures={way: decode_each(a.model, one) for way, one in tokens.items()},
        bits_per_dim=_by_way(bits),
        latent_length=_by_way(length),
        angle_degrees=float(np.degrees(_angle(a.z, b.z))),
        dimensions=a.z.numel(),
    )


def slerp(start: Tokens, end: Tokens, shares: Floats) -> Tokens:
    """Return vectors on the great circle from one to another (Shoemake 1985).

    The direction turns at an even pace, and the length goes evenly from that of the
    one to that of the other:

        r(t) (cos(t w) u + sin(t w) p),   r(t) = (1 - t) |start| + t |end|

    with u the direction of `start`, p the direction at right angles to it towards
    `end`, and w the angle between the two. Parallel vectors have w = 0. Opposite ones
    have no shortest way; theirs leads over the axis that `start` leans to least. With a
    zero vector, which has no direction, only the length changes.

    Args:
        start: One tensor of any shape (1, ...), taken as one vector.
        end: Of the same shape.
        shares: How far each step is on the way, 0..1, (step,).

    Returns:
        (step, ...) in the type of `start`.
    """
    one, two = start.double().flatten(), end.double().flatten()
    lengths = one.norm(), two.norm()
    if min(lengths) == 0:
        return _blend(start, end, shares)
    along = one / lengths[0]
    across = _right_angle(along, two / lengths[1])
    turn = _angle(start, end) * torch.from_numpy(shares).to(one)[:, None]
    direction = torch.cos(turn) * along + torch.sin(turn) * across
    share = torch.from_numpy(shares).to(one)[:, None]
    mixed = ((1 - share) * lengths[0] + share * lengths[1]) * direction
    return mixed.view(-1, *start.shape[1:]).to(start.dtype)


def _angle(start: Tensor, end: Tensor) -> float:
    """Return the angle between two vectors in radians, 0 where one is zero.

    From the tangent of its half (Kahan 2006), which is exact where a cosine is not:
    for vectors that are nearly parallel or nearly opposite.
    """
    one, two = start.double().flatten(), end.double().flatten()
    if min(one.norm(), two.norm()) == 0:
        return 0.0
    one, two = one / one.norm(), two / two.norm()
    return 2 * float(torch.atan2((one - two).norm(), (one + two).norm()))


def _right_angle(along: Tensor, towards: Tensor) -> Tensor:
    """Return the unit vector at right angles to one, on the side of the other."""
    across = towards - (along @ towards) * along
    across = across - (along @ across) * along
    if across.norm() < 1e-12:
        axis = torch.zeros_like(along)
        axis[along.abs().argmin()] = 1.0
        across = axis - (along @ axis) * along
    return across / across.norm()


def _blend(start: Tensor, end: Tensor, shares: Floats) -> Tensor:
    """Return (1 - t) start + t end for each share t."""
    share = torch.from_numpy(shares).to(start).view(-1, *([1] * (start.ndim - 1)))
    return (1 - share) * start + share * end


def _mixed_pictures(a: MangoSubject, b: MangoSubject, shares: Floats) -> ImageBatch:
    """Return the pictures of both, mixed pixel by pixel.

    For a missing modality stands what the codec makes of the guess.
    """
    images = {
        name: _blend(_image(a, name), _image(b, name), shares)
        for name in a.model.config.modalities
    }
    there = torch.ones(len(shares), dtype=torch.bool, device=a.x.device)
    everywhere = {name: torch.ones_like(i[:, :1]).bool() for name, i in images.items()}
    return ImageBatch(
        images=images, valid=everywhere, present=dict.fromkeys(images, there)
    )


def _image(subject: MangoSubject, name: str) -> Tensor:
    if subject.missing == name:
        return subject.model.decode(subject.x)[name]
    return subject.batch[name]


def _by_way(values: Tensor) -> dict[str, Floats]:
    parts = values.double().cpu().chunk(len(WAYS))
    return {way: part.numpy() for way, part in zip(WAYS, parts, strict=True)}
