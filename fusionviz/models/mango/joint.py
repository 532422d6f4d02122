"""What every MANGO is, whatever its tokens are of: a flow, and guesses of halves."""

import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from typing import Generic, TypeVar

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from fusionviz.models.mango.config import FlowConfig
from fusionviz.models.mango.flow import FlowStep, Intervention, MangoFlow
from fusionviz.models.mango.layers.attention import InvertibleCrossAttention
from fusionviz.models.mango.layers.invertible import HeadIntervention
from fusionviz.models.mango.layers.partition import IndexPartition, Tokens
from fusionviz.models.mango.precision import full_precision
from fusionviz.models.mango.trace import LayerTrace, MangoTrace, to_host

PerSample = Float[Tensor, " batch"]
Source = TypeVar("Source")


class JointModel(nn.Module, ABC, Generic[Source]):
    """A normalizing flow over the joint tokens of two modalities (Truong et al. 2025).

    A subclass makes joint tokens X of samples, (batch, 2N, d), and reads something off
    the latents Z = G(X) of the same shape, with prior N(0, I):

        log p(X) = log N(G(X)) + log|det dG/dX|

    A modality that is missing is guessed from the other one. The model keeps nothing of
    a call: every method returns what it computed, so threads may share it.

    Attributes:
        config: Names the two modalities, and sizes the flow.
        flow: G.
        guesses: Of each modality from the other, by name.
    """

    config: FlowConfig
    flow: MangoFlow
    guesses: nn.ModuleDict

    @abstractmethod
    def encode(self, source: Source) -> Tokens:
        """Return the joint tokens of samples."""

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        """Type of the weights, float32 or float64."""
        return next(self.parameters()).dtype

    def fill(self, x: Tokens, present: Mapping[str, Bool[Tensor, " batch"]]) -> Tokens:
        """Return the tokens with the guess in place of what is missing.

        Args:
            x: Joint tokens; those of a missing modality are not read.
            present: By modality, which samples have it.

        Raises:
            ValueError: A sample has neither modality.
        """
        names = self.config.modalities
        if not torch.stack([present[name] for name in names]).any(dim=0).all():
            raise ValueError(f"every sample needs {names[0]} or {names[1]}")
        for name in names:
            if not present[name].all():
                x = torch.where(present[name][:, None, None], x, self.guess(x, name))
        return x

    def guess(self, x: Tokens, missing: str) -> Tokens:
        """Return the tokens with one modality replaced by the guess from the other.

        Args:
            x: Joint tokens; those of the missing modality are not read.
            missing: The name of one of the two modalities.
        """
        names = self.config.modalities
        if missing not in names:
            raise ValueError(f"missing is {' or '.join(names)}, got {missing!r}")
        first, second = x.chunk(2, dim=1)
        if missing == names[0]:
            return torch.cat([self.guesses[missing](second), second], dim=1)
        return torch.cat([first, self.guesses[missing](first)], dim=1)

    def log_likelihood(
        self, x: Tokens, intervention: Intervention | None = None
    ) -> PerSample:
        """Return log p(x) in nats, of each sample's tokens."""
        z, log_det = self.flow(x, intervention)
        return log_prior(z) + log_det

    def bits_per_dim(
        self, x: Tokens, intervention: Intervention | None = None
    ) -> PerSample:
        """Return -log2 p(x) / (2 N d): bits that a dimension of the tokens costs.

        A density has no zero: numbers below zero are as usual as those above. It is in
        the unit of the tokens, so it compares within one frozen codec alone (see
        `fusionviz.models.mango.code_length`).
        """
        return to_bits_per_dim(self.log_likelihood(x, intervention), x)

    def sample(
        self,
        count: int,
        *,
        temperature: float = 1.0,
        generator: torch.Generator | None = None,
    ) -> Tokens:
        """Return tokens drawn from the model, freed of noise as its config says.

        Args:
            count: How many.
            temperature: Standard deviation of the prior that latents are drawn from.
            generator: Randomness, on the CPU.
        """
        shape = (count, 2 * self.config.tokens, self.config.width)
        noise = torch.randn(shape, generator=generator, dtype=self.dtype)
        x = self.flow.inverse(noise.to(self.device) * temperature)
        return self.denoise(x, self.config.denoise) if self.config.denoise else x

    def denoise(self, x: Tokens, noise: float) -> Tokens:
        """Return tokens after one step uphill, x + noise^2 * gradient of log p(x).

        That is the mean of the clean tokens given noisy ones, where p is the density of
        tokens with such noise (Tweedie's formula; Zhai et al. 2024, section 3.3).

        Args:
            x: Joint tokens.
            noise: Standard deviation of the noise that they carry.
        """
        with torch.inference_mode(False), torch.enable_grad():
            noisy = x.detach().clone().requires_grad_()
            total = self.log_likelihood(noisy).sum()
            (uphill,) = torch.autograd.grad(total, noisy)
        return x + noise**2 * uphill

    @torch.inference_mode()
    def trace(
        self,
        source: Tokens | Source,
        *,
        layers: Collection[int] | None = None,
        attention: bool = True,
        tokens: bool = False,
        intervention: Intervention | None = None,
    ) -> MangoTrace:
        """Return what a pass through the flow does, layer by layer, as arrays.

        Args:
            source: Joint tokens, or samples to encode first.
            layers: Indices of the layers to report, all by default.
            attention: Whether to report attention maps, (batch, head, N, N) a layer.
            tokens: Whether to report the tokens before and after each layer.
            intervention: Changes to attention heads for this pass.
        """
        x = source if isinstance(source, Tensor) else self.encode(source)
        changes = intervention or {}
        found: dict[int, dict[str, Tensor]] = {}
        z, total = x, x.new_zeros(len(x))
        with full_precision(x.device):
            for step in self.flow.steps(x, intervention):
                if layers is None or step.index in layers:
                    change = changes.get(step.index)
                    found[step.index] = self._layer_parts(
                        step, change, attention=attention, tokens=tokens
                    )
                z, total = step.after, total + step.log_det
            bits = to_bits_per_dim(log_prior(z) + total, x)
        whole = {"x": x, "z": z, "log_det": total, "bits_per_dim": bits}
        arrays, *reported = to_host([whole, *found.values()])
        places = [self.flow.places[index] for index in found]
        return MangoTrace(
            **arrays,
            layers=tuple(
                LayerTrace(
                    index=place.index,
                    block=place.block,
                    kind=place.kind,
                    name=place.name,
                    **parts,
                )
                for place, parts in zip(places, reported, strict=True)
            ),
        )

    def _layer_parts(
        self,
        step: FlowStep,
        change: HeadIntervention | None,
        *,
        attention: bool,
        tokens: bool,
    ) -> dict[str, Tensor]:
        """Return what is reported of a layer, as `LayerTrace` names it."""
        layer = self.flow.chain[step.index]
        found = {"log_det": step.log_det}
        if tokens:
            found |= {"tokens_in": step.before, "tokens_out": step.after}
        if isinstance(layer, InvertibleCrossAttention):
            found |= _attention_parts(layer, step, change, maps=attention)
        return found


def _attention_parts(
    layer: InvertibleCrossAttention,
    step: FlowStep,
    change: HeadIntervention | None,
    *,
    maps: bool,
) -> dict[str, Tensor]:
    """Return what is particular to an attention layer, as `LayerTrace` names it."""
    found: dict[str, Tensor] = {}
    if maps:
        first, _ = layer.partition.split(step.before)
        found["attention"] = layer.attend(first, change)
    gate = layer.effective_gate(change)
    if gate is not None:
        found["gate"] = gate
    if isinstance(layer.partition, IndexPartition):
        found["key_tokens"] = layer.partition.first
        found["value_tokens"] = layer.partition.second
    return found


def log_prior(z: Tokens) -> PerSample:
    """Return log N(z; 0, I) in nats, of each sample."""
    squares = z.square().sum(dim=(1, 2))
    return -0.5 * (squares + math.log(2 * math.pi) * z[0].numel())


def to_bits_per_dim(
    log_likelihood: PerSample, x: Float[Tensor, "any joint channel"]
) -> PerSample:
    """Return bits a dimension from nats a sample.

    Args:
        log_likelihood: In nats, (batch,).
        x: Joint tokens, of which the size of a sample alone counts.
    """
    return -log_likelihood / (x[0].numel() * math.log(2))
