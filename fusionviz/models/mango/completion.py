"""Completing a missing modality by sampling from the flow's own density.

Given the tokens of one modality, those of the other are drawn from

    p(missing | known)  ∝  p(rgb, depth)

which the flow knows up to a constant. The chains start at the learned guess and take
Metropolis-adjusted Langevin steps (Roberts & Tweedie 1996): a step up the gradient of
the log-density plus noise, accepted with the probability that makes the density exact.
Plain ascent is no substitute: it runs past the level of likelihood that data has to a
peak that no data is near.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from fusionviz.models.mango.model import Mango, to_bits_per_dim
from fusionviz.models.mango.partition import Tokens

Modality = Literal["rgb", "depth"]
Progress = Callable[[int, int, float], bool]
"""Called with (steps done, steps at most, bits per dimension); True to go on."""

ACCEPTANCE = 0.574
"""Share of accepted proposals that suits Langevin steps (Roberts & Rosenthal 1998)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Completion:
    """Draws of a missing modality.

    Attributes:
        missing: The modality that was drawn.
        guess: Joint tokens with the learned guess, (1, 2N, d).
        draws: Joint tokens at the end of every chain, (chain, 2N, d).
        mean: Joint tokens with the mean over chains and the later half of the steps.
        spread: Standard deviation over chains of each missing token, root mean square
            over channels, (N,), in token units.
        bits_per_dim: Of every chain after every step, from the guess on, (step, chain).
        acceptance: Share of proposals that were accepted.
        step_size: Of the Langevin steps, as adapted.
        reason: Why it ended: `steps`, `typical` or `stopped`.
    """

    missing: Modality
    guess: Float[Tensor, "1 joint channel"]
    draws: Float[Tensor, "chain joint channel"]
    mean: Float[Tensor, "1 joint channel"]
    spread: Float[Tensor, " token"]
    bits_per_dim: Float[Tensor, "step chain"]
    acceptance: float
    step_size: float
    reason: Literal["steps", "typical", "stopped"]


def complete(
    model: Mango,
    x: Tokens,
    missing: Modality,
    *,
    chains: int = 4,
    steps: int = 100,
    step_size: float = 0.05,
    typical_bits: float | None = None,
    generator: torch.Generator | None = None,
    progress: Progress | None = None,
) -> Completion:
    """Return draws of a missing modality given the other.

    Args:
        model: Its weights are not changed.
        x: Joint tokens of one sample; those of `missing` are not read.
        missing: `rgb` or `depth`.
        chains: How many draws are made side by side.
        steps: Langevin steps at most.
        step_size: Of the first step, in token units; adapted to accept about 57 %.
        typical_bits: Bits per dimension that data has, as a model card says; once all
            chains have been below it for a tenth of the steps, sampling ends.
        generator: Randomness, on the CPU.
        progress: Told after every step; ends the sampling by returning False.

    Raises:
        ValueError: There is more than one sample, or no chain or step.
    """
    if len(x) != 1 or chains < 1 or steps < 1:
        raise ValueError(
            "one sample, and at least one chain and one step, got "
            f"{len(x)}, {chains} and {steps}"
        )
    with torch.inference_mode():
        guess = model.guess(x, missing)
    walk = _Walk(model, guess.clone(), missing, chains, generator)
    reason: Literal["steps", "typical", "stopped"] = "steps"
    settled = 0
    for step in range(steps):
        step_size = walk.step(step_size, step)
        bits = walk.bits[-1]
        below = typical_bits is not None and bool((bits <= typical_bits).all())
        settled = settled + 1 if below else 0
        if progress is not None and not progress(step + 1, steps, bits.mean().item()):
            reason = "stopped"
            break
        if settled > steps / 10:
            reason = "typical"
            break
    return walk.result(step_size, reason)


def exchange_latents(
    model: Mango, x: Tokens, other: Tokens, modality: Modality
) -> Tokens:
    """Return tokens of x whose latents of one modality come from another sample.

    Args:
        model: Its flow maps to latents and back.
        x: Joint tokens that keep the latents of the other modality.
        other: Joint tokens that give the latents of `modality`.
        modality: `rgb` or `depth`.
    """
    place = _rows(model, modality)
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
        model: Mango,
        guess: Tensor,
        missing: Modality,
        chains: int,
        generator: torch.Generator | None,
    ) -> None:
        self.model, self.guess, self.missing = model, guess, missing
        self.generator = generator
        self.place = _rows(model, missing)
        self.x = guess.expand(chains, -1, -1).clone()
        self.log_density, self.gradient = self._density(self.x)
        self.bits = [to_bits_per_dim(self.log_density, self.x)]
        self.history: list[Tensor] = []
        self.accepted = 0.0

    def step(self, size: float, number: int) -> float:
        """Propose, accept or stay; return the size of the next step."""
        drift = 0.5 * size**2 * self.gradient
        noise = self._noise()
        proposal = self.x.clone()
        proposal[:, self.place] += drift + size * noise
        log_density, gradient = self._density(proposal)
        back = (self.x - proposal)[:, self.place] - 0.5 * size**2 * gradient
        log_ratio = (
            log_density
            - self.log_density
            + 0.5 * noise.square().sum(dim=(1, 2))
            - 0.5 * (back / size).square().sum(dim=(1, 2))
        )
        chance = torch.rand(len(self.x), generator=self.generator).to(log_ratio)
        accept = chance.log() < log_ratio
        moved = accept[:, None, None]
        self.x = torch.where(moved, proposal, self.x)
        self.gradient = torch.where(moved, gradient, self.gradient)
        self.log_density = torch.where(accept, log_density, self.log_density)
        self.bits.append(to_bits_per_dim(self.log_density, self.x))
        self.history.append(self.x[:, self.place])
        share = log_ratio.clamp(max=0).exp().nan_to_num().mean().item()
        self.accepted += accept.float().mean().item()
        return size * math.exp((share - ACCEPTANCE) / math.sqrt(number + 1))

    def result(
        self, step_size: float, reason: Literal["steps", "typical", "stopped"]
    ) -> Completion:
        """Return what the chains found."""
        later = torch.stack(self.history[len(self.history) // 2 :])
        mean = self.guess.clone()
        mean[:, self.place] = later.mean(dim=(0, 1))
        spread = later[-1].std(dim=0, correction=0).square().mean(dim=-1).sqrt()
        return Completion(
            missing=self.missing,
            guess=self.guess,
            draws=self.x,
            mean=mean,
            spread=spread,
            bits_per_dim=torch.stack(self.bits),
            acceptance=self.accepted / len(self.history),
            step_size=step_size,
            reason=reason,
        )

    def _density(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return log p(x) of each chain and its gradient in the missing tokens."""
        with torch.inference_mode(False), torch.enable_grad():
            free = x[:, self.place].clone().requires_grad_()
            joint = x.clone()
            joint[:, self.place] = free
            log_density = self.model.log_likelihood(joint)
            (gradient,) = torch.autograd.grad(log_density.sum(), free)
        return log_density.detach(), gradient

    def _noise(self) -> Tensor:
        shape = self.x[:, self.place].shape
        return torch.randn(shape, generator=self.generator, dtype=self.x.dtype).to(
            self.x.device
        )


def _rows(model: Mango, modality: Modality) -> slice:
    tokens = model.config.tokens
    first = model.config.modalities.index(modality) * tokens
    return slice(first, first + tokens)
