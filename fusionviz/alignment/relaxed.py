"""Optimal transport without the column constraint, as AlignMamba uses it.

    min <C, P>  over  P >= 0, P 1 = a

falls apart into rows, and each row sends all its mass to its cheapest target (Li et
al. 2025, eq. 5): the price is that some targets get too much and others nothing.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from fusionviz.alignment.plan import TransportPlan
from fusionviz.alignment.problem import TransportProblem, read_problem


def relaxed_transport(
    cost: Float[Tensor, "batch source target"],
    *,
    source_weights: Float[Tensor, "batch source"] | None = None,
    target_weights: Float[Tensor, "batch target"] | None = None,
    source_mask: Bool[Tensor, "batch source"] | None = None,
    target_mask: Bool[Tensor, "batch target"] | None = None,
) -> TransportPlan:
    """Return the plan that sends each source token to its cheapest target.

    Optimal transport without the column constraint (Li et al. 2025, eq. 5). The
    coupling is piecewise constant in the cost, so no gradient flows through it.

    >>> plan = relaxed_transport(torch.tensor([[[0.1, 0.9], [0.2, 0.3]]]))
    >>> plan.coupling.tolist()
    [[[0.5, 0.0], [0.5, 0.0]]]
    >>> plan.marginal_error.tolist()
    [1.0]

    Args:
        cost: Any real cost, shape (batch, source, target).
        source_weights: Mass of each source, scaled to 1 an item; None: equal.
        target_weights: Mass that each target should get. It moves nothing here, it
            only enters `marginal_error`; but a target of mass 0 is never chosen.
        source_mask: True where a source token is there; the others send nothing.
        target_mask: True where a target token is there; the others get nothing.

    Returns:
        Coupling of mass 1 an item: 1/source at the row's minimum (the first of
        several), else 0. `marginal_error` says what dropping the column constraint
        did. `converged` is true, since this is a closed form.

    Raises:
        ValueError: As `read_problem`.
    """
    problem = read_problem(
        cost,
        source_weights=source_weights,
        target_weights=target_weights,
        source_mask=source_mask,
        target_mask=target_mask,
    )
    absent = (problem.target == 0).unsqueeze(-2)
    reachable = problem.cost.detach()
    if absent.any():
        reachable = reachable.masked_fill(absent, torch.inf)
    cheapest = reachable.argmin(dim=-1, keepdim=True)
    sent = problem.source.unsqueeze(-1).to(reachable)
    coupling = torch.zeros_like(reachable).scatter_(-1, cheapest, sent)
    error = _marginal_error(problem, cheapest.squeeze(-1), sent.squeeze(-1))
    return TransportPlan(
        coupling=coupling,
        marginal_error=error,
        converged=torch.ones_like(error, dtype=torch.bool),
        iterations=torch.zeros_like(error, dtype=torch.int64),
        cost=(problem.cost.gather(-1, cheapest) * sent).sum(dim=(-2, -1)),
    )


def _marginal_error(
    problem: TransportProblem, cheapest: Tensor, sent: Tensor
) -> Float[Tensor, " batch"]:
    """Return the marginal error of a plan with one entry a row, from these alone."""
    sent = sent.double()
    received = torch.zeros_like(problem.target).scatter_add(-1, cheapest, sent)
    source_error = (sent - problem.source).abs().sum(dim=-1)
    return source_error + (received - problem.target).abs().sum(dim=-1)
