"""Every head of every attention layer on one sample, and how they are ordered."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.attention.heads import PerHead, mean_distance, relative_entropy
from fusionviz.analysis.attention.heads_text import CLOSED
from fusionviz.analysis.shared.attention.mango import LayerAttention, attention_record
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.errors import InputError

Sort = Literal["flow", "strength", "gate", "entropy", "distance"]
"""By place in the flow; strongest, largest |gate|, lowest entropy, farthest first."""

SORTS = get_args(Sort)


@dataclass(frozen=True, kw_only=True, eq=False)
class Overview:
    """All heads, one entry each, in the order of the flow.

    Attributes:
        layers: The attention layers, with their matrices.
        layer: Which of `layers` each head is of, from 0, (head,).
        number: Of each head in its layer, from 1, (head,).
        gate: Signed gate, (head,); None for the forms without.
        entropy: Of a row, relative to the largest possible, mean over rows, 0..1.
        distance: Mean, in patches; NaN where tokens have no place (LICA). Formulas of
            both in `fusionviz.analysis.attention.heads`.
        blocks: Block of each layer, from 1, (layer,).
    """

    layers: tuple[LayerAttention, ...]
    layer: NDArray[np.int64]
    number: NDArray[np.int64]
    gate: PerHead | None
    entropy: PerHead
    distance: PerHead
    blocks: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.number)

    @property
    def size(self) -> PerHead:
        """|gate|; 1 for the forms without, whose heads are all fully open."""
        return np.ones(len(self)) if self.gate is None else np.abs(self.gate)

    @property
    def strength(self) -> PerHead:
        """|gate| (1 - relative entropy): large where much of little is read."""
        return self.size * (1 - self.entropy)

    @cached_property
    def strongest(self) -> int:
        """Place of the head of the largest strength."""
        return int(self.strength.argmax())

    def place(self, layer: int, head: int) -> int | None:
        """Return the place of a head by its layer's index in the flow and from 0."""
        indices = np.array([one.layer.index for one in self.layers])[self.layer]
        (hit,) = np.nonzero((indices == layer) & (self.number == head + 1))
        return int(hit[0]) if hit.size else None

    def layer_at(self, place: int) -> LayerAttention:
        """Return the layer of a head."""
        return self.layers[self.layer[place]]

    def matrix(self, place: int) -> NDArray[np.float32]:
        """Return S of a head, (token, token)."""
        return self.layer_at(place).weights[self.number[place] - 1]

    def select(
        self,
        *,
        sort: Sort = "flow",
        kinds: Collection[str] = (),
        block: int = 0,
        open_only: bool = False,
    ) -> NDArray[np.int64]:
        """Return the places of some heads in an order; ties stay in the flow's order.

        Args:
            sort: What comes first; heads without distance are last by it.
            kinds: Kinds of layers, all where there is none.
            block: One block from 1, or 0 for all.
            open_only: Leave out heads whose gate is nearer to 0 than `CLOSED`.
        """
        kind = np.array([layer.layer.kind for layer in self.layers])[self.layer]
        wanted = self.size >= CLOSED if open_only else np.ones(len(self), bool)
        if kinds:
            wanted = wanted & np.isin(kind, list(kinds))
        if block:
            wanted = wanted & (self.blocks[self.layer] == block)
        keys = {
            "flow": np.zeros(len(self)),
            "strength": -self.strength,
            "gate": -self.size,
            "entropy": self.entropy,
            "distance": np.nan_to_num(-self.distance, nan=np.inf),
        }
        order = np.argsort(keys[sort], kind="stable")
        return order[wanted[order]]


def measure_overview(subject: MangoSubject) -> Overview:
    """Return what every head does with a subject.

    Raises:
        InputError: The model has no attention layer.
    """
    traced = subject.trace.attention_layers
    if not traced:
        raise InputError("this model has no attention layer")
    layers = tuple(
        attention_record(
            subject.model, one, pictures=subject.pictures, missing=subject.missing
        )
        for one in traced
    )
    heads = layers[0].heads
    gates = [layer.gate for layer in layers if layer.gate is not None]
    return Overview(
        layers=layers,
        layer=np.repeat(np.arange(len(layers)), heads),
        number=np.tile(np.arange(1, heads + 1), len(layers)),
        gate=np.concatenate(gates).astype(np.float64) if gates else None,
        entropy=np.concatenate([relative_entropy(one.weights) for one in layers]),
        distance=np.concatenate([_distance(layer) for layer in layers]),
        blocks=np.array([one.block for one in traced]),
    )


def _distance(layer: LayerAttention) -> PerHead:
    """Return how far each head reads, in patches; NaN where nothing has a place."""
    if layer.mixing is not None:
        return np.full(layer.heads, np.nan)
    return mean_distance(layer.weights, layer.value_tokens, layer.grid)
