"""AlignMamba: align tokens to an anchor, interleave them, scan them (Li et al. 2025).

    encoders -> local alignment (transport) -> global alignment (MMD)
             -> time-priority interleaving -> Mamba backbone -> predictor

What is missing. A missing source sends no mass and enters no MMD; at each of the
anchor's positions a learned token stands for it. Where the anchor itself is missing,
a learned token with the code of each position stands for its tokens, the others are
aligned to these, and there is no MMD at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor, nn

from fusionviz.models.alignmamba.align import AlignedSource, Tokens, align
from fusionviz.models.alignmamba.backbone import MambaBackbone, MambaLayer
from fusionviz.models.alignmamba.block_jacobian import BlockJacobian
from fusionviz.models.alignmamba.config import AlignMambaConfig
from fusionviz.models.alignmamba.encoders import Encoder
from fusionviz.models.alignmamba.inputs import (
    AlignMambaInputs,
    ModalityReading,
    read_inputs,
)
from fusionviz.models.alignmamba.interleave import (
    interleave,
    modality_of,
    separate,
    token_of,
)
from fusionviz.models.alignmamba.predictors import make_predictor
from fusionviz.models.alignmamba.trace import AlignMambaTrace, AlignmentTrace

Plans = Mapping[str, Float[Tensor, "*item source target"]]


@dataclass(frozen=True, kw_only=True, eq=False)
class AlignMambaOutput:
    """What a pass gives to a loss.

    Attributes:
        logits: Scores of classes (batch, class), of classes and pixels (batch, class,
            height, width), or the numbers of a regression (batch, output). Where the
            prediction is of each step of the anchor: (batch, class or output, step), 0
            where a step is absent.
        align_loss: L_align, the sum of the MMD² terms, (batch,).
        mmd: MMD² between each source's aligned tokens and the anchor's, (batch,), by
            name; 0 where either is missing.
        tokens: What the encoders made of each modality, by name.
    """

    logits: Float[Tensor, "batch output *places"]
    align_loss: Float[Tensor, " batch"]
    mmd: dict[str, Float[Tensor, " batch"]]
    tokens: dict[str, Tokens]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Pass:
    """Everything that one pass computed."""

    tokens: dict[str, Tokens]
    aligned: dict[str, AlignedSource]
    states: tuple[Tensor, ...]
    output: AlignMambaOutput


class ModalityTokens(nn.Module):
    """Encoders of all modalities, and what stands for one that is missing.

    Args:
        config: Sizes and choices.
    """

    stored_in_half: ClassVar[tuple[str, ...]] = ("encoders", "head")
    """Parts whose weights are stored in 16 bits."""

    stored_in_full: ClassVar[tuple[str, ...]] = ("scale",)
    """What of them is not: a small deviation would become 0."""

    def __init__(self, config: AlignMambaConfig) -> None:
        super().__init__()
        self.config = config
        self.encoders = nn.ModuleDict(
            {one.name: Encoder(one, config) for one in config.modalities}
        )
        # Tokens of all modalities share one width; these say which is which.
        self.modality_code = _one_each(config)
        self.missing_token = _one_each(config)

    def encode(self, batch: AlignMambaInputs) -> dict[str, Tokens]:
        """Return the tokens of every modality, in the order of interleaving.

        Raises:
            ValueError: A name or a shape is not the model's, or a sample has no
                modality at all.
        """
        read = read_inputs(batch, self.encoders, self.config)
        return {
            name: self._encode(name, read[name]) for name in self.config.interleaved
        }

    def _encode(self, name: str, read: ModalityReading) -> Tokens:
        """Return a modality's tokens, learned ones where the anchor is missing."""
        encoder = cast(Encoder, self.encoders[name])
        if read.x is None:
            like = self.missing_token[name]
            x = like.new_zeros(*read.mask.shape, self.config.d_model)
        else:
            x = encoder(read.x, read.mask)
        if name == self.config.anchor:
            learned = self.missing_token[name] + encoder.code(read.mask)
            x = torch.where(read.present[:, None, None], x, learned)
            x = x * read.mask.unsqueeze(-1)
        return Tokens(x=x, mask=read.mask, present=read.present)


class AlignMamba(ModalityTokens):
    """Fusion of any number of modalities, one of them the anchor.

    >>> config = AlignMambaConfig.sentiment(d_model=16, layers=1)
    >>> batch = AlignMambaInputs(
    ...     {"video": torch.randn(2, 9, 100), "text": torch.randn(2, 5, 100)},
    ...     mask={"text": torch.tensor([[True] * 5, [True] * 3 + [False] * 2])},
    ... )
    >>> output = AlignMamba(config)(batch)  # audio is missing
    >>> output.logits.shape, output.align_loss.shape
    (torch.Size([2, 1]), torch.Size([2]))

    Args:
        config: Sizes and choices.
    """

    def __init__(self, config: AlignMambaConfig) -> None:
        super().__init__(config)
        self.backbone = MambaBackbone(config)
        # The name under which checkpoints hold it.
        self.head = make_predictor(config)

    def forward(
        self,
        batch: AlignMambaInputs,
        plan: Plans | None = None,
    ) -> AlignMambaOutput:
        """Return the prediction and the alignment loss.

        Args:
            batch: What each modality is made of, and what is there of it.
            plan: Couplings to use in place of the computed ones, by source, of shape
                (batch, source, target) or (source, target): an intervention.

        Raises:
            ValueError: A name or a shape is not the model's, or a sample has no
                modality at all.
        """
        return self._compute(batch, plan).output

    @torch.inference_mode()
    def trace(
        self,
        batch: AlignMambaInputs,
        plan: Plans | None = None,
        *,
        hidden: bool = False,
    ) -> AlignMambaTrace:
        """Return what a pass did at every step, as arrays.

        Args:
            batch: As for `forward`.
            plan: Couplings to use in place of the computed ones.
            hidden: Whether to keep the states before and after each layer.

        Raises:
            ValueError: As `forward`.
        """
        done = self._compute(batch, plan)
        config, anchor = self.config, done.tokens[self.config.anchor]
        modalities, length = len(config.names), anchor.x.shape[1]
        is_image = config.modality(config.anchor).kind == "image"
        return AlignMambaTrace(
            modalities=config.interleaved,
            anchor=config.anchor,
            grid=config.shape if is_image else None,
            present={name: _array(one.present) for name, one in done.tokens.items()},
            mask={name: _array(one.mask) for name, one in done.tokens.items()},
            tokens={name: _array(one.x) for name, one in done.tokens.items()},
            alignments={
                name: _alignment_trace(name, config.anchor, done)
                for name in config.sources
            },
            align_loss=_array(done.output.align_loss),
            interleaved_modality=modality_of(length, modalities, config.order).numpy(),
            interleaved_token=token_of(length, modalities, config.order).numpy(),
            hidden=tuple(_array(state) for state in done.states) if hidden else (),
            logits=_array(done.output.logits),
        )

    def hidden_attention(
        self,
        layer: int,
        state: Float[Tensor, "1 token channel"],
        channel: int | None = None,
        *,
        skip: bool = False,
    ) -> tuple[Float[Tensor, "token token"], ...]:
        """Return the matrix of each direction of a layer: see `MambaLayer`.

        Args:
            layer: From 0.
            state: Tokens before it, one of a trace's `hidden`.
            channel: Of the scan; None: the sum over all of them.
            skip: Whether the diagonals include the skip weights.
        """
        one = cast(MambaLayer, self.backbone.layers[layer])
        return one.hidden_attention(state, channel, skip=skip)

    def block_jacobian(
        self,
        layer: int,
        state: Float[Tensor, "1 token channel"],
        token: int,
        *,
        backward: bool = False,
    ) -> BlockJacobian:
        """Return the Jacobian of one of a layer's blocks: see `MambaLayer`.

        Args:
            layer: From 0.
            state: Tokens before it, one of a trace's `hidden`.
            token: Of the output, in the order in which the block reads.
            backward: Whether it is the block that reads backwards.

        Raises:
            ValueError: There is no such block or token.
        """
        one = cast(MambaLayer, self.backbone.layers[layer])
        return one.block_jacobian(state, token, backward=backward)

    def _compute(self, batch: AlignMambaInputs, plan: Plans | None) -> _Pass:
        config = self.config
        tokens = self.encode(batch)
        anchor = tokens[config.anchor]
        plans = _read_plans(plan, tokens, config)
        aligned = {
            name: align(tokens[name], anchor, config, plans.get(name))
            for name in config.sources
        }
        moments = [
            *(self._fill(name, aligned[name].x, tokens) for name in config.sources),
            anchor.x + self.modality_code[config.anchor],
        ]
        there = anchor.mask.unsqueeze(-1)
        sequence = interleave([moment * there for moment in moments], config.order)
        there_all = interleave([anchor.mask] * len(moments), config.order)
        out, states = self.backbone(sequence, there_all)
        parts = separate(out, len(moments), config.order)
        logits = self.head(parts, anchor.mask)
        mmd = {name: one.mmd for name, one in aligned.items()}
        align_loss = sum(mmd.values(), start=logits.new_zeros(len(logits)))
        output = AlignMambaOutput(
            logits=logits, align_loss=align_loss, mmd=mmd, tokens=tokens
        )
        return _Pass(tokens=tokens, aligned=aligned, states=states, output=output)

    def _fill(self, name: str, x: Tensor, tokens: Mapping[str, Tokens]) -> Tensor:
        """Return a source's tokens as they enter the backbone."""
        present = tokens[name].present[:, None, None]
        x = torch.where(present, x, self.missing_token[name])
        return x + self.modality_code[name]


def _one_each(config: AlignMambaConfig) -> nn.ParameterDict:
    """Return a learned token for each modality."""
    return nn.ParameterDict(
        {
            name: nn.Parameter(0.02 * torch.randn(config.d_model))
            for name in config.names
        }
    )


def _read_plans(
    plan: Plans | None, tokens: Mapping[str, Tokens], config: AlignMambaConfig
) -> dict[str, Tensor]:
    """Return the couplings that were passed in, one a sample."""
    anchor = tokens[config.anchor].x
    read = {}
    for name, coupling in (plan or {}).items():
        if name not in config.sources:
            raise ValueError(f"plans are of {config.sources}, got {name!r}")
        shape = (len(anchor), tokens[name].x.shape[1], anchor.shape[1])
        if tuple(coupling.shape) not in (shape, shape[1:]):
            raise ValueError(
                f"the plan of {name} must have shape {shape} or {shape[1:]}, got "
                f"{tuple(coupling.shape)}"
            )
        read[name] = coupling.to(anchor).expand(shape)
    return read


def _alignment_trace(name: str, anchor: str, done: _Pass) -> AlignmentTrace:
    aligned = done.aligned[name]
    plan = aligned.plan
    return AlignmentTrace(
        source=name,
        anchor=anchor,
        cost=_array(aligned.cost),
        coupling=_array(aligned.coupling),
        transport_cost=_array((aligned.cost * aligned.coupling).sum(dim=(1, 2))),
        marginal_error=None if plan is None else _array(plan.marginal_error),
        converged=None if plan is None else _array(plan.converged),
        before=_array(done.tokens[name].x),
        after=_array(aligned.x),
        mmd=_array(aligned.mmd),
    )


def _array(x: Tensor) -> NDArray[Any]:
    return x.cpu().numpy()
