"""What a transport solver returns."""

from dataclasses import dataclass

from jaxtyping import Bool, Float, Int
from torch import Tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class ConvergenceCurve:
    """How the marginal error of an iterative solver fell.

    Attributes:
        iterations: Iterations that an item had taken at each check, shape (batch,
            check). For an item that is done, the last check is repeated.
        epsilon: Entropic regularisation at each check, the same shape: annealing
            starts above the one that was asked for.
        errors: Marginal error at each check, of the plan for that epsilon.
    """

    iterations: Int[Tensor, "batch check"]
    epsilon: Float[Tensor, "batch check"]
    errors: Float[Tensor, "batch check"]


@dataclass(frozen=True, kw_only=True, eq=False)
class TransportPlan:
    """A coupling of source and target tokens, and how far it can be trusted.

    Attributes:
        coupling: Mass P sent from each source to each target, shape (batch, source,
            target), in the type and on the device of the cost.
        marginal_error: ‖P 1 - a‖₁ + ‖Pᵀ 1 - b‖₁ of this very coupling, summed in
            float64, shape (batch,). The mass of an item is 1.
        converged: Whether the solver did what it was asked to, shape (batch,).
        iterations: Iterations spent on each item, shape (batch,); 0 in closed form.
        cost: <C, P>, shape (batch,), in the unit of the cost matrix.
        curve: The way to convergence, of an iterative solver.
        source_potential: Dual potential f in the unit of the cost, shape (batch,
            source), 0 at tokens without mass; of a solver that has it.
        target_potential: Dual potential g, shape (batch, target).
    """

    coupling: Float[Tensor, "batch source target"]
    marginal_error: Float[Tensor, " batch"]
    converged: Bool[Tensor, " batch"]
    iterations: Int[Tensor, " batch"]
    cost: Float[Tensor, " batch"]
    curve: ConvergenceCurve | None = None
    source_potential: Float[Tensor, "batch source"] | None = None
    target_potential: Float[Tensor, "batch target"] | None = None
