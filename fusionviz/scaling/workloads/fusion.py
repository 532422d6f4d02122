"""Fusion models from features to prediction: AlignMamba and Transformers."""

from dataclasses import dataclass

from fusionviz.models.alignmamba import AlignMamba, AlignMambaConfig
from fusionviz.models.baselines import BaselineConfig, FusionBaseline
from fusionviz.models.baselines.attention import Attention
from fusionviz.models.baselines.config import FusionName
from fusionviz.scaling import operations as ops
from fusionviz.scaling.cells import Cell
from fusionviz.scaling.workloads.base import (
    HEADS,
    MODALITIES,
    Call,
    Family,
    alignment_operations,
    encoder_operations,
    fusion_call,
    make_module,
    mamba_operations,
    of_passes,
    predictor_operations,
    set_backend,
    shared_sizes,
)


@dataclass(frozen=True, kw_only=True)
class AlignMambaWhole:
    """AlignMamba from features to prediction, and its losses in training."""

    name: str
    title: str
    backend: str
    family: Family = "fusion"

    def prepare(self, cell: Cell, length: int) -> Call:
        """Return a forward, or forward and backward, of random features."""
        config = AlignMambaConfig(**shared_sizes(cell))
        model = make_module(lambda: AlignMamba(config), cell)
        set_backend(model, self.backend)
        return fusion_call(model, cell, length)

    def operations(self, cell: Cell) -> int:
        """Return encoders, alignment of both sources, MMD, backbone and predictor."""
        moments = cell.length // len(MODALITIES)
        one = encoder_operations(cell, moments) + alignment_operations(cell, moments)
        one += predictor_operations(cell.width)
        return of_passes(cell, one + mamba_operations(cell, 3 * moments))


@dataclass(frozen=True, kw_only=True)
class Transformer:
    """A baseline with AlignMamba's encoders and predictor, from features on."""

    name: str
    title: str
    fusion: FusionName
    attention: Attention
    family: Family = "fusion"

    def prepare(self, cell: Cell, length: int) -> Call:
        """Return a forward, or forward and backward, of random features."""
        config = BaselineConfig(
            **shared_sizes(cell),
            fusion=self.fusion,
            attention=self.attention,
            heads=HEADS,
        )
        return fusion_call(
            make_module(lambda: FusionBaseline(config), cell), cell, length
        )

    def operations(self, cell: Cell) -> int:
        """Return encoders, all layers and predictor."""
        moments, width, hidden = cell.length // 3, cell.width, 4 * cell.width
        total = encoder_operations(cell, moments) + predictor_operations(width)
        if self.fusion == "single-stream":
            layer = ops.transformer_layer(3 * moments, 3 * moments, width, hidden)
            return of_passes(cell, total + cell.layers * layer)
        crossing = cell.layers * ops.transformer_layer(moments, moments, width, hidden)
        own = ops.transformer_layer(moments, moments, 2 * width, 2 * hidden)
        own += ops.linear(moments, 2 * width, width)
        return of_passes(cell, total + 6 * crossing + 3 * own)
