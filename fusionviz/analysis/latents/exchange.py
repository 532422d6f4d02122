"""Two samples that exchange the latents of one modality."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.analysis.latents.pictures import decode_each
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.models.mango.completion import exchange_latents

CASES = ("A", "A with B's depth", "B with A's depth", "B")
"""Whose latents are decoded: "A with B's depth" has A's RGB latents, B's depth ones."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Exchange:
    """Two samples, and two that have a modality's latents from each.

    Attributes:
        pictures: What the codec makes of each of `CASES`.
        bits_per_dim: Of each of `CASES`, (case,).
        rgb_off: Mean |difference| of the RGB pictures of each case from those of A
            and of B, 0..1 of full scale, (case, 2).
        depth_off_m: The same of depth, metres.
    """

    pictures: tuple[Pictures, ...]
    bits_per_dim: NDArray[np.float64]
    rgb_off: NDArray[np.float64]
    depth_off_m: NDArray[np.float64]


def measure_exchange(a: MangoSubject, b: MangoSubject) -> Exchange:
    """Return what comes of exchanging two subjects' depth latents.

    Exchanging the RGB latents gives the same two.
    """
    with torch.inference_mode():
        one = exchange_latents(a.model, a.x, b.x, "depth")
        two = exchange_latents(a.model, b.x, a.x, "depth")
        x = torch.cat([a.x, one, two, b.x])
        bits = a.model.bits_per_dim(x)
    pictures = decode_each(a.model, x)
    return Exchange(
        pictures=pictures,
        bits_per_dim=bits.double().cpu().numpy(),
        rgb_off=_off([np.asarray(p.rgb, float) / 255 for p in pictures]),
        depth_off_m=_off([np.asarray(p.depth_m, float) for p in pictures]),
    )


def _off(pictures: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    ends = pictures[0], pictures[-1]
    return np.array([[abs(one - end).mean() for end in ends] for one in pictures])
