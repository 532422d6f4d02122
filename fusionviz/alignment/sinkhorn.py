"""Entropic optimal transport.

    min <C, P> + ε sum_ij P_ij (log P_ij - 1)   over   P 1 = a,  Pᵀ 1 = b

(Cuturi 2013). The solution is P_ij = exp((f_i + g_j - C_ij) / ε) with the potentials f
and g of the dual. A small ε gives a plan close to the exact one, and a hard problem; a
large ε gives a blurred plan, in the limit a ⊗ b.

Gradients go through the solution, not through the iterations. While the marginals
stay what they are, a change dC moves the plan by dP = P ∘ (df ⊕ dg - dC) / ε, with the
df and dg that leave its row and column sums at 0. The adjoint of that projection takes
a gradient G of the plan to

    dL/dC = P ∘ (α ⊕ β - G) / ε,   α, β = argmin sum_ij P_ij (α_i + β_j - G_ij)²

so `backward` costs one symmetric linear system of the smaller side (Luise et al. 2018).
"""

from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.autograd.function import once_differentiable

from fusionviz.alignment.entropic import solve_entropic
from fusionviz.alignment.plan import TransportPlan
from fusionviz.alignment.problem import read_problem

# Share of the tolerance that the solver may use up; the rest is for the rounding of
# the coupling to the type of the cost.
SOLVER_SHARE = 0.9
# Keeps the linear system of `backward` regular where the plan falls into parts; only
# the constants that α and β may trade depend on it.
REGULAR = 1e-12


def sinkhorn(
    cost: Float[Tensor, "batch source target"],
    *,
    epsilon: float = 0.05,
    tolerance: float = 1e-6,
    max_iterations: int = 2000,
    source_weights: Float[Tensor, "batch source"] | None = None,
    target_weights: Float[Tensor, "batch target"] | None = None,
    source_mask: Bool[Tensor, "batch source"] | None = None,
    target_mask: Bool[Tensor, "batch target"] | None = None,
) -> TransportPlan:
    """Return the plan of entropic optimal transport.

    Cuturi 2013, by annealed Sinkhorn sweeps and Newton steps in float64 (see
    `entropic`). The coupling and its cost are differentiable in the cost matrix, once;
    the weights count as constants, and `epsilon` too. The gradient is that of the
    converged plan, so trust it where `converged` is true.

    >>> cost = torch.tensor([[[0.1, 0.9], [0.2, 0.3]]], dtype=torch.float64)
    >>> plan = sinkhorn(cost, epsilon=0.1)
    >>> plan.coupling
    tensor([[[0.4853, 0.0147],
             [0.0147, 0.4853]]], dtype=torch.float64)
    >>> plan.converged.item(), plan.marginal_error.item() < 1e-6
    (True, True)

    Args:
        cost: Any real cost, shape (batch, source, target); its type and device are
            those of the coupling.
        epsilon: Regularisation ε > 0, in the unit of the cost.
        tolerance: Marginal error at which an item is done. The coupling is rounded
            to the type of the cost, so float32 cannot go much below 1e-7.
        max_iterations: Sweeps and Newton steps that an item may take.
        source_weights: Mass of each source, scaled to 1 an item; None: equal.
        target_weights: Mass of each target, scaled to 1 an item; None: equal.
        source_mask: True where a source token is there; the others send nothing.
        target_mask: True where a target token is there; the others get nothing.

    Returns:
        Plan with potentials, and with the curve of the marginal error. `converged` is
        whether the coupling, as it was returned, keeps the tolerance; where the
        iterations ran out, it is what they led to, and `marginal_error` how good.

    Raises:
        ValueError: If epsilon, tolerance or max_iterations is not above 0, and as
            `read_problem`.
    """
    limits = {"epsilon": epsilon, "tolerance": tolerance}
    for name, value in (limits | {"max_iterations": max_iterations}).items():
        if not 0 < value < float("inf"):
            raise ValueError(f"{name} must be above 0 and finite, got {value}")
    problem = read_problem(
        cost,
        source_weights=source_weights,
        target_weights=target_weights,
        source_mask=source_mask,
        target_mask=target_mask,
    )
    solution = solve_entropic(
        problem,
        epsilon=epsilon,
        tolerance=SOLVER_SHARE * tolerance,
        max_iterations=max_iterations,
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
        return plan.to(cost.dtype, copy=True)

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any,  # noqa: ANN401 - torch gives it no type
        grad: Tensor,
    ) -> tuple[Tensor, None, None]:
        (plan,) = ctx.saved_tensors
        gradient = _remove_marginals(plan, grad.to(plan)) / ctx.epsilon
        return gradient.to(grad.dtype), None, None


def _remove_marginals(
    plan: Float[Tensor, "batch source target"],
    grad: Float[Tensor, "batch source target"],
) -> Float[Tensor, "batch source target"]:
    """Return P ∘ (α ⊕ β - G), whose row and column sums are 0."""
    if plan.shape[-2] > plan.shape[-1]:
        return _remove_marginals(plan.mT, grad.mT).mT
    sent, received = plan.sum(dim=-1), plan.sum(dim=-2)
    per_received = torch.where(received > 0, 1 / received, 0.0)
    weighted = plan * grad
    rows, columns = weighted.sum(dim=-1), weighted.sum(dim=-2) * per_received
    laplacian = -(plan * per_received.unsqueeze(-2)) @ plan.mT
    laplacian.diagonal(dim1=-2, dim2=-1).add_((1 + REGULAR) * sent + (sent == 0))
    right = rows - (plan @ columns.unsqueeze(-1)).squeeze(-1)
    alpha = torch.linalg.solve(laplacian, right)
    beta = columns - per_received * (plan.mT @ alpha.unsqueeze(-1)).squeeze(-1)
    return plan * (alpha.unsqueeze(-1) + beta.unsqueeze(-2) - grad)
