"""Completing a missing modality by sampling from the flow's own density.

Given the tokens of one modality, those of the other are drawn from

    p(missing | known)  ∝  p(both)

which the flow knows up to a constant. The chains start around the learned guess and
move by Hamiltonian Monte Carlo (Duane et al. 1987; Neal 2011): a random push, some
leapfrog steps along the gradient of the log-density, and the new place is accepted with
the probability that makes the density exact.

Tokens are free in some directions and all but fixed in others, by a factor of 80 in a
small model: a step that is safe in every direction moves in none. So the steps are
taken in coordinates u in which the error of the guess is white,

    missing = guess + P u Cᵀ

with P Pᵀ the covariance of that error between places and C Cᵀ between channels, both
from samples that have the two modalities (`fusionviz.models.mango.guess_error`).

Each chain starts at u drawn from N(0, I): at the guess and an error such as it usually
makes. What a guess is off in all varies, by the law of total variance, at least as much
on average as what is open once the other modality is known: chains start farther apart
than they should end, so that agreement has to be earned. Chains that start at one point
agree from the first step on, wherever they have not been. A few steps uphill before the
first push take out what the flow would not leave for a moment; where it is indifferent,
chains stay as far apart as they are.

The likelihood is no reason to stop: the guess, a mean, is more probable than data. What
says whether the draws can be trusted is whether chains agree, with each other and with
themselves later (`Completion.disagreement`).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import torch
from jaxtyping import Float
from torch import Tensor

from fusionviz.models.mango.guess_error import GuessError, modality_rows
from fusionviz.models.mango.joint import JointModel, to_bits_per_dim
from fusionviz.models.mango.layers.partition import Tokens

Progress = Callable[[int, int, float], bool]
"""Called with (steps done, steps at most, bits per dimension); True to go on."""

UPHILL, UPHILL_STEP = 12, 0.02
"""Steps along the gradient before the first push, and their length, in units of u."""

ACCEPTANCE = 0.651
"""Share of accepted proposals that suits Hamiltonian steps (Beskos et al. 2013)."""

Reason = Literal["steps", "stopped"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Completion:
    """Draws of a missing modality.

    Attributes:
        missing: The modality that was drawn.
        guess: Joint tokens with the learned guess, (1, 2N, d).
        draws: Joint tokens at the end of every chain, (chain, 2N, d).
        mean: Joint tokens with the mean over chains and the later half of the steps:
            what a flow that knows the density would say to the least squared error.
        spread: Standard deviation over chains of each missing token, root mean square
            over channels, (N,), in token units.
        bits_per_dim: Of every chain after every step, from its start on, (step, chain).
        disagreement: Split R-hat over the later half of the steps, all coordinates u
            pooled (see `disagreement`): 1 where chains and their halves cannot be told
            apart; above about 1.1 more steps would change the mean. NaN for one chain,
            or fewer than four steps to look at.
        acceptance: Share of proposals that were accepted.
        step_size: Of the leapfrog steps, as adapted.
        reason: Why it ended: `steps` or `stopped`.
    """

    missing: str
    guess: Float[Tensor, "1 joint channel"]
    draws: Float[Tensor, "chain joint channel"]
    mean: Float[Tensor, "1 joint channel"]
    spread: Float[Tensor, " token"]
    bits_per_dim: Float[Tensor, "step chain"]
    disagreement: float
    acceptance: float
    step_size: float
    reason: Reason


def complete(
    model: JointModel[Any],
    x: Tokens,
    missing: str,
    *,
    error: GuessError | None = None,
    chains: int = 4,
    steps: int = 12,
    leaps: int = 12,
    step_size: float = 0.1,
    generator: torch.Generator | None = None,
    progress: Progress | None = None,
) -> Completion:
    """Return draws of a missing modality given the other.

    Args:
        model: Its weights are not changed.
        x: Joint tokens of one sample; those of `missing` are not read.
        missing: Which of the model's modalities.
        error: Of the guess, see `guess_error`; without it the steps are as long in
            every direction, and chains hardly move.
        chains: How many draws are made side by side.
        steps: Proposals of each chain.
        leaps: Leapfrog steps to a proposal, each a pass through the flow and back.
        step_size: Of the first leapfrog steps, in units of u; adapted to accept about
            65 %.
        generator: Randomness, on the CPU.
        progress: Told after every step; ends the sampling by returning False.

    Raises:
        ValueError: There is more than one sample, or no chain, step or leap.
    """
    if len(x) != 1 or min(chains, steps, leaps) < 1:
        raise ValueError(
            "one sample, and at least one chain, step and leap, got "
            f"{len(x)}, {chains}, {steps} and {leaps}"
        )
    reason: Reason = "steps"
    with torch.inference_mode(False), torch.no_grad():
        walk = _Walk(model, x, missing, error, chains, generator)
        for step in range(steps):
            step_size = walk.step(step_size, leaps, step)
            bits = walk.bits[-1].mean().item()
            if progress is not None and not progress(step + 1, steps, bits):
                reason = "stopped"
                break
        return walk.result(step_size, reason)


def exchange_latents(
    model: JointModel[Any], x: Tokens, other: Tokens, modality: str
) -> Tokens:
    """Return tokens of x whose latents of one modality come from another sample.

    Args:
        model: Its flow maps to latents and back.
        x: Joint tokens that keep the latents of the other modality.
        other: Joint tokens that give the latents of `modality`.
        modality: One of the model's two.
    """
    place = modality_rows(model, modality)
    with torch.inference_mode():
        z, _ = model.flow(x)
        z_other, _ = model.flow(other)
        mixed = z.clone()
        mixed[:, place] = z_other[:, place]
        return model.flow.inverse(mixed)


class _Walk:
    """The chains: where they are, how likely, and what they have passed."""

    def __init__(
        self,
        model: JointModel[Any],
        x: Tokens,
        missing: str,
        error: GuessError | None,
        chains: int,
        generator: torch.Generator | None,
    ) -> None:
        self.model, self.missing, self.generator = model, missing, generator
        self.place = modality_rows(model, missing)
        # Cloned: autograd may not read what a caller made in inference mode.
        self.guess = model.guess(x.clone(), missing)
        _, tokens, width = self.guess[:, self.place].shape
        self.error = GuessError(
            places=torch.eye(tokens).to(x) if error is None else error.places.clone(),
            channels=torch.eye(width).to(x)
            if error is None
            else error.channels.clone(),
        )
        start = torch.randn(chains, tokens, width, generator=generator)
        self.u = start.to(self.guess)
        self.log_density, self.gradient = self._density(self.u)
        self._climb()
        self.bits = [to_bits_per_dim(self.log_density, self.guess)]
        self.history: list[Tensor] = []
        self.accepted = 0.0

    def step(self, size: float, leaps: int, number: int) -> float:
        """Propose, accept or stay; return the size of the next steps."""
        # Lengths that vary: chains of one length may swing back to where they began.
        length = size * (0.8 + 0.4 * torch.rand((), generator=self.generator).item())
        push = torch.randn(self.u.shape, generator=self.generator).to(self.u)
        speed, u = push, self.u
        log_density, gradient = self.log_density, self.gradient
        for _ in range(leaps):
            speed = speed + 0.5 * length * gradient
            u = u + length * speed
            log_density, gradient = self._density(u)
            speed = speed + 0.5 * length * gradient
        log_ratio = (
            log_density
            - self.log_density
            + 0.5 * (push.square() - speed.square()).sum(dim=(1, 2))
        )
        chance = torch.rand(len(u), generator=self.generator).to(log_ratio)
        accept = chance.log() < log_ratio
        moved = accept[:, None, None]
        self.u = torch.where(moved, u, self.u)
        self.gradient = torch.where(moved, gradient, self.gradient)
        self.log_density = torch.where(accept, log_density, self.log_density)
        self.bits.append(to_bits_per_dim(self.log_density, self.guess))
        self.history.append(self.u)
        share = log_ratio.clamp(max=0).exp().nan_to_num().mean().item()
        self.accepted += accept.float().mean().item()
        return size * math.exp((share - ACCEPTANCE) / math.sqrt(number + 1))

    def result(self, step_size: float, reason: Reason) -> Completion:
        """Return what the chains found."""
        later = torch.stack(self.history[len(self.history) // 2 :])
        draws = self._joint(self.u)
        spread = draws[:, self.place].std(dim=0, correction=0)
        return Completion(
            missing=self.missing,
            guess=self.guess,
            draws=draws,
            mean=self._joint(later.mean(dim=(0, 1))[None]),
            spread=spread.square().mean(dim=-1).sqrt(),
            bits_per_dim=torch.stack(self.bits),
            disagreement=disagreement(later),
            acceptance=self.accepted / len(self.history),
            step_size=step_size,
            reason=reason,
        )

    def _climb(self) -> None:
        """Step uphill, where a step gains half of what the gradient promises.

        A chain that would gain less stays, and takes shorter steps (Armijo 1966).
        """
        length = self.u.new_full((len(self.u), 1, 1), UPHILL_STEP)
        for _ in range(UPHILL):
            step = length * self.gradient
            promised = (step * self.gradient).sum(dim=(1, 2))
            u = self.u + step
            log_density, gradient = self._density(u)
            better = log_density - self.log_density >= 0.5 * promised
            moved = better[:, None, None]
            self.u = torch.where(moved, u, self.u)
            self.gradient = torch.where(moved, gradient, self.gradient)
            self.log_density = torch.where(better, log_density, self.log_density)
            length = torch.where(moved, length, length / 4)

    def _density(self, u: Tensor) -> tuple[Tensor, Tensor]:
        """Return log p(x) of each chain and its gradient in u."""
        with torch.enable_grad():
            free = u.clone().requires_grad_()
            log_density = self.model.log_likelihood(self._joint(free))
            (gradient,) = torch.autograd.grad(log_density.sum(), free)
        return log_density.detach(), gradient

    def _joint(self, u: Tensor) -> Tokens:
        """Return the joint tokens at u."""
        joint = self.guess.expand(len(u), -1, -1).clone()
        joint[:, self.place] += self.error.colour(u)
        return joint


def disagreement(values: Float[Tensor, "step chain *coordinate"]) -> float:
    """Return split R-hat, sqrt(((n - 1) / n W + B / n) / W), coordinates pooled.

    Each chain counts as two, its earlier and its later half of n steps (Gelman et al.
    2013, section 11.4): W is the mean variance within them and B / n the variance of
    their means (Gelman & Rubin 1992). So a drift that all chains share shows too, which
    unsplit would count as variance within, and make R-hat less than 1.

    Args:
        values: Where chains were at each step; of an odd number the middle one does not
            count.

    Returns:
        About 1 where chains and halves cannot be told apart, more where they can; NaN
        where there is one chain, or halves are shorter than two steps.
    """
    half, chains = len(values) // 2, values.shape[1]
    if half < 2 or chains < 2:
        return math.nan
    halves = torch.cat([values[:half], values[-half:]], dim=1).double()
    flat = halves.flatten(2) if values.ndim > 2 else halves[..., None]
    within = flat.var(dim=0).mean()
    between = flat.mean(dim=0).var(dim=0).mean()
    return math.sqrt((half - 1) / half + (between / within).item())
