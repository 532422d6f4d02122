"""Local alignment: the tokens of one modality, moved to the anchor's positions.

With a cost C between source and anchor tokens and a plan M (Li et al. 2025, eq. 4-6),

    C_ij = 1 - cos(x_i, y_j),   X̃ = Mᵀ X   (times what `aligned_scale` says),

X̃ has the anchor's length. Global alignment is MMD²(X̃, Y) (eq. 7). The relaxed plan is
an argmin: gradients reach the tokens through X, and not through M, unless
`plan_gradient` asks for it.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from fusionviz.alignment import (
    TransportPlan,
    cosine_cost,
    median_bandwidth,
    mmd2,
    solve,
)
from fusionviz.alignment.mmd import Kernel
from fusionviz.models.alignmamba.config import AlignedScale, AlignMambaConfig

BANDWIDTH_TOKENS = 64
"""Tokens of each side that the median distance is taken from, evenly spaced."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Tokens:
    """Tokens of one modality.

    Attributes:
        x: Shape (batch, token, channel), 0 where the mask is false.
        mask: True where a token is there, (batch, token).
        present: Which samples have the modality, (batch,). A missing anchor still
            has tokens (learned ones); a missing source has none.
    """

    x: Float[Tensor, "batch token channel"]
    mask: Bool[Tensor, "batch token"]
    present: Bool[Tensor, " batch"]


@dataclass(frozen=True, kw_only=True, eq=False)
class AlignedSource:
    """One source modality at the anchor's positions.

    Attributes:
        x: Transported tokens X̃, shape (batch, target, channel).
        cost: Cosine cost, (batch, source, target).
        coupling: The plan M that was used, (batch, source, target).
        plan: What the solver reports; None where a plan was given.
        mmd: MMD²(X̃, anchor), (batch,); 0 where either is missing.
    """

    x: Float[Tensor, "batch target channel"]
    cost: Float[Tensor, "batch source target"]
    coupling: Float[Tensor, "batch source target"]
    plan: TransportPlan | None
    mmd: Float[Tensor, " batch"]


def align(
    source: Tokens,
    anchor: Tokens,
    config: AlignMambaConfig,
    coupling: Float[Tensor, "batch source target"] | None = None,
) -> AlignedSource:
    """Return a source's tokens at the anchor's positions.

    Args:
        source: A modality that is not the anchor.
        anchor: The anchor.
        config: Which transport, which scale, which kernel.
        coupling: A plan to use instead of the one that would be computed. What it
            gives to or takes from absent tokens does not count.
    """
    # An argmin among costs rounded to bfloat16 would be left to chance.
    with torch.autocast(source.x.device.type, enabled=False):
        cost = cosine_cost(source.x, anchor.x)
        plan = None
        if coupling is None:
            plan = solve(
                config.alignment,
                cost,
                epsilon=config.epsilon,
                tolerance=config.sinkhorn_tolerance,
                max_iterations=config.sinkhorn_iterations,
                source_mask=source.mask,
                target_mask=anchor.mask,
            )
            coupling = plan.coupling
            if config.plan_gradient:
                coupling = coupling + _gradient_only(cost, source, anchor, config)
        else:
            coupling = coupling * source.mask.unsqueeze(2) * anchor.mask.unsqueeze(1)
        x = move(source.x, coupling, anchor.mask, config.aligned_scale)
        mmd = discrepancy(x, source.present, anchor, config.bandwidth, config.kernel)
    return AlignedSource(x=x, cost=cost, coupling=coupling, plan=plan, mmd=mmd)


def move(
    x: Float[Tensor, "batch source channel"],
    coupling: Float[Tensor, "batch source target"],
    target_mask: Bool[Tensor, "batch target"],
    scale: AlignedScale,
) -> Float[Tensor, "batch target channel"]:
    """Return Mᵀ X, scaled: a target that gets no mass gets a token of 0.

    Li et al. 2025, eq. 6, for `mass`; see `AlignMambaConfig.aligned_scale`.
    """
    moved = coupling.mT @ x
    if scale == "length":
        return moved * target_mask.sum(dim=1).to(x)[:, None, None]
    if scale == "barycentric":
        received = coupling.sum(dim=1).unsqueeze(-1)
        return moved / torch.where(received > 0, received, torch.ones_like(received))
    return moved


def discrepancy(
    x: Float[Tensor, "batch target channel"],
    present: Bool[Tensor, " batch"],
    anchor: Tokens,
    bandwidth: float | str,
    kernel: Kernel = "gaussian",
) -> Float[Tensor, " batch"]:
    """Return MMD² between aligned tokens and the anchor's, over each sample's tokens.

    The biased V-statistic of Li et al. 2025, eq. 7, 0 where either is missing. The
    median is that of 64 of a sample's tokens a side, evenly spaced: it hardly moves
    with more, and sorting all pairs would take longer than the rest of the alignment.
    Padding changes neither.
    """
    both = anchor.mask & (present & anchor.present).unsqueeze(1)
    sigma: float | Tensor
    if isinstance(bandwidth, str):
        sigma = median_bandwidth(
            x, anchor.x, x_mask=both, y_mask=both, most=BANDWIDTH_TOKENS
        )
    else:
        sigma = bandwidth
    return mmd2(x, anchor.x, bandwidth=sigma, kernel=kernel, x_mask=both, y_mask=both)


def _gradient_only(
    cost: Float[Tensor, "batch source target"],
    source: Tokens,
    anchor: Tokens,
    config: AlignMambaConfig,
) -> Float[Tensor, "batch source target"]:
    """Return zeros with the gradient of a plan that shares each source's mass.

    softmax_j(-C_ij / ε) / S, which tends to the relaxed plan as ε falls.
    """
    scores = (-cost / config.epsilon).masked_fill(~anchor.mask.unsqueeze(1), -torch.inf)
    count = source.mask.sum(dim=1, keepdim=True).clamp(min=1)
    soft = scores.softmax(dim=-1) * (source.mask / count).unsqueeze(-1)
    return soft - soft.detach()
