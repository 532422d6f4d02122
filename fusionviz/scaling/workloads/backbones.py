"""What stands between encoders and prediction, alone: Mamba and Transformer layers."""

from dataclasses import dataclass

from torch import nn

from fusionviz.models.alignmamba import AlignMambaConfig
from fusionviz.models.alignmamba.backbone import MambaBackbone
from fusionviz.models.baselines.attention import Attention, TransformerLayer
from fusionviz.scaling import operations as ops
from fusionviz.scaling.cells import Cell
from fusionviz.scaling.workloads.base import (
    HEADS,
    Call,
    Family,
    make_module,
    mamba_operations,
    module_call,
    of_passes,
    random_tokens,
    set_backend,
    shared_sizes,
)


@dataclass(frozen=True, kw_only=True)
class Backbone:
    """AlignMamba's backbone alone: Mamba layers over one sequence."""

    name: str
    title: str
    backend: str
    family: Family = "backbone"

    def prepare(self, cell: Cell, length: int) -> Call:
        """Return a forward, or forward and backward, of random tokens."""
        config = AlignMambaConfig(**shared_sizes(cell))
        model = make_module(lambda: MambaBackbone(config), cell)
        set_backend(model, self.backend)
        x = random_tokens(cell, length)
        return module_call(lambda: model(x)[0], model, cell)

    def operations(self, cell: Cell) -> int:
        """Return those of all blocks."""
        return of_passes(cell, mamba_operations(cell, cell.length))


@dataclass(frozen=True, kw_only=True)
class Attending:
    """A Transformer's layers alone over one sequence."""

    name: str
    title: str
    attention: Attention
    family: Family = "backbone"

    def prepare(self, cell: Cell, length: int) -> Call:
        """Return a forward, or forward and backward, of random tokens."""

        def make() -> nn.Sequential:
            sizes = (cell.width, HEADS, 4 * cell.width, 0.0, self.attention)
            return nn.Sequential(
                *(TransformerLayer(*sizes) for _ in range(cell.layers))
            )

        model, x = make_module(make, cell), random_tokens(cell, length)
        return module_call(lambda: model(x), model, cell)

    def operations(self, cell: Cell) -> int:
        """Return those of all layers."""
        length, width = cell.length, cell.width
        layer = ops.transformer_layer(length, length, width, 4 * width)
        return of_passes(cell, cell.layers * layer)
