"""The halves of the tokens that a layer's attention is between, and what LICA mixes."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from fusionviz.analysis.attention.one_head import find_head, find_token
from fusionviz.analysis.attention.partitions import measure_partitions
from fusionviz.analysis.shared.attention.mango import attention_layers
from fusionviz.analysis.shared.attention.mixing import Mixing
from fusionviz.analysis.shared.placeholder import ANY
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.attention.mixing import describe_mixing, draw_mixing
from fusionviz.views.attention.partitions import describe_partitions, draw_partitions

Half = Literal["X1", "X2"]


@dataclass(frozen=True, kw_only=True)
class PartitionControls(Controls):
    """Which layer's partition is framed among those of its block.

    Attributes:
        layer: Index in the flow; -1 for the layer of the strongest head.
    """

    layer: int = ANY


def make_partition(request: Request[PartitionControls]) -> Exhibit:
    """Return which tokens are in X1 and X2, for the layers of a block."""
    attention, _ = find_head(request.subject, layer=request.controls.layer)
    picked = attention.layer.index
    partitions = measure_partitions(request.subject.model, layer=picked)
    columns, tokens = partitions.second.shape[0], 2 * attention.tokens
    return Exhibit(
        draw=lambda: draw_partitions(partitions, picked=picked),
        alt=describe_partitions(partitions, picked=picked),
        caption=(
            "Every layer splits the tokens of both pictures into halves: X1 (pale) "
            "sets the weights and stays, X2 (dark) is read and changed. **MMCA** "
            "changes one whole modality by the other. **IMCA** takes even or odd "
            "columns of each, in four pairings, so that a token is told by neighbours "
            "in both pictures. **LICA** mixes all tokens first, by a learned W: a "
            "grey says how much of a token's squared weights goes into X2. Of the "
            f"{tokens} tokens of this pair every layer changes {tokens // 2}; block "
            f"{partitions.block} has {columns} such layers, and {attention.layer.name} "
            "is framed."
        ),
        arrays={"share_in_x2": partitions.second},
    )


@dataclass(frozen=True, kw_only=True)
class MixingControls(Controls):
    """Which LICA layer, and which row of its W.

    Attributes:
        layer: Index in the flow; -1 for the first LICA layer.
        query: Joint token whose nearest position is shown; -1 as in `HeadControls`.
        half: Row i of X2, which is read, or of X1, which asks.
    """

    layer: int = ANY
    query: int = ANY
    half: Half = "X2"

    def __post_init__(self) -> None:
        """Refuse other halves."""
        if self.half not in ("X1", "X2"):
            raise ValueError(f"half is X1 or X2, got {self.half!r}")


def make_mixing(request: Request[MixingControls]) -> Exhibit:
    """Return what a LICA layer mixes, and where one row of its W lives."""
    subject, asked = request.subject, request.controls
    attention = subject.attention(_lica_layer(request))
    mixing = attention.mixing
    if mixing is None:
        raise InputError(f"{attention.layer.name} mixes nothing: it is no LICA layer")
    query = attention.row_of(find_token(subject, asked.query))
    position = query + (mixing.tokens if asked.half == "X2" else 0)
    name = attention.layer.name
    return Exhibit(
        draw=lambda: draw_mixing(
            mixing,
            position=position,
            pictures=attention.pictures,
            grid=attention.grid,
            missing=attention.missing,
        ),
        alt=describe_mixing(mixing, position=position, name=name),
        caption=_explain_mixing(mixing, position, name),
        formula=r"[X_1; X_2] = W X,\qquad W = P\,L\,(U + \mathrm{diag}(s))",
        numbers={
            "position": position,
            "nearest_token": int(mixing.nearest[position]),
            "nearest_share": float(mixing.nearest_share[position]),
            "nearest_share_mean": float(mixing.nearest_share.mean()),
            "positions_moved_by_training": int((mixing.nearest != mixing.start).sum()),
        },
        arrays={"W": mixing.weight, "nearest": mixing.nearest},
        table={
            "position": np.arange(len(mixing.nearest)),
            "half": np.repeat(["X1", "X2"], mixing.tokens),
            "nearest_token": mixing.nearest,
            "share_of_absolute_weight": mixing.nearest_share,
        },
    )


def _lica_layer(request: Request[MixingControls]) -> int:
    if request.controls.layer != ANY:
        return request.controls.layer
    names = attention_layers(request.subject.model)
    mixed = [name.index for name in names if name.kind == "lica"]
    if not mixed:
        raise InputError("this model has no LICA layer")
    return mixed[0]


def _explain_mixing(mixing: Mixing, position: int, name: str) -> str:
    share = mixing.nearest_share
    moved = int((mixing.nearest != mixing.start).sum())
    kept = "all positions" if not moved else f"all but {moved} positions"
    half = "X1" if position < mixing.tokens else "X2"
    return (
        f"{name} mixes the {2 * mixing.tokens} tokens before it splits them: position "
        "p of W X holds W[p, t] of token t; the first half of the positions is X1, "
        "the second X2. W is learned for all samples at once. The framed row, position "
        f"{position} of {half}, is drawn over both pictures; both signs count, so one "
        "token can be taken from another. Rings are the permutation that W is nearest "
        "to (largest sum of |W|, Hungarian method): each position's own token. The "
        f"picked one's is token {int(mixing.nearest[position])}, with "
        f"**{share[position]:.1%}** of the row's absolute weight; on average it is "
        f"{share.mean():.1%}, where even mixing would give "
        f"{1 / (2 * mixing.tokens):.1%}. Training has left {kept} nearest to the "
        "token that they started as."
    )


PARTITION = ExhibitKind(
    name="attention-partition",
    title="Which tokens are X1, which X2",
    controls=PartitionControls,
    make=make_partition,
    height=330,
)

MIXING = ExhibitKind(
    name="attention-mixing",
    title="What LICA mixes",
    controls=MixingControls,
    make=make_mixing,
)
