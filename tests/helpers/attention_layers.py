"""A made-up layer of attention, for tests of what is measured and drawn of one."""

import numpy as np

from fusionviz.analysis.shared.attention.mango import LayerAttention, LayerName
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.data.grid import Grid


def make_attention(rng, *, grid=4, heads=2, pictures=None):
    """An MMCA layer from rgb to depth, of random weights."""
    tokens = grid**2
    weights = np.triu(rng.uniform(0.1, 1, (heads, tokens, tokens)))
    weights /= weights.sum(axis=-1, keepdims=True)
    return LayerAttention(
        layer=LayerName(index=2, kind="mmca", name="block 1 · MMCA rgb → depth"),
        form="gated",
        weights=weights.astype(np.float32),
        gate=np.array([-0.25, 0.1], np.float32),
        key_tokens=np.arange(tokens),
        value_tokens=np.arange(tokens, 2 * tokens),
        grid=Grid(grid, grid),
        pictures=pictures
        or Pictures(rgb=np.zeros((16, 16, 3), np.uint8), depth_m=None),
        missing=None,
    )
