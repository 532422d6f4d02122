"""What the heads of a MANGO do: how much, how evenly, how far, and how differently.

Of head h on one sample, S is its softmax, (token, token), upper triangular. Row i, of
N tokens, may read N - i keys; the last row has no choice and counts nowhere.

    entropy    H(S[i]) / log(N - i), mean over rows and samples: 1 reads evenly, 0 reads
               one token
    distance   sum_j S[i, j] |place(i) - place(j)| in patches, mean over rows and
               samples; the places are those of X2's tokens on the picture's grid,
               whichever of the two pictures they are in
    difference sqrt(JSD(S_h[i], S_k[i])) of two heads, logarithms to base 2, mean over
               rows and samples: 0 are the same, 1 read nothing that the other reads
               (Endres & Schindelin 2003)
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr

from fusionviz.data.grid import Grid
from fusionviz.data.records import RGBDSample
from fusionviz.models.mango import Mango
from fusionviz.models.mango.config import AttentionForm
from fusionviz.models.mango.trace import LayerTrace

PerHead = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class LayerHeads:
    """The heads of one attention layer, mean over samples.

    Attributes:
        index: Place in the flow, from 0.
        block: Block, from 1.
        kind: `mmca`, `imca` or `lica`.
        name: Block and layer in words.
        gate: Signed gate (head,); None for the forms without.
        entropy: Of a row, relative to the largest possible, 0..1, (head,).
        distance: From the token that is changed to what it reads, patches, (head,);
            None where tokens have no place (LICA).
        even_distance: The same for a head that reads all it may evenly.
        difference: Jensen-Shannon distance of each two heads, 0..1, (head, head).
    """

    index: int
    block: int
    kind: str
    name: str
    gate: PerHead | None
    entropy: PerHead
    distance: PerHead | None
    even_distance: float | None
    difference: NDArray[np.float64]

    @property
    def heads(self) -> int:
        """Number of heads."""
        return len(self.entropy)

    @property
    def mean_difference(self) -> float:
        """Mean over all pairs of heads; NaN where there is one head."""
        pairs = self.difference[np.triu_indices(self.heads, 1)]
        return float(pairs.mean()) if pairs.size else float("nan")


@dataclass(frozen=True, kw_only=True, eq=False)
class HeadsReport:
    """All attention layers of a model on some samples.

    Attributes:
        form: How S becomes what a head applies: `gated`, `residual` or `softmax`.
        samples: How many the figures are means over.
        layers: In the order of the flow.
    """

    form: AttentionForm
    samples: int
    layers: tuple[LayerHeads, ...]

    def of_kind(self, kind: str) -> tuple[LayerHeads, ...]:
        """Return the layers of a kind."""
        return tuple(layer for layer in self.layers if layer.kind == kind)


def measure_heads(model: Mango, samples: Sequence[RGBDSample]) -> HeadsReport:
    """Return what the heads of every attention layer do on samples.

    Args:
        model: A MANGO.
        samples: At least one, which need not have both modalities.

    Raises:
        ValueError: There is no sample.
    """
    if not len(samples):
        raise ValueError("heads need at least one sample, got none")
    grid = model.config.shape
    measured = []
    for index in range(len(samples)):
        traced = model.trace(samples[index]).attention_layers
        measured.append([_measure(layer, grid) for layer in traced])
    return HeadsReport(
        form=model.config.form,
        samples=len(samples),
        layers=tuple(
            _join(layer, [sample[place] for sample in measured], grid)
            for place, layer in enumerate(traced)
        ),
    )


def relative_entropy(attention: NDArray) -> PerHead:
    """Return the entropy of rows over the largest possible, (head,).

    Args:
        attention: S, (head, token, token), upper triangular; rows sum to 1.
    """
    tokens = attention.shape[-1]
    if tokens < 2:
        return np.full(len(attention), np.nan)
    largest = np.log(np.arange(tokens, 1, -1))
    entropy = entr(attention[:, :-1].astype(np.float64)).sum(axis=-1)
    return (entropy / largest).mean(axis=-1)


def mean_distance(attention: NDArray, tokens: NDArray[np.int64], grid: Grid) -> PerHead:
    """Return how far rows read, in patches, (head,).

    Args:
        attention: S, (head, token, token), upper triangular; rows sum to 1.
        tokens: Place in the joint tokens of each row and column, (token,).
        grid: Rows and columns of one modality's tokens.
    """
    rows, columns = grid.coordinates(tokens % grid.places)
    apart = np.hypot(rows[:, None] - rows, columns[:, None] - columns)
    return (attention[:, :-1] * apart[:-1]).sum(axis=-1).mean(axis=-1)


def head_differences(attention: NDArray) -> NDArray[np.float64]:
    """Return the Jensen-Shannon distance of each two heads, mean over rows.

    Args:
        attention: S, (head, token, token), upper triangular; rows sum to 1.
    """
    rows = attention[:, :-1].astype(np.float64)
    heads = len(rows)
    entropy = entr(rows).sum(axis=-1)
    distance = np.zeros((heads, heads))
    for one, other in itertools.combinations(range(heads), 2):
        mixed = entr((rows[one] + rows[other]) / 2).sum(axis=-1)
        divergence = (mixed - (entropy[one] + entropy[other]) / 2) / np.log(2)
        mean = np.sqrt(divergence.clip(0, 1)).mean()
        distance[one, other] = distance[other, one] = mean
    return distance


def _measure(
    layer: LayerTrace, grid: Grid
) -> tuple[PerHead, PerHead | None, NDArray[np.float64]]:
    """Return entropy, distance and differences of a layer on one sample."""
    if layer.attention is None:
        raise ValueError(f"{layer.name} gave no attention")
    (attention,) = layer.attention
    tokens = layer.value_tokens
    return (
        relative_entropy(attention),
        None if tokens is None else mean_distance(attention, tokens, grid),
        head_differences(attention),
    )


def _join(
    layer: LayerTrace,
    measured: Sequence[tuple[PerHead, PerHead | None, NDArray[np.float64]]],
    grid: Grid,
) -> LayerHeads:
    """Return the figures of a layer's heads, averaged over samples."""
    entropies, distances, differences = zip(*measured, strict=True)
    distance = even = None
    if layer.value_tokens is not None:
        distance = np.mean(distances, axis=0)
        (even,) = mean_distance(
            _even(len(layer.value_tokens))[None], layer.value_tokens, grid
        ).tolist()
    return LayerHeads(
        index=layer.index,
        block=layer.block,
        kind=layer.kind,
        name=layer.name,
        gate=None if layer.gate is None else layer.gate.astype(np.float64),
        entropy=np.mean(entropies, axis=0),
        distance=distance,
        even_distance=even,
        difference=np.mean(differences, axis=0),
    )


def _even(tokens: int) -> NDArray[np.float64]:
    """Return attention that is even over what the mask leaves open, (token, token)."""
    allowed = np.triu(np.ones((tokens, tokens)))
    return allowed / allowed.sum(axis=-1, keepdims=True)
