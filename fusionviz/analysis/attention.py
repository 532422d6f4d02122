"""One layer of MANGO's attention on one sample, in the image's own places."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.analysis.pictures import Pictures, pictures_of
from fusionviz.data.records import RGBDSample
from fusionviz.models.mango import Mango
from fusionviz.models.mango.config import AttentionForm

ATTENTION_KINDS = ("mmca", "imca", "lica")


@dataclass(frozen=True, kw_only=True)
class LayerName:
    """A layer that has attention, before it is looked at."""

    index: int
    kind: str
    name: str


@dataclass(frozen=True, kw_only=True, eq=False)
class LayerAttention:
    """The heads of one invertible cross-attention layer.

    Row i of `weights` says how much of token j of X2 goes into token i of X2:
    Y2[i] = X2[i] + g sum_j S[i, j] X2[j] in the gated form. The weights themselves are
    computed from tokens i and j of X1.

    Attributes:
        layer: Which layer it is.
        form: How S becomes what a head applies: `gated`, `residual` or `softmax`.
        weights: S, (head, token, token): rows sum to 1, zero left of the diagonal.
        gate: Signed gate of each head, (head,); None for the forms without.
        key_tokens: Place in the 2N joint tokens (RGB row by row, then depth) of the
            N tokens of X1; None where they are learned mixtures (LICA).
        value_tokens: The same for X2.
        grid: Tokens a side of one modality's picture.
        pictures: What the model read.
        missing: The modality whose tokens are the model's guess, or None.
    """

    layer: LayerName
    form: AttentionForm
    weights: NDArray[np.float32]
    gate: NDArray[np.float32] | None
    key_tokens: NDArray[np.int64] | None
    value_tokens: NDArray[np.int64] | None
    grid: int
    pictures: Pictures
    missing: str | None

    @property
    def heads(self) -> int:
        """Number of heads."""
        return len(self.weights)

    @property
    def tokens(self) -> int:
        """Rows of each head's matrix, N."""
        return self.weights.shape[1]

    def over_pictures(self, head: int, query: int) -> NDArray[np.float32] | None:
        """Return where one row of one head reads, over both pictures.

        Every token of the joint sequence stands for one column: for X1 by which the
        weight is computed, or for X2 that is read. Both show that column's weight.

        Returns:
            (2, grid, grid), RGB then depth, NaN where the triangular mask forbids
            reading; None where the layer's tokens have no place (LICA).
        """
        if self.key_tokens is None or self.value_tokens is None:
            return None
        row = self.weights[head, query].astype(np.float32).copy()
        row[:query] = np.nan
        joint = np.full(2 * self.tokens, np.nan, np.float32)
        joint[self.key_tokens] = row
        joint[self.value_tokens] = row
        return joint.reshape(2, self.grid, self.grid)

    def row_at(self, modality: str, row: int, column: int) -> int | None:
        """Return the query whose X1 or X2 token is this patch; None for LICA."""
        if self.key_tokens is None or self.value_tokens is None:
            return None
        place = row * self.grid + column
        place += self.grid**2 if modality == "depth" else 0
        for tokens in (self.value_tokens, self.key_tokens):
            hit = np.flatnonzero(tokens == place)
            if hit.size:
                return int(hit[0])
        return None

    def entropy_bits(self, head: int, query: int) -> float:
        """Return the entropy of a row: 0 reads one token, log2 of n reads n evenly."""
        row = self.weights[head, query].astype(np.float64)
        row = row[row > 0]
        return float(-(row * np.log2(row)).sum())


def attention_layers(model: Mango) -> tuple[LayerName, ...]:
    """Return the names of a model's attention layers, in order."""
    return tuple(
        LayerName(index=place.index, kind=place.kind, name=place.name)
        for place in model.flow.places
        if place.kind in ATTENTION_KINDS
    )


def measure_attention(
    model: Mango, sample: RGBDSample, *, layer: int
) -> LayerAttention:
    """Return one layer's attention on a sample.

    Args:
        model: A MANGO.
        sample: RGB, depth or both; the tokens of a missing one are guessed.
        layer: Index of the layer in the flow, see `attention_layers`.

    Raises:
        ValueError: The layer is not an attention layer.
    """
    names = {name.index: name for name in attention_layers(model)}
    if layer not in names:
        raise ValueError(f"attention layers are {sorted(names)}, got {layer}")
    with torch.inference_mode():
        batch = model.to_batch(sample)
        (traced,) = model.trace(batch, layers=[layer]).layers
    if traced.attention is None:
        raise ValueError(f"layer {layer} gave no attention")
    return LayerAttention(
        layer=names[layer],
        form=model.config.form,
        weights=traced.attention[0].astype(np.float32),
        gate=None if traced.gate is None else traced.gate.astype(np.float32),
        key_tokens=traced.key_tokens,
        value_tokens=traced.value_tokens,
        grid=model.config.grid,
        pictures=pictures_of(batch),
        missing=missing_modality(sample),
    )


def missing_modality(sample: RGBDSample) -> str | None:
    """Return the modality that a sample lacks, or None."""
    gone = {"rgb", "depth"} - set(sample.modalities)
    return gone.pop() if gone else None
