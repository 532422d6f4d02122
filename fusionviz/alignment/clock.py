"""The plan by the clock: what two sequences would be aligned by without a look at them.

Both sequences fill one unit of time with steps of equal length. The plan is the optimal
transport between those two axes of time: it keeps the order, and no cost decides.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from fusionviz.alignment.plan import TransportPlan
from fusionviz.alignment.problem import read_problem


def clock_plan(
    cost: Float[Tensor, "batch source target"],
    *,
    source_mask: Bool[Tensor, "batch source"] | None = None,
    target_mask: Bool[Tensor, "batch target"] | None = None,
) -> TransportPlan:
    """Return the plan that sends each source token to the targets of its own time.

    With S source and T target tokens that are there,

        M_ij = |[i/S, (i+1)/S] ∩ [j/T, (j+1)/T]|,

    the identity over S for S = T, an average where the source is faster, a repetition
    where it is slower.

    Args:
        cost: Shape (batch, source, target). It decides nothing; what the plan costs
            by it is reported.
        source_mask: True for the S tokens that are there; None: all are.
        target_mask: True for the T tokens that are there.

    Raises:
        ValueError: As `read_problem`.
    """
    problem = read_problem(cost, source_mask=source_mask, target_mask=target_mask)
    start, stop = _spans(problem.source > 0, cost.detach())
    target_start, target_stop = _spans(problem.target > 0, cost.detach())
    overlap = torch.minimum(stop.unsqueeze(2), target_stop.unsqueeze(1))
    overlap = overlap - torch.maximum(start.unsqueeze(2), target_start.unsqueeze(1))
    both = (problem.source > 0).unsqueeze(2) & (problem.target > 0).unsqueeze(1)
    coupling = torch.where(both, overlap, 0.0).clamp(min=0)
    error = problem.marginal_error(coupling)
    return TransportPlan(
        coupling=coupling,
        marginal_error=error,
        converged=torch.ones_like(error, dtype=torch.bool),
        iterations=torch.zeros_like(error, dtype=torch.int64),
        cost=problem.cost_of(coupling),
    )


def _spans(there: Bool[Tensor, "batch token"], like: Tensor) -> tuple[Tensor, Tensor]:
    """Return where each token's share of the unit of time starts and stops."""
    stop = there.cumsum(dim=1).to(like)
    count = there.sum(dim=1, keepdim=True).clamp(min=1).to(like)
    return (stop - 1) / count, stop / count
