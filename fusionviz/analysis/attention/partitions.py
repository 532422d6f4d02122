"""Which tokens each attention layer of a block asks, and which it changes."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.attention.mango import LayerName, attention_layers
from fusionviz.analysis.shared.attention.mixing import mixing_of
from fusionviz.models.mango import InvertibleCrossAttention, Mango
from fusionviz.models.mango.layers.partition import LearnedPartition


@dataclass(frozen=True, kw_only=True, eq=False)
class BlockPartitions:
    """The partitions of the attention layers of one block, which no sample changes.

    Attributes:
        layers: Which they are, in order.
        block: The block, from 1.
        second: How much of each token is in X2, which is read and changed, and not in
            X1, which sets the weights: 0 or 1, of LICA the share of its squared
            weights in W. (layer, 2, row, column), RGB then depth.
    """

    layers: tuple[LayerName, ...]
    block: int
    second: NDArray[np.float32]


def measure_partitions(model: Mango, *, layer: int) -> BlockPartitions:
    """Return the partitions of the block that a layer is in.

    Args:
        model: A MANGO.
        layer: Index in the flow of any of the block's layers.
    """
    block = model.flow.places[layer].block
    names = tuple(
        name
        for name in attention_layers(model)
        if model.flow.places[name.index].block == block
    )
    shares = [_second_share(model, name.index) for name in names]
    return BlockPartitions(
        layers=names,
        block=block,
        second=np.array(shares, np.float32).reshape(-1, 2, *model.config.shape),
    )


def _second_share(model: Mango, layer: int) -> NDArray[np.floating]:
    """Return how much of each joint token is in X2, (2N,)."""
    partition = cast(InvertibleCrossAttention, model.flow.layers[layer]).partition
    if isinstance(partition, LearnedPartition):
        return mixing_of(partition).second_share
    share = np.zeros(2 * partition.tokens)
    share[partition.second.cpu().numpy()] = 1
    return share
