"""The semi-dual of entropic transport: its value, its sweeps, its Newton steps.

Maximising the dual over g leaves a smooth concave function of f alone,

    D(f) = <a, f> + <b, g(f)>,   g_j = ε (log b_j - logsumexp_i (f_i - C_ij) / ε)

whose plan P_ij = exp((f_i + g_j - C_ij) / ε) has exact columns. Its gradient is the
error of the rows, a - P 1, and minus its Hessian is a graph Laplacian,

    (diag(P 1) - P diag(1/b) Pᵀ) / ε

(Cuturi & Peyré 2016; Brauer et al. 2017). Everything here is float64.
"""

from dataclasses import dataclass, fields
from typing import Self

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from fusionviz.alignment.problem import TransportProblem

DAMPING = 1e-3  # of a Newton step, relative to the marginal error
ROUNDING = 1e-14  # of D, relative to the potentials
SUFFICIENT = 1e-4  # share of the promised rise of D that a step must bring
BACKTRACKS = 10  # of the line search, each to a quarter of the step


@dataclass(kw_only=True, eq=False)
class SemiDual:
    """A batch of semi-dual problems, each at its own f and ε.

    Attributes:
        index: Where each item came from, shape (batch,).
        cost: C, shape (batch, source, target); infinite in rows without mass, which
            keeps them out of the plan whatever f is there.
        a: Mass of the sources, shape (batch, source).
        b: Mass of the targets, shape (batch, target).
        epsilon: ε in the unit of the cost, shape (batch,).
        iterations: Sweeps and Newton steps so far, shape (batch,).
        f: Source potential, shape (batch, source).
        g: Target potential that belongs to f, shape (batch, target).
        plan: P, shape (batch, source, target).
    """

    index: Int[Tensor, " batch"]
    cost: Float[Tensor, "batch source target"]
    a: Float[Tensor, "batch source"]
    b: Float[Tensor, "batch target"]
    epsilon: Float[Tensor, " batch"]
    iterations: Int[Tensor, " batch"]
    f: Float[Tensor, "batch source"]
    g: Float[Tensor, "batch target"]
    plan: Float[Tensor, "batch source target"]

    @classmethod
    def of(cls, problem: TransportProblem, epsilon: Float[Tensor, " batch"]) -> Self:
        """Return a batch of problems at f = 0."""
        cost = problem.cost.double()
        index = torch.arange(len(cost), device=cost.device)
        items = cls(
            index=index,
            cost=cost.masked_fill((problem.source == 0).unsqueeze(-1), torch.inf),
            a=problem.source,
            b=problem.target,
            epsilon=epsilon,
            iterations=torch.zeros_like(index),
            f=torch.zeros_like(problem.source),
            g=torch.zeros_like(problem.target),
            plan=torch.zeros_like(cost),
        )
        items.move(items.f)
        return items

    def select(self, chosen: Bool[Tensor, " batch"]) -> Self:
        """Return the chosen items; all of them without a copy."""
        if chosen.all():
            return self
        return type(self)(
            **{field.name: getattr(self, field.name)[chosen] for field in fields(self)}
        )

    def put(self, chosen: Bool[Tensor, " batch"], items: Self) -> None:
        """Take over what became of the items that `select` gave."""
        if items is self:
            return
        for name in ("iterations", "f", "g", "plan"):
            getattr(self, name)[chosen] = getattr(items, name)

    def error(self) -> Float[Tensor, " batch"]:
        """Return the marginal error, which is that of the rows."""
        return (self.plan.sum(dim=-1) - self.a).abs().sum(dim=-1)

    def value(self) -> Float[Tensor, " batch"]:
        """Return D(f)."""
        return (self.a * self.f).sum(dim=-1) + (self.b * self.g).sum(dim=-1)

    def move(self, f: Float[Tensor, "batch source"]) -> None:
        """Set f, and make the g and the plan that belong to it and to ε."""
        epsilon = self.epsilon[:, None, None]
        exponent = (f.unsqueeze(-1) - self.cost).div_(epsilon)
        top = exponent.amax(dim=-2, keepdim=True)
        kernel = exponent.sub_(top).exp_()
        mass = kernel.sum(dim=-2, keepdim=True)
        b = self.b.unsqueeze(-2)
        log_b = torch.where(b > 0, b, 1.0).log()
        self.f, self.plan = f, kernel.mul_(b / mass)
        self.g = (epsilon * (log_b - top - mass.log())).squeeze(-2)

    def sweep(self, count: int) -> None:
        """Do Sinkhorn's sweeps u = a / (P v), v = b / (Pᵀ u), and absorb them into f.

        In the scaling domain a sweep is two matrix-vector products and no
        exponential (Schmitzer 2019). An item that leaves the range of float64 stays.
        """
        to_target, to_source = self.plan, self.plan.mT.contiguous()
        a, b = self.a.unsqueeze(-2), self.b.unsqueeze(-2)
        # Tokens without mass would divide 0 by 0.
        no_a, no_b = (a == 0).to(a), (b == 0).to(b)
        v = torch.ones_like(b)
        for _ in range(count):
            u = a / torch.baddbmm(no_a, v, to_source)
            v = b / torch.baddbmm(no_b, u, to_target)
        log_u = torch.where(self.a > 0, u.squeeze(-2).log(), 0.0)
        in_range = log_u.isfinite().all(dim=-1, keepdim=True)
        self.iterations += count
        self.move(self.f + self.epsilon.unsqueeze(-1) * log_u.where(in_range, 0.0))

    def step_newton(self) -> None:
        """Take one damped Newton step, shortened until D rises."""
        start, value = self.f, self.value()
        direction = self._newton_direction()
        rise = ((self.a - self.plan.sum(dim=-1)) * direction).sum(dim=-1)
        rounding = ROUNDING * (
            self.f.abs().amax(dim=-1) + self.g.abs().amax(dim=-1) + self.epsilon
        )
        step = torch.ones_like(value)
        for _ in range(BACKTRACKS):
            self.move(start + step.unsqueeze(-1) * direction)
            rose = self.value() - value >= SUFFICIENT * step * rise - rounding
            if rose.all():
                break
            step = torch.where(rose, step, step / 4)
        else:
            self.move(start + torch.where(rose, step, 0.0).unsqueeze(-1) * direction)
        self.iterations += 1

    def _newton_direction(self) -> Float[Tensor, "batch source"]:
        """Return the change of f; 0 where the system cannot be solved."""
        sent = self.plan.sum(dim=-1)
        missing = self.a - sent
        damping = DAMPING * missing.abs().sum(dim=-1, keepdim=True) * self.a
        per_b = torch.where(self.b > 0, 1 / self.b, 0.0).unsqueeze(-2)
        hessian = -(self.plan * per_b) @ self.plan.mT
        hessian.diagonal(dim1=-2, dim2=-1).add_(sent + damping + (self.a == 0))
        factor, failed = torch.linalg.cholesky_ex(hessian)
        solved = torch.cholesky_solve(missing.unsqueeze(-1), factor).squeeze(-1)
        usable = (failed == 0) & solved.isfinite().all(dim=-1)
        return self.epsilon.unsqueeze(-1) * solved.where(usable.unsqueeze(-1), 0.0)
