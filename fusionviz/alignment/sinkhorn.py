"""Entropic optimal transport.

    min <C, P> + ε sum_ij P_ij (log P_ij / (a_i b_j) - 1)   over  P 1 = a, Pᵀ 1 = b

(Cuturi 2013). The solution has the form P_ij = exp((f_i + g_j - C_ij) / ε), with f and
g the dual potentials, here with log a and log b taken into them.

Gradients go through the solution, not through the iterations. Where the marginals
stay as they are, a change dC moves the plan by dP = P ∘ (df ⊕ dg - dC) / ε, with df and
dg such that dP has zero row and column sums. The adjoint of that projection sends a
gradient G of the plan to

    dL/dC = P ∘ (α ⊕ β - G) / ε,   α ⊕ β = argmin sum_ij P_ij (α_i + β_j - G_ij)²

so one symmetric linear system of the smaller side is all that `backward` costs.
"""

from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.autograd.function import once_differentiable

from fusionviz.alignment.plan import TransportPlan
from fusionviz.alignment.problem import read_problem
from fusionviz.alignment.scaling import solve


def sinkhorn(
    cost: Float[Tensor, "batch source target"],
    *,
    epsilon: float = 0.05,
    tolerance: float = 1e-6,
    max_iterations: int = 10_000,
    source_weights: Float[Tensor, "batch source"] | None = None,
    target_weights: Float[Tensor, "batch target"] | None = None,
    source_mask: Bool[Tensor, "batch source"] | None = None,
    target_mask: Bool[Tensor, "batch target"] | None = None,
) -> TransportPlan:
    """Return the entropic plan of each item."""
    problem = read_problem(
        cost,
        source_weights=source_weights,
        target_weights=target_weights,
        source_mask=source_mask,
        target_mask=target_mask,
    )
    solution = solve(
        problem, epsilon=epsilon, tolerance=tolerance, max_iterations=max_iterations
    )
    coupling = _ImplicitPlan.apply(problem.cost, solution.coupling, epsilon)
    error = problem.marginal_error(coupling)
    return TransportPlan(
        coupling=coupling,
        marginal_error=error,
        converged=error <= tolerance,
        iterations=solution.iterations,
        cost=problem.cost_of(coupling),
        curve=solution.curve,
        source_potential=solution.f,
        target_potential=solution.g,
    )


class _ImplicitPlan(torch.autograd.Function):
    """The solved plan as a function of the cost that it solves."""

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401 - torch gives it no type
        cost: Tensor,
        plan: Tensor,
        epsilon: float,
    ) -> Tensor:
        ctx.save_for_backward(plan)
        ctx.epsilon = epsilon
        return plan.to(cost.dtype)

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any,  # noqa: ANN401 - torch gives it no type
        grad: Tensor,
    ) -> tuple[Tensor, None, None]:
        (plan,) = ctx.saved_tensors
        gradient = _project(plan, grad.to(plan)) / ctx.epsilon
        return gradient.to(grad.dtype), None, None


def _project(plan: Tensor, grad: Tensor) -> Tensor:
    """Return P ∘ (α ⊕ β - G), which has zero row and column sums."""
    if plan.shape[-2] > plan.shape[-1]:
        return _project(plan.mT, grad.mT).mT
    sent, received = plan.sum(dim=-1), plan.sum(dim=-2)
    per_received = torch.where(received > 0, 1 / received, 0.0)
    weighted = plan * grad
    rows, columns = weighted.sum(dim=-1), weighted.sum(dim=-2)
    conditional = plan * per_received.unsqueeze(-2)
    # α is known up to a constant, and not at all where nothing is sent: rank-one and
    # diagonal terms make those choices, and leave the projection as it is.
    normal = sent.diag_embed() - conditional @ plan.mT
    normal = normal + sent.unsqueeze(-1) * sent.unsqueeze(-2)
    normal = normal + (sent == 0).to(plan).diag_embed()
    right = rows - (conditional @ columns.unsqueeze(-1)).squeeze(-1)
    alpha = torch.linalg.solve(normal, right)
    beta = columns - (plan.mT @ alpha.unsqueeze(-1)).squeeze(-1)
    beta = per_received * beta
    return plan * (alpha.unsqueeze(-1) + beta.unsqueeze(-2) - grad)
