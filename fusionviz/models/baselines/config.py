"""Sizes and choices of a baseline."""

from dataclasses import dataclass
from typing import Literal

from fusionviz.models.alignmamba.config import AlignMambaConfig
from fusionviz.models.baselines.attention import ATTENTIONS, Attention

FusionName = Literal["concatenation", "single-stream", "multi-stream", "mamba"]

FUSIONS: tuple[FusionName, ...] = (
    "concatenation",
    "single-stream",
    "multi-stream",
    "mamba",
)


@dataclass(frozen=True, kw_only=True)
class BaselineConfig(AlignMambaConfig):
    """Sizes and choices of a baseline: those of AlignMamba and its fusion's.

    Encoders, predictor, d_model and layers are AlignMamba's, so that a recipe differs
    from AlignMamba's in the kind of model and the lines below alone. What speaks of
    alignment counts nothing here.

    Attributes:
        fusion: `concatenation`: each modality by itself until the prediction;
            `single-stream`: one Transformer over all tokens; `multi-stream`:
            cross-modal Transformers between every two modalities (MulT, Tsai et al.
            2019); `mamba`: one Mamba over all tokens, not aligned.
        attention: Of Transformers: `plain` or `fused`, which give the same numbers.
        heads: Attention heads.
        hidden: Channels inside a Transformer layer's network, at a width of d_model.
        own_layers: Layers of `multi-stream` after the cross-modal ones.
    """

    fusion: FusionName = "single-stream"
    attention: Attention = "fused"
    heads: int = 4
    hidden: int = 0
    own_layers: int = 1

    def __post_init__(self) -> None:
        """Check every choice; a `hidden` of 0 becomes four times d_model."""
        super().__post_init__()
        if self.fusion not in FUSIONS:
            raise ValueError(f"fusion is one of {FUSIONS}, got {self.fusion!r}")
        if self.attention not in ATTENTIONS:
            raise ValueError(
                f"attention is one of {ATTENTIONS}, got {self.attention!r}"
            )
        if not self.hidden:
            object.__setattr__(self, "hidden", 4 * self.d_model)
        for name in ("heads", "hidden", "own_layers"):
            if getattr(self, name) < 1:
                raise ValueError(
                    f"{name} must be at least 1, got {getattr(self, name)}"
                )
        if self.d_model % self.heads:
            raise ValueError(
                f"d_model must divide by heads, got {self.d_model} and {self.heads}"
            )
        if self.fusion == "multi-stream" and len(self.modalities) < 2:
            raise ValueError("multi-stream needs at least two modalities, got one")
