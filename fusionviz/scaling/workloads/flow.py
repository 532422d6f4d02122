"""MANGO's flow, in both directions."""

from dataclasses import dataclass

from torch import Tensor

from fusionviz.models.mango import MangoConfig
from fusionviz.models.mango.flow import MangoFlow
from fusionviz.scaling import operations as ops
from fusionviz.scaling.cells import Cell
from fusionviz.scaling.workloads.base import (
    HEADS,
    Call,
    Family,
    make_module,
    module_call,
    of_passes,
    random_tokens,
)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """MANGO's flow on joint tokens, forward (with log-determinant) or inverse."""

    name: str
    title: str
    is_inverse: bool
    family: Family = "flow"

    def prepare(self, cell: Cell, length: int) -> Call:
        """Return one direction on random tokens of the square grid nearest a length."""
        flow = make_module(lambda: MangoFlow(_flow_config(cell, length)), cell)
        x = random_tokens(cell, 2 * _grid(length) ** 2)
        direction = flow.inverse if self.is_inverse else flow
        return module_call(lambda: _first(direction(x)), flow, cell)

    def operations(self, cell: Cell) -> int:
        """Return those of attention layers and of mixings of tokens and channels."""
        tokens = _grid(cell.length) ** 2
        block = ops.flow_block(tokens, cell.width, 2 * cell.width)
        if self.is_inverse:
            block = ops.flow_block_inverse(tokens, cell.width, 2 * cell.width)
        return of_passes(cell, cell.layers * block)


def _grid(length: int) -> int:
    """Return the even side of the square grid whose two modalities are nearest."""
    return max(2, 2 * round((length / 2) ** 0.5 / 2))


def _flow_config(cell: Cell, length: int) -> MangoConfig:
    grid = _grid(length)
    return MangoConfig(
        image_size=2 * grid,
        grid=grid,
        width=cell.width,
        blocks=cell.layers,
        heads=HEADS,
        coupling_width=2 * cell.width,
        codec_widths=(8,),
    )


def _first(result: object) -> Tensor:
    return result[0] if isinstance(result, tuple) else result  # type: ignore[return-value]
