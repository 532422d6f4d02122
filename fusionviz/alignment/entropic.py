"""The solver behind `sinkhorn`: annealed sweeps and Newton steps.

Three things, each slow or unsafe alone, work together on the semi-dual:

- annealing: the solution at a large ε, found in a few sweeps, starts a smaller one
  (Kosowsky & Yuille 1994);
- sweeps: Sinkhorn's, cheap, in the scaling domain from a plan made in the log domain;
- Newton steps, where the sweeps would take longer than a step costs.

Items of a batch pass through the stages at their own pace, and leave when done.
"""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from fusionviz.alignment.plan import ConvergenceCurve
from fusionviz.alignment.problem import TransportProblem
from fusionviz.alignment.semidual import SemiDual

FIRST_STAGE = 16.0  # the first ε is the range of the cost divided by this
ANNEALING = 4.0  # ratio of one stage's ε to the next
STAGE_TOLERANCE = 0.05  # marginal error at which a stage hands over to the next
SWEEPS = 16  # between two checks of the error
NEWTON_PRICE = 0.25  # sweeps that a Newton step costs, per source token


@dataclass(frozen=True, kw_only=True, eq=False)
class EntropicSolution:
    """The plan of each item, in float64, with what the solver knows of it.

    Attributes:
        coupling: P, shape (batch, source, target).
        f: Source potential, shape (batch, source), 0 at tokens without mass.
        g: Target potential, shape (batch, target), the same.
        iterations: Sweeps and Newton steps spent on each item, shape (batch,).
        curve: The marginal errors on the way.
    """

    coupling: Float[Tensor, "batch source target"]
    f: Float[Tensor, "batch source"]
    g: Float[Tensor, "batch target"]
    iterations: Int[Tensor, " batch"]
    curve: ConvergenceCurve

    @property
    def mT(self) -> "EntropicSolution":  # noqa: N802 - torch's name
        """The same solution with source and target exchanged."""
        return replace(self, coupling=self.coupling.mT.contiguous(), f=self.g, g=self.f)


@torch.no_grad()
def solve_entropic(
    problem: TransportProblem, *, epsilon: float, tolerance: float, max_iterations: int
) -> EntropicSolution:
    """Return the entropic plans of a batch.

    Args:
        problem: What to transport.
        epsilon: Regularisation ε > 0, in the unit of the cost.
        tolerance: Marginal error at which an item is done.
        max_iterations: Sweeps and Newton steps that an item may take.
    """
    if problem.cost.shape[-2] > problem.cost.shape[-1]:
        # A Newton step solves a system of the source's size: take the smaller side.
        return solve_entropic(
            problem.mT,
            epsilon=epsilon,
            tolerance=tolerance,
            max_iterations=max_iterations,
        ).mT
    cost = problem.cost.double()
    spread = cost.amax(dim=(-2, -1)) - cost.amin(dim=(-2, -1))
    items = SemiDual.of(problem, (spread / FIRST_STAGE).clamp(min=epsilon))
    record = _Record(items)
    items = items.select(items.a.any(dim=-1))
    while len(items.index):
        error = items.error()
        record.check(items, error)
        annealing = items.epsilon > epsilon
        spent = items.iterations >= max_iterations
        done = ~annealing & (spent | (error <= tolerance))
        lower = annealing & (spent | (error <= STAGE_TOLERANCE))
        if done.any():
            record.finish(items.select(done))
            items = items.select(~done)
        elif lower.any():
            # An item whose iterations are spent goes on down, since it answers for
            # the last stage.
            next_stage = (items.epsilon / ANNEALING).clamp(min=epsilon)
            items.epsilon = torch.where(lower, next_stage, items.epsilon)
            items.move(items.f)
        else:
            goal = torch.where(annealing, STAGE_TOLERANCE, tolerance)
            _advance(items, error, goal, max_iterations)
    return record.solution()


def _advance(items: SemiDual, error: Tensor, goal: Tensor, max_iterations: int) -> None:
    """Sweep all items, and take a Newton step where more sweeps would be dearer."""
    sweeps = min(SWEEPS, max_iterations - int(items.iterations.max()))
    items.sweep(sweeps)
    swept = items.error()
    fall_a_sweep = (error / swept).log() / sweeps
    sweeps_to_go = (swept / goal).log() / fall_a_sweep.clamp(min=1e-12)
    dear = sweeps_to_go > NEWTON_PRICE * items.a.shape[-1]
    dear &= items.iterations < max_iterations
    if dear.any():
        slow = items.select(dear)
        slow.step_newton()
        items.put(dear, slow)


class _Record:
    """What is kept of each item, in the order of the batch."""

    def __init__(self, items: SemiDual) -> None:
        self._coupling = torch.zeros_like(items.plan)
        self._f, self._g = torch.zeros_like(items.a), torch.zeros_like(items.b)
        # An item without mass is never checked: it is right from the start.
        self._now = (
            items.iterations.clone(),
            items.epsilon.clone(),
            torch.zeros_like(items.epsilon),
        )
        self._checks: list[tuple[Tensor, Tensor, Tensor]] = []

    def check(self, items: SemiDual, error: Tensor) -> None:
        """Note where the items are; the others stay where they were."""
        found = (items.iterations, items.epsilon, error)
        iterations, epsilon, errors = (
            now.index_copy(0, items.index, new)
            for now, new in zip(self._now, found, strict=True)
        )
        self._now = (iterations, epsilon, errors)
        self._checks.append(self._now)

    def finish(self, items: SemiDual) -> None:
        """Keep the plans of items that are done."""
        self._coupling[items.index] = items.plan
        self._f[items.index] = torch.where(items.a > 0, items.f, 0.0)
        self._g[items.index] = torch.where(items.b > 0, items.g, 0.0)

    def solution(self) -> EntropicSolution:
        """Return it all."""
        checks = zip(*(self._checks or [self._now]), strict=True)
        iterations, epsilon, errors = (torch.stack(each, dim=-1) for each in checks)
        return EntropicSolution(
            coupling=self._coupling,
            f=self._f,
            g=self._g,
            iterations=self._now[0],
            curve=ConvergenceCurve(
                iterations=iterations, epsilon=epsilon, errors=errors
            ),
        )
