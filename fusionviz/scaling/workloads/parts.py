"""Parts of AlignMamba's forward, each alone, on what the parts before it made.

With the backbone (`mamba-backbone`), or with a Transformer's layers in its place, they
are what a whole model runs: their times add up to its own.
"""

from dataclasses import dataclass
from typing import Literal

import torch

from fusionviz.errors import InputError
from fusionviz.models.alignmamba import AlignMamba, AlignMambaConfig
from fusionviz.models.alignmamba.align import align
from fusionviz.scaling.cells import Cell
from fusionviz.scaling.workloads.base import (
    MODALITIES,
    Call,
    Family,
    alignment_operations,
    encoder_operations,
    make_module,
    of_passes,
    predictor_operations,
    random_features,
    shared_sizes,
)

Part = Literal["encoders", "alignment", "predictor"]


@dataclass(frozen=True, kw_only=True)
class AlignMambaPart:
    """One part of a forward pass, without gradients."""

    name: str
    title: str
    part: Part
    family: Family = "part"

    def prepare(self, cell: Cell, length: int) -> Call:
        """Return a forward of the part.

        Raises:
            InputError: The cell is of training.
        """
        if cell.passes != "forward":
            raise InputError(f"parts are of a forward pass, got {cell.passes!r}")
        config = AlignMambaConfig(**shared_sizes(cell))
        model = make_module(lambda: AlignMamba(config), cell)
        batch = random_features(cell, length)
        with torch.inference_mode():
            tokens = model.encode(batch)
        anchor = tokens[config.anchor]
        moments = [tokens[name].x for name in config.interleaved]
        calls: dict[Part, Call] = {
            "encoders": lambda: model.encode(batch),
            "alignment": lambda: [
                align(tokens[name], anchor, config) for name in config.sources
            ],
            "predictor": lambda: model.head(moments, anchor.mask),
        }
        chosen = calls[self.part]

        def call() -> object:
            with torch.inference_mode():
                return chosen()

        return call

    def operations(self, cell: Cell) -> int:
        """Return those of the part; the predictor's do not grow with length."""
        moments = cell.length // len(MODALITIES)
        counts: dict[Part, int] = {
            "encoders": encoder_operations(cell, moments),
            "alignment": alignment_operations(cell, moments),
            "predictor": predictor_operations(cell.width),
        }
        return of_passes(cell, counts[self.part])
