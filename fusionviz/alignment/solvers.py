"""The solvers by name: one place where a choice of solver becomes a plan."""

from typing import Any, Literal, get_args

from jaxtyping import Bool, Float
from torch import Tensor

from fusionviz.alignment.clock import clock_plan
from fusionviz.alignment.exact import exact_transport
from fusionviz.alignment.plan import TransportPlan
from fusionviz.alignment.relaxed import relaxed_transport
from fusionviz.alignment.sinkhorn import sinkhorn

Solver = Literal["relaxed", "sinkhorn", "exact"]
"""The solvers that ask the cost."""

SOLVERS: tuple[Solver, ...] = get_args(Solver)

Aligner = Literal["relaxed", "sinkhorn", "exact", "clock"]
"""All that makes a plan: the solvers, and the clock, which asks no cost."""

ALIGNERS: tuple[Aligner, ...] = get_args(Aligner)

EPSILON = 0.05
"""Regularisation of Sinkhorn where nobody sets another, in the unit of the cost."""

TOLERANCE = 1e-6
"""Marginal error at which Sinkhorn is done where nobody sets another."""

MAX_ITERATIONS = 2000
"""Sweeps and Newton steps after which Sinkhorn stops where nobody sets others."""


def solve(
    name: Aligner,
    cost: Float[Tensor, "batch source target"],
    *,
    epsilon: float = EPSILON,
    tolerance: float = TOLERANCE,
    max_iterations: int = MAX_ITERATIONS,
    source_weights: Float[Tensor, "batch source"] | None = None,
    target_weights: Float[Tensor, "batch target"] | None = None,
    source_mask: Bool[Tensor, "batch source"] | None = None,
    target_mask: Bool[Tensor, "batch target"] | None = None,
) -> TransportPlan:
    """Return the plan of the solver of that name.

    >>> import torch
    >>> cost = torch.tensor([[[0.0, 1.0], [0.2, 0.5]]])
    >>> solve("relaxed", cost).coupling.tolist()
    [[[0.5, 0.0], [0.5, 0.0]]]
    >>> solve("clock", cost).coupling.tolist()
    [[[0.5, 0.0], [0.0, 0.5]]]

    Args:
        name: `relaxed`, `sinkhorn`, `exact` or `clock`.
        cost: Any real cost, shape (batch, source, target).
        epsilon: Of Sinkhorn, as `sinkhorn` takes it; the others do not look at it.
        tolerance: The same.
        max_iterations: The same.
        source_weights: Mass of each source, scaled to 1 an item; None: equal.
        target_weights: Mass of each target; None: equal.
        source_mask: True where a source token is there.
        target_mask: True where a target token is there.

    Raises:
        ValueError: There is no such solver, the clock is given weights, and as the
            solvers.
    """
    masks: dict[str, Any] = {"source_mask": source_mask, "target_mask": target_mask}
    if name == "clock":
        if source_weights is not None or target_weights is not None:
            raise ValueError("the clock takes no weights: its steps are equal")
        return clock_plan(cost, **masks)
    mass = {"source_weights": source_weights, "target_weights": target_weights, **masks}
    if name == "sinkhorn":
        return sinkhorn(
            cost,
            epsilon=epsilon,
            tolerance=tolerance,
            max_iterations=max_iterations,
            **mass,
        )
    if name == "exact":
        return exact_transport(cost, **mass)
    if name == "relaxed":
        return relaxed_transport(cost, **mass)
    raise ValueError(f"a solver is {', '.join(ALIGNERS)}, got {name!r}")
