"""What a transport solver is asked: a cost, and the mass on either side of it.

A plan moves the mass a of the source tokens to the mass b of the target tokens:

    coupling P >= 0,   P 1 = a,   Pᵀ 1 = b,   cost <C, P> = sum_ij C_ij P_ij

Every item of a batch carries mass 1, shared evenly by its tokens unless weights say
otherwise. Tokens that are padding, or whose modality is missing, weigh 0. An item
that lacks one side altogether has the empty plan: all zeros, and nothing left to do.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class TransportProblem:
    """A cost and two marginals.

    Attributes:
        cost: C, shape (batch, source, target), in the type it came in, float32 at
            least; 0 where a token without mass is involved, whatever stood there.
        source: Mass a of each source token, float64, shape (batch, source); sums to 1
            an item, or is 0 where the item lacks a side.
        target: Mass b of each target token, float64, shape (batch, target).
    """

    cost: Float[Tensor, "batch source target"]
    source: Float[Tensor, "batch source"]
    target: Float[Tensor, "batch target"]

    @property
    def mT(self) -> "TransportProblem":  # noqa: N802 - torch's name
        """The same problem with source and target exchanged."""
        return TransportProblem(
            cost=self.cost.mT, source=self.target, target=self.source
        )

    def marginal_error(
        self, coupling: Float[Tensor, "batch source target"]
    ) -> Float[Tensor, " batch"]:
        """Return ‖P 1 - a‖₁ + ‖Pᵀ 1 - b‖₁ of each item, summed in float64."""
        sent = coupling.detach().sum(dim=-1, dtype=torch.float64)
        received = coupling.detach().sum(dim=-2, dtype=torch.float64)
        source_error = (sent - self.source).abs().sum(dim=-1)
        return source_error + (received - self.target).abs().sum(dim=-1)

    def cost_of(
        self, coupling: Float[Tensor, "batch source target"]
    ) -> Float[Tensor, " batch"]:
        """Return <C, P> of each item, differentiable in both."""
        return (self.cost * coupling).sum(dim=(-2, -1))


def read_problem(
    cost: Float[Tensor, "batch source target"],
    *,
    source_weights: Float[Tensor, "batch source"] | None = None,
    target_weights: Float[Tensor, "batch target"] | None = None,
    source_mask: Bool[Tensor, "batch source"] | None = None,
    target_mask: Bool[Tensor, "batch target"] | None = None,
) -> TransportProblem:
    """Return the problem that a caller's arguments describe, checked.

    Args:
        cost: Shape (batch, source, target); finite between tokens that have mass,
            anything elsewhere. One in half precision is taken to float32: a coupling
            of 8 or 11 bits keeps no marginals.
        source_weights: Mass of each source token, not negative, in any unit: each
            item is scaled to 1. None shares it evenly.
        target_weights: The same for the targets.
        source_mask: True where a token is there; the others take no mass.
        target_mask: The same for the targets.

    Raises:
        ValueError: If a shape does not fit, a side has no tokens at all, a weight is
            negative or not finite, or the cost is not finite where there is mass.
    """
    if cost.ndim != 3 or 0 in cost.shape or not cost.is_floating_point():
        raise ValueError(
            "cost must be real of shape (batch, source, target), each at least 1, "
            f"got {cost.dtype} {tuple(cost.shape)}"
        )
    if torch.finfo(cost.dtype).bits < 32:
        cost = cost.float()
    source = _read_side(cost[:, :, 0], source_weights, source_mask, "source")
    target = _read_side(cost[:, 0, :], target_weights, target_mask, "target")
    both = ((source.sum(dim=-1) > 0) & (target.sum(dim=-1) > 0)).unsqueeze(-1)
    source, target = source * both, target * both
    if not (source > 0).all() or not (target > 0).all():
        has_mass = (source > 0).unsqueeze(-1) & (target > 0).unsqueeze(-2)
        cost = torch.where(has_mass, cost, 0.0)
    # A sum is finite only of finite numbers, and reads the matrix once.
    if not cost.detach().sum().isfinite() and not cost.isfinite().all():
        raise ValueError(
            "cost must be finite between tokens that have mass, got "
            f"{int((~cost.isfinite()).sum())} entries that are not; to forbid a pair, "
            "give it a large cost"
        )
    return TransportProblem(cost=cost, source=source, target=target)


def _read_side(
    like: Tensor, weights: Tensor | None, mask: Tensor | None, name: str
) -> Tensor:
    """Return one side's mass, scaled to 1 an item, or 0 where no token is there."""
    mass = torch.ones_like(like, dtype=torch.float64, requires_grad=False)
    if weights is not None:
        if weights.shape != like.shape:
            raise ValueError(
                f"{name}_weights must have the shape {tuple(like.shape)} of the cost, "
                f"got {tuple(weights.shape)}"
            )
        mass = weights.detach().to(mass)
        if not (mass.isfinite() & (mass >= 0)).all():
            raise ValueError(
                f"{name}_weights must be finite and not negative, got values in "
                f"[{float(mass.min()):.3g}, {float(mass.max()):.3g}]"
            )
    if mask is not None:
        if mask.shape != like.shape or mask.dtype != torch.bool:
            raise ValueError(
                f"{name}_mask must be bool of shape {tuple(like.shape)}, got "
                f"{mask.dtype} {tuple(mask.shape)}"
            )
        mass = torch.where(mask, mass, 0.0)
    total = mass.sum(dim=-1, keepdim=True)
    return mass / torch.where(total > 0, total, 1.0)
