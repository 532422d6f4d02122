"""Optimal transport without regularisation.

    min <C, P>  over  P >= 0, P 1 = a, Pᵀ 1 = b

by the network simplex of POT (Flamary et al. 2021), one item at a time on the CPU.
"""

from types import ModuleType

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from fusionviz.alignment.late import import_pot
from fusionviz.alignment.plan import TransportPlan
from fusionviz.alignment.problem import read_problem


def exact_transport(
    cost: Float[Tensor, "batch source target"],
    *,
    source_weights: Float[Tensor, "batch source"] | None = None,
    target_weights: Float[Tensor, "batch target"] | None = None,
    source_mask: Bool[Tensor, "batch source"] | None = None,
    target_mask: Bool[Tensor, "batch target"] | None = None,
    max_iterations: int = 1_000_000,
) -> TransportPlan:
    """Return a cheapest plan that keeps both marginals.

    The linear program of Kantorovich, solved in float64 by POT's network simplex. The
    coupling is a vertex: at most source + target - 1 entries are not 0. It is
    piecewise constant in the cost, so no gradient flows through it.

    >>> plan = exact_transport(torch.tensor([[[0.1, 0.9], [0.2, 0.3]]]))
    >>> plan.coupling.tolist()
    [[[0.5, 0.0], [0.0, 0.5]]]
    >>> plan.cost.tolist()
    [0.20000000298023224]

    Args:
        cost: Any real cost, shape (batch, source, target).
        source_weights: Mass of each source, scaled to 1 an item; None: equal.
        target_weights: Mass of each target, scaled to 1 an item; None: equal.
        source_mask: True where a source token is there; the others send nothing.
        target_mask: True where a target token is there; the others get nothing.
        max_iterations: Limit on the simplex; `converged` says whether it was enough.

    Raises:
        ValueError: As `read_problem`.
        ModuleNotFoundError: If POT is not installed.
    """
    problem = read_problem(
        cost,
        source_weights=source_weights,
        target_weights=target_weights,
        source_mask=source_mask,
        target_mask=target_mask,
    )
    ot = import_pot()
    solved = [
        _solve_one(ot, *item, max_iterations)
        for item in zip(
            problem.source.cpu(),
            problem.target.cpu(),
            problem.cost.detach().double().cpu(),
            strict=True,
        )
    ]
    coupling = torch.stack([one for one, _ in solved]).to(cost)
    error = problem.marginal_error(coupling)
    return TransportPlan(
        coupling=coupling,
        marginal_error=error,
        converged=torch.tensor([optimal for _, optimal in solved], device=cost.device),
        iterations=torch.zeros_like(error, dtype=torch.int64),
        cost=problem.cost_of(coupling),
    )


def _solve_one(
    ot: ModuleType, source: Tensor, target: Tensor, cost: Tensor, max_iterations: int
) -> tuple[Tensor, bool]:
    """Return one item's coupling among the tokens that have mass, and if optimal."""
    coupling = torch.zeros_like(cost)
    rows, columns = source.nonzero().squeeze(-1), target.nonzero().squeeze(-1)
    if not rows.numel():
        return coupling, True
    dense, log = ot.emd(
        source[rows].numpy(),
        target[columns].numpy(),
        cost[rows][:, columns].contiguous().numpy(),
        numItermax=max_iterations,
        log=True,
    )
    coupling[rows.unsqueeze(-1), columns] = torch.from_numpy(dense)
    return coupling, log["warning"] is None
