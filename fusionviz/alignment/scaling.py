"""The iterations behind `sinkhorn`."""

from dataclasses import dataclass

import torch
from torch import Tensor

from fusionviz.alignment.plan import ConvergenceCurve
from fusionviz.alignment.problem import TransportProblem


@dataclass(frozen=True, kw_only=True, eq=False)
class Solution:
    """What the solver found, in float64."""

    coupling: Tensor
    f: Tensor
    g: Tensor
    iterations: Tensor
    curve: ConvergenceCurve


@torch.no_grad()
def solve(
    problem: TransportProblem, *, epsilon: float, tolerance: float, max_iterations: int
) -> Solution:
    """Return the entropic plan."""
    cost = problem.cost.double()
    log_a, log_b = problem.source.log(), problem.target.log()
    f, g = torch.zeros_like(log_a), torch.zeros_like(log_b)
    checks, errors = [], []
    for iteration in range(1, max_iterations + 1):
        rows = torch.logsumexp((g.unsqueeze(-2) - cost) / epsilon, dim=-1)
        f = torch.where(problem.source > 0, epsilon * (log_a - rows), -torch.inf)
        columns = torch.logsumexp((f.unsqueeze(-1) - cost) / epsilon, dim=-2)
        g = torch.where(problem.target > 0, epsilon * (log_b - columns), -torch.inf)
        if iteration % 10 == 0 or iteration == max_iterations:
            plan = ((f.unsqueeze(-1) + g.unsqueeze(-2) - cost) / epsilon).exp()
            checks.append(iteration)
            errors.append(problem.marginal_error(plan))
            if (errors[-1] <= tolerance).all():
                break
    return Solution(
        coupling=plan,
        f=torch.where(problem.source > 0, f, 0.0),
        g=torch.where(problem.target > 0, g, 0.0),
        iterations=torch.full_like(errors[-1], checks[-1], dtype=torch.int64),
        curve=ConvergenceCurve(
            iterations=torch.tensor(checks),
            epsilon=torch.full((len(checks),), epsilon, dtype=torch.float64),
            errors=torch.stack(errors, dim=-1),
        ),
    )
