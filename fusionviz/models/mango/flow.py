"""The normalizing flow: blocks of invertible cross-attention and coupling.

A block is 2 MMCA, 4 IMCA, 2 LICA and one affine coupling, with data-initialised ActNorm
before each, and a learned channel mixing before each (or before the coupling alone).
Where the config asks for it, autoregressive layers follow attention or end the block,
and attention couplings stand in the place of invertible cross-attention.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from fusionviz.models.mango.config import (
    CAUSAL_HEADS,
    LAYERS_PER_BLOCK,
    FlowConfig,
    PartitionKind,
)
from fusionviz.models.mango.layers.actnorm import ActNorm
from fusionviz.models.mango.layers.attention import InvertibleCrossAttention
from fusionviz.models.mango.layers.attention_coupling import AttentionCoupling
from fusionviz.models.mango.layers.autoregressive import (
    AutoregressiveHalf,
    AutoregressivePlaces,
)
from fusionviz.models.mango.layers.causal import CausalSizes
from fusionviz.models.mango.layers.coupling import AffineCoupling
from fusionviz.models.mango.layers.invertible import HeadIntervention, InvertibleLayer
from fusionviz.models.mango.layers.mixing import ChannelMixing
from fusionviz.models.mango.layers.partition import (
    InterModalityPartition,
    LearnedPartition,
    ModalityPartition,
    Partition,
    Tokens,
)
from fusionviz.models.mango.precision import full_precision

Intervention = Mapping[int, HeadIntervention]
"""Changes to heads for one call, by index of the flow's layer."""


@dataclass(frozen=True, kw_only=True)
class LayerPlace:
    """Where a layer of the flow stands and what it is."""

    index: int
    block: int
    kind: str
    name: str


@dataclass(frozen=True, kw_only=True, eq=False)
class FlowStep:
    """What one layer did in one pass.

    Attributes:
        index: Of the layer, from 0.
        before: Joint tokens before the layer, (batch, 2N, d).
        after: Joint tokens after it.
        log_det: Its log-determinant, nats, (batch,).
    """

    index: int
    before: Tokens
    after: Tokens
    log_det: Float[Tensor, " batch"]


class MangoFlow(nn.Module):
    """An invertible map from joint tokens X to latents Z of the same shape."""

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        layers = [
            (kind, detail, layer)
            for block in range(config.blocks)
            for kind, detail, layer in _block(config, block)
        ]
        per_block = len(layers) // max(config.blocks, 1)
        self.layers = nn.ModuleList(layer for _, _, layer in layers)
        self.places = tuple(
            LayerPlace(
                index=index,
                block=index // per_block + 1,
                kind=kind,
                name=f"block {index // per_block + 1} · {detail}",
            )
            for index, (kind, detail, _) in enumerate(layers)
        )

    @property
    def chain(self) -> tuple[InvertibleLayer, ...]:
        """The layers, in the order in which tokens pass them."""
        return tuple(cast(InvertibleLayer, layer) for layer in self.layers)

    def forward(
        self, x: Tokens, intervention: Intervention | None = None
    ) -> tuple[Tokens, Float[Tensor, " batch"]]:
        """Return the latents and log|det dZ/dX| of each sample.

        Under autocast or TF32 the flow keeps the precision of its input all the same:
        with fewer digits its inverse and its log-determinant would be lost.

        Args:
            x: Joint tokens.
            intervention: Changes to attention heads, by layer index, for this call.
        """
        z, total = x, x.new_zeros(len(x))
        with full_precision(x.device):
            for step in self.steps(x, intervention):
                z, total = step.after, total + step.log_det
        return z, total

    def inverse(self, z: Tokens, intervention: Intervention | None = None) -> Tokens:
        """Return the joint tokens of these latents, in their precision as `forward`.

        Args:
            z: Latents.
            intervention: The same changes that `forward` was given, if any.
        """
        for _, before in self.inverse_steps(z, intervention):
            z = before
        return z

    def inverse_steps(
        self, z: Tokens, intervention: Intervention | None = None
    ) -> Iterator[tuple[int, Tokens]]:
        """Yield the index of each layer, the last first, and the tokens before it.

        Args:
            z: Latents.
            intervention: The same changes that `forward` was given, if any.
        """
        changes = intervention or {}
        for index, layer in reversed(list(enumerate(self.chain))):
            with full_precision(z.device):
                z = layer.inverse(z, changes.get(index))
            yield index, z

    def branch(
        self,
        index: int,
        x: Float[Tensor, "1 joint channel"],
        changes: Sequence[HeadIntervention],
    ) -> tuple[Float[Tensor, "change joint channel"], Float[Tensor, " change"]]:
        """Return where the flow goes from a layer on, for each change to its heads.

        What comes after the layer is computed for all changes together.

        Args:
            index: Of an attention layer.
            x: Joint tokens before it, of one sample, (1, 2N, d).
            changes: At least one.

        Returns:
            Latents (change, 2N, d), and log|det| of these layers.
        """
        first, *others = self.chain[index:]
        with full_precision(x.device):
            begun = [first(x, change) for change in changes]
            z = torch.cat([tokens for tokens, _ in begun])
            total = torch.cat([log_det for _, log_det in begun])
            for layer in others:
                z, log_det = layer(z)
                total = total + log_det
        return z, total

    def doubled(self) -> "MangoFlow":
        """Return a flow of the same weights that computes in float64."""
        return copy.deepcopy(self).double()

    def steps(
        self, x: Tokens, intervention: Intervention | None = None
    ) -> Iterator[FlowStep]:
        """Yield what each layer makes of the tokens, in turn.

        Args:
            x: Joint tokens.
            intervention: Changes to attention heads, by layer index, for this call.
        """
        changes = intervention or {}
        for index, layer in enumerate(self.chain):
            y, log_det = layer(x, changes.get(index))
            yield FlowStep(index=index, before=x, after=y, log_det=log_det)
            x = y

    @property
    def is_started(self) -> bool:
        """Whether tokens, training or a checkpoint have set its first scales."""
        return any(isinstance(layer, ActNorm) and layer.is_set for layer in self.chain)

    @torch.no_grad()
    def initialise(self, x: Tokens) -> None:
        """Start every layer from these tokens, in the order that tokens pass them.

        ActNorm gives unit scale; the channel mixing before an attention sorts channels
        by how well the place they are at is told from what attention reads there; and
        gates are set to where they help most. A flow that has been started or trained
        stays as it is.
        """
        chain = self.chain
        if self.is_started:
            return
        following = [*chain[1:], None]
        attentions = 0
        for layer, after in zip(chain, following, strict=True):
            if isinstance(layer, ActNorm | InvertibleCrossAttention):
                layer.initialise(x)
            elif isinstance(layer, ChannelMixing) and isinstance(
                after, InvertibleCrossAttention
            ):
                # By turns, the channels that are told best go to each of the heads.
                roll = attentions * x.shape[-1] // after.heads
                layer.initialise(x, *after.read(x), roll=roll)
                attentions += 1
            x, _ = layer(x)


def _block(
    config: FlowConfig, block: int
) -> Iterator[tuple[str, str, InvertibleLayer]]:
    """Yield (kind, name, layer) of one block; autoregressive orders turn by blocks."""
    sizes = CausalSizes(
        hidden=config.causal_width, depth=config.causal_layers, heads=CAUSAL_HEADS
    )
    backwards = bool(block % 2)
    for kind in config.partitions:
        for number in range(LAYERS_PER_BLOCK[kind]):
            partition, name = _partition(config, kind, number)
            yield "actnorm", "ActNorm", ActNorm(config.tokens, config.width)
            if config.mixing == "every":
                yield "mixing", "channel mixing", ChannelMixing(config.width)
            if config.attention == "coupling":
                # Of a coupling's kind: no page reads heads of it.
                yield "coupling", f"attention {name}", _coupling(config, partition)
            else:
                yield kind, name, _cross_attention(config, partition)
            if kind in config.autoregressive:
                half = AutoregressiveHalf(
                    partition, config.width, sizes, backwards=backwards
                )
                yield "autoregressive", f"autoregressive {name}", half
    if "places" in config.autoregressive:
        yield "actnorm", "ActNorm", ActNorm(config.tokens, config.width)
        places = AutoregressivePlaces(
            config.tokens, config.width, sizes, backwards=backwards
        )
        yield "autoregressive", "autoregressive places", places
    yield "actnorm", "ActNorm", ActNorm(config.tokens, config.width)
    if config.mixing != "none":
        yield "mixing", "channel mixing", ChannelMixing(config.width)
    coupling = AffineCoupling(config.shape, config.width, config.coupling_width)
    yield "coupling", "coupling", coupling


def _cross_attention(
    config: FlowConfig, partition: Partition
) -> InvertibleCrossAttention:
    return InvertibleCrossAttention(
        partition,
        config.width,
        config.heads,
        config.form,
        positions=config.positions,
        columns=config.shape.columns,
        gate_start=config.gate_start,
    )


def _coupling(config: FlowConfig, partition: Partition) -> AttentionCoupling:
    return AttentionCoupling(
        partition, config.width, config.heads, config.coupling_width
    )


def _partition(
    config: FlowConfig, kind: PartitionKind, number: int
) -> tuple[Partition, str]:
    """Return the partition of the block's number-th layer of a kind, and its name."""
    first, second = config.modalities
    if kind == "mmca":
        source, target = (first, second) if number == 0 else (second, first)
        halves = ModalityPartition(config.tokens, flipped=bool(number))
        return halves, f"MMCA {source} → {target}"
    if kind == "imca":
        return InterModalityPartition(config.tokens, number), f"IMCA {number + 1}"
    mixed = LearnedPartition(config.tokens, bool(number), config.shape.columns)
    return mixed, f"LICA {number + 1}"
