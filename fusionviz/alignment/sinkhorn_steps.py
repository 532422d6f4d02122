"""Sinkhorn's algorithm as it was published, one half step at a time.

To watch, not to solve: `sinkhorn` gets there in fewer steps. With the kernel
K = exp(-C / ε) the plan is P = diag(u) K diag(v), and the two half steps

    u = a / (K v)        then P has the right rows,
    v = b / (Kᵀ u)       then P has the right columns

alternate (Cuturi 2013, alg. 1; in this order Peyré & Cuturi 2019, eq. 4.15). Here u and
v are logarithms, so that no ε is too small.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class SinkhornSteps:
    """What plain Sinkhorn passed through.

    Attributes:
        half_steps: At which the couplings were kept, shape (kept,): 0 is the kernel
            scaled to mass 1, odd ones end with the rows, even ones with the columns.
        couplings: The plans there, shape (kept, source, target), each of mass 1.
        errors: ‖P 1 - a‖₁ + ‖Pᵀ 1 - b‖₁ after each half step from 0 on, shape
            (half_step,).
    """

    half_steps: Int[Tensor, " kept"]
    couplings: Float[Tensor, "kept source target"]
    errors: Float[Tensor, " half_step"]


@torch.no_grad()
def sinkhorn_steps(
    cost: Float[Tensor, "source target"],
    *,
    epsilon: float,
    steps: Collection[int],
    tolerance: float = 0.0,
) -> SinkhornSteps:
    """Return the plans of plain Sinkhorn after given half steps, even marginals.

    Args:
        cost: Any finite cost, shape (source, target); all is computed in float64.
        epsilon: Regularisation ε > 0, in the unit of the cost.
        steps: Half steps to keep the plan of; it runs to the largest.
        tolerance: Marginal error at which it stops, and keeps that plan too.

    Raises:
        ValueError: If the cost is no finite matrix, epsilon is not above 0, or there
            are no steps or negative ones.
    """
    if cost.ndim != 2 or 0 in cost.shape or not cost.isfinite().all():
        raise ValueError(f"cost must be a finite matrix, got {tuple(cost.shape)}")
    if not 0 < epsilon < math.inf:
        raise ValueError(f"epsilon must be above 0 and finite, got {epsilon}")
    if not steps or min(steps) < 0:
        raise ValueError(f"steps are from 0 on, and at least one, got {list(steps)}")
    log_kernel = cost.double() / -epsilon
    a, b = (log_kernel.new_full((count,), 1 / count) for count in cost.shape)
    log_u = -log_kernel.logsumexp(dim=(0, 1)).expand_as(a)
    log_v = torch.zeros_like(b)
    log_kv = _over_targets(log_kernel, log_v)
    log_ktu = _over_sources(log_kernel, log_u)
    kept, couplings, errors = [], [], []
    for step in range(max(steps) + 1):
        if step % 2:
            log_u = a.log() - log_kv
            log_ktu = _over_sources(log_kernel, log_u)
        elif step:
            log_v = b.log() - log_ktu
            log_kv = _over_targets(log_kernel, log_v)
        sent, received = (log_u + log_kv).exp(), (log_v + log_ktu).exp()
        errors.append((sent - a).abs().sum() + (received - b).abs().sum())
        is_there = bool(errors[-1] <= tolerance)
        if step in steps or is_there:
            kept.append(step)
            couplings.append((log_kernel + log_u.unsqueeze(1) + log_v).exp())
        if is_there:
            break
    return SinkhornSteps(
        half_steps=torch.tensor(kept),
        couplings=torch.stack(couplings),
        errors=torch.stack(errors),
    )


def _over_targets(log_kernel: Tensor, log_v: Tensor) -> Tensor:
    """Return log(K v)."""
    return (log_kernel + log_v).logsumexp(dim=1)


def _over_sources(log_kernel: Tensor, log_u: Tensor) -> Tensor:
    """Return log(Kᵀ u)."""
    return (log_kernel + log_u.unsqueeze(1)).logsumexp(dim=0)
