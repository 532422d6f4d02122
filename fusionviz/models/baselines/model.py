"""The baselines: AlignMamba's encoders and predictor, another fusion between."""

from typing import Any, ClassVar

import torch
from jaxtyping import Bool, Float
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.alignment import clock_plan
from fusionviz.models.alignmamba.align import Tokens
from fusionviz.models.alignmamba.inputs import AlignMambaInputs
from fusionviz.models.alignmamba.interleave import modality_of, token_of
from fusionviz.models.alignmamba.model import AlignMambaOutput, ModalityTokens
from fusionviz.models.alignmamba.predictors import make_predictor
from fusionviz.models.alignmamba.trace import AlignMambaTrace
from fusionviz.models.baselines.config import BaselineConfig
from fusionviz.models.baselines.fusion import make_fusion


class FusionBaseline(ModalityTokens):
    """A fusion model to compare with, on the same tokens and with the same predictor.

    What a modality that is missing is stood in for by, and what the predictor reads,
    are AlignMamba's: at each of the anchor's positions one token of every modality.
    Each modality's sequence is brought there by the clock, after the fusion.

    Args:
        config: Sizes and choices.
    """

    stored_in_half: ClassVar[tuple[str, ...]] = (
        *ModalityTokens.stored_in_half,
        "fusion",
    )
    """Parts whose weights are stored in 16 bits."""

    def __init__(self, config: BaselineConfig) -> None:
        super().__init__(config)
        self.config: BaselineConfig = config
        self.fusion = make_fusion(config)
        self.head = make_predictor(config)

    def forward(self, batch: AlignMambaInputs) -> AlignMambaOutput:
        """Return the prediction; there is no alignment, so its loss is 0.

        Args:
            batch: As AlignMamba takes it.

        Raises:
            ValueError: As AlignMamba.
        """
        return self._compute(batch)

    @torch.inference_mode()
    def trace(self, batch: AlignMambaInputs) -> AlignMambaTrace:
        """Return what a pass did: tokens and prediction; nothing was aligned.

        Raises:
            ValueError: As AlignMamba.
        """
        output = self._compute(batch)
        config, tokens = self.config, output.tokens
        length = tokens[config.anchor].x.shape[1]
        count = len(config.names)
        is_image = config.modality(config.anchor).kind == "image"
        return AlignMambaTrace(
            modalities=config.interleaved,
            anchor=config.anchor,
            grid=config.shape if is_image else None,
            present={name: _array(one.present) for name, one in tokens.items()},
            mask={name: _array(one.mask) for name, one in tokens.items()},
            tokens={name: _array(one.x) for name, one in tokens.items()},
            alignments={},
            align_loss=_array(output.align_loss),
            interleaved_modality=modality_of(length, count).numpy(),
            interleaved_token=token_of(length, count).numpy(),
            hidden=(),
            logits=_array(output.logits),
        )

    def _compute(self, batch: AlignMambaInputs) -> AlignMambaOutput:
        tokens = self.encode(batch)
        streams = {
            name: (one.x + self.modality_code[name]) * one.mask.unsqueeze(-1)
            for name, one in tokens.items()
        }
        # Without gaps attention needs no mask, and fused attention is quicker.
        every = all(bool(one.mask.all()) for one in tokens.values())
        masks = {} if every else {name: one.mask for name, one in tokens.items()}
        fused = self.fusion(streams, masks)
        anchor = tokens[self.config.anchor]
        moments = [
            self._at_anchor(name, fused[name], tokens[name], anchor)
            for name in self.config.interleaved
        ]
        logits = self.head(moments, anchor.mask)
        zeros = logits.new_zeros(len(logits))
        mmd = dict.fromkeys(self.config.sources, zeros)
        return AlignMambaOutput(logits=logits, align_loss=zeros, mmd=mmd, tokens=tokens)

    def _at_anchor(
        self, name: str, x: Tensor, own: Tokens, anchor: Tokens
    ) -> Float[Tensor, "batch token channel"]:
        """Return a modality's tokens at the anchor's positions."""
        if name != self.config.anchor:
            x = to_clock(x, own.mask, anchor.mask)
            learned = self.missing_token[name] + self.modality_code[name]
            x = torch.where(own.present[:, None, None], x, learned)
        return x * anchor.mask.unsqueeze(-1)


def to_clock(
    x: Float[Tensor, "batch source channel"],
    mask: Bool[Tensor, "batch source"],
    target_mask: Bool[Tensor, "batch target"],
) -> Float[Tensor, "batch target channel"]:
    """Return a sequence at the positions of another one that takes the same time.

    Each target is the mean of the source tokens that overlap with it.
    """
    if mask.shape == target_mask.shape and bool((mask == target_mask).all()):
        return x
    cost = x.new_zeros(len(x), mask.shape[1], target_mask.shape[1])
    # where nothing is there all stands in, and is replaced by the caller
    some = mask | ~mask.any(dim=1, keepdim=True)
    plan = clock_plan(cost, source_mask=some, target_mask=target_mask).coupling
    return (plan.mT @ x) * target_mask.sum(dim=1).to(x)[:, None, None]


def _array(x: Tensor) -> NDArray[Any]:
    return x.numpy(force=True)
