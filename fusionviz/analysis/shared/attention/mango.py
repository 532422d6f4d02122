"""One layer of MANGO's attention on one sample, in the image's own places."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.analysis.shared.attention.mixing import Mixing, mixing_of
from fusionviz.analysis.shared.pictures import Pictures, pictures_of
from fusionviz.data.grid import Grid
from fusionviz.data.records import RGBDSample
from fusionviz.errors import InputError
from fusionviz.models.mango import (
    InvertibleCrossAttention,
    JointModel,
    Mango,
    MangoTrace,
)
from fusionviz.models.mango.config import AttentionForm
from fusionviz.models.mango.layers.partition import LearnedPartition
from fusionviz.models.mango.trace import LayerTrace

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
            N tokens of X1; of LICA's mixtures the tokens that they are nearest to.
        value_tokens: The same for X2.
        grid: Rows and columns of one modality's tokens.
        pictures: What the model read.
        missing: The modality whose tokens are the model's guess, or None.
        mixing: What the tokens of X1 and X2 are mixtures of (LICA); None where they
            are tokens of the pictures.
    """

    layer: LayerName
    form: AttentionForm
    weights: NDArray[np.float32]
    gate: NDArray[np.float32] | None
    key_tokens: NDArray[np.int64]
    value_tokens: NDArray[np.int64]
    grid: Grid
    pictures: Pictures
    missing: str | None
    mixing: Mixing | None = None

    @property
    def heads(self) -> int:
        """Number of heads."""
        return len(self.weights)

    @property
    def tokens(self) -> int:
        """Rows of each head's matrix, N."""
        return self.weights.shape[1]

    @property
    def widest(self) -> int:
        """The head of the largest |gate|, from 0; the first where no head has one."""
        return 0 if self.gate is None else int(np.abs(self.gate).argmax())

    def check_head(self, head: int) -> None:
        """Refuse a head, from 0, that there is not.

        Raises:
            InputError: There is no such head.
        """
        if not 0 <= head < self.heads:
            raise InputError(f"heads are 0 to {self.heads - 1}, got {head}")

    def over_pictures(self, head: int, query: int) -> NDArray[np.float32]:
        """Return where one row of one head reads, over both pictures.

        Every token of the joint sequence stands for one column: for X1 by which the
        weight is computed, or for X2 that is read. Both show that column's weight. Of
        LICA, whose columns are mixtures, the weight of each is spread over the tokens
        that it holds (`Mixing.spread`): the map sums to 1 and has no gaps.

        Returns:
            (2, row, column), RGB then depth, NaN where the triangular mask forbids
            reading.
        """
        row = self.weights[head, query]
        if self.mixing is not None:
            joint = self.mixing.spread(row).astype(np.float32)
        else:
            joint = np.full(2 * self.tokens, np.nan, np.float32)
            joint[self.key_tokens[query:]] = row[query:]
            joint[self.value_tokens[query:]] = row[query:]
        return joint.reshape(2, *self.grid)

    def row_of(self, token: int) -> int:
        """Return the row whose X1 or X2 token is this joint token, or nearest to it."""
        for tokens in (self.value_tokens, self.key_tokens):
            hit = np.flatnonzero(tokens == token)
            if hit.size:
                return int(hit[0])
        raise ValueError(f"tokens are 0 to {2 * self.tokens - 1}, got {token}")

    def row_at(self, modality: str, row: int, column: int) -> int:
        """Return the row whose X1 or X2 token is this patch, or nearest to it."""
        return self.row_of(token_at(modality, row, column, self.grid))

    def entropy_bits(self, head: int, query: int) -> float:
        """Return the entropy of a row: 0 reads one token, log2 of n reads n evenly."""
        row = self.weights[head, query].astype(np.float64)
        row = row[row > 0]
        return float(-(row * np.log2(row)).sum())


def attention_layers(model: JointModel[Any]) -> tuple[LayerName, ...]:
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
    return attention_record(
        model, traced, pictures=pictures_of(batch), missing=missing_modality(sample)
    )


def attention_record(
    model: JointModel[Any],
    traced: LayerTrace,
    *,
    pictures: Pictures,
    missing: str | None,
) -> LayerAttention:
    """Return the attention of one layer of a pass through a model.

    Args:
        model: Whose pass it was.
        traced: One of its attention layers.
        pictures: What it read.
        missing: The modality whose tokens were its guess, or None.

    Raises:
        ValueError: The layer carries no attention.
    """
    if traced.attention is None:
        raise ValueError(f"{traced.name} gave no attention")
    layer = cast(InvertibleCrossAttention, model.flow.layers[traced.index])
    partition, mixing = layer.partition, None
    if isinstance(partition, LearnedPartition):
        mixing = mixing_of(partition)
        first, second = np.split(mixing.nearest, 2)
    else:
        first = partition.first.cpu().numpy()
        second = partition.second.cpu().numpy()
    return LayerAttention(
        layer=LayerName(index=traced.index, kind=traced.kind, name=traced.name),
        form=model.config.form,
        weights=traced.attention[0].astype(np.float32, copy=False),
        gate=None if traced.gate is None else traced.gate.astype(np.float32),
        key_tokens=first,
        value_tokens=second,
        grid=model.config.shape,
        pictures=pictures,
        missing=missing,
        mixing=mixing,
    )


def find_attention(
    model: JointModel[Any],
    trace: MangoTrace,
    layer: int,
    *,
    pictures: Pictures,
    missing: str | None,
) -> LayerAttention:
    """Return the attention of a layer, by its index, of a pass through a model.

    Args:
        model: Whose pass it was.
        trace: The pass, with every layer's attention.
        layer: Index in the flow, see `attention_layers`.
        pictures: What it read.
        missing: The modality whose tokens were its guess, or None.

    Raises:
        InputError: It is no attention layer.
    """
    for traced in trace.attention_layers:
        if traced.index == layer:
            return attention_record(model, traced, pictures=pictures, missing=missing)
    known = [name.index for name in attention_layers(model)]
    raise InputError(f"attention layers are {known or 'none'}, got {layer}")


def token_at(modality: str, row: int, column: int, grid: Grid) -> int:
    """Return the place of a patch in the joint tokens: RGB row by row, then depth."""
    return row * grid.columns + column + (grid.places if modality == "depth" else 0)


def missing_modality(sample: RGBDSample) -> str | None:
    """Return the modality that a sample lacks, or None."""
    gone = {"rgb", "depth"} - set(sample.modalities)
    return gone.pop() if gone else None
