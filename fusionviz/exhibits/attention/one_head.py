"""One head: where it reads, over both pictures."""

import math
from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.attention.one_head import ANY, find_head, find_token
from fusionviz.analysis.shared.attention import LayerAttention
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.models.mango.config import AttentionForm
from fusionviz.views.shared.attention_maps import describe_attention, draw_attention
from fusionviz.views.shared.style import three_digits

FORMULA = (
    r"S = \mathrm{softmax}_{j \ge i}\!\left(\frac{Q K^\top}{\sqrt{d/h}}\right),\quad "
    r"Q, K \text{ from } X_1,\qquad Y_2 = A X_2,\quad A = "
)
APPLIED: dict[AttentionForm, str] = {
    "gated": "I + g\\,S",
    "residual": "I + S",
    "softmax": "S",
}
"""The matrix A of each form."""


@dataclass(frozen=True, kw_only=True)
class HeadControls(Controls):
    """Which head, asked from where.

    Attributes:
        layer: Index in the flow; -1 for the layer of the head of the largest
            |gate| (1 - relative entropy) on the sample.
        head: From 0; -1 for the one of the largest in the layer.
        query: Joint token: RGB's patches row by row, then depth's; -1 for an RGB
            patch in the upper middle.
        halves: Mark which tokens are in X1 and which in X2.
    """

    layer: int = ANY
    head: int = ANY
    query: int = ANY
    halves: bool = True

    def __post_init__(self) -> None:
        """Refuse what is below -1."""
        if min(self.layer, self.head, self.query) < ANY:
            raise ValueError(f"layer, head and query are at least -1, got {self}")


def make_head(request: Request[HeadControls]) -> Exhibit:
    """Return where one row of one head reads, over both pictures."""
    asked = request.controls
    attention, head = find_head(request.subject, layer=asked.layer, head=asked.head)
    token = find_token(request.subject, asked.query)
    query = attention.row_of(token)
    maps = attention.over_pictures(head, query)
    row = attention.weights[head, query]
    numbers: dict[str, float | int | str] = {
        "layer": attention.layer.name,
        "head": head + 1,
        "row": query,
        "largest_weight": float(row.max()),
        "entropy_bits": attention.entropy_bits(head, query),
    }
    if attention.gate is not None:
        numbers["gate"] = float(attention.gate[head])
    return Exhibit(
        figure=draw_attention(attention, head=head, query=query, halves=asked.halves),
        alt=describe_attention(attention, head=head, query=query),
        caption=explain(attention, head, query),
        formula=FORMULA + APPLIED[attention.form],
        numbers=numbers,
        arrays={"S": attention.weights[head], "over_pictures": maps},
        table={
            "column": np.arange(attention.tokens),
            "token_of_x1": attention.key_tokens,
            "token_of_x2": attention.value_tokens,
            "weight": row,
        },
    )


def explain(attention: LayerAttention, head: int, query: int) -> str:
    """Return in words what a row of a head shows, with its numbers."""
    row = attention.weights[head, query]
    open_to = attention.tokens - query
    times = ", times the head's gate g" if attention.gate is not None else ""
    shown = (
        "Both pictures show each token's weight, whether it is the X1 or the X2 token "
        "of its column; dark ones are closed."
        if attention.mixing is None
        else "The tokens of X1 and X2 are learned mixtures here, positions of W X: the "
        "weight of position j is spread over all tokens by |W[j, token]|, so the maps "
        "sum to 1 as the row does. They have a scale of their own. Frames are around "
        "the tokens that position i is nearest to."
    )
    text = (
        f"Row i says how much of every token j of X2 goes into token i of X2{times}; "
        "the weights are computed from X1, which stays as it is, so the step can be "
        f"undone. The mask lets row {query} read the {open_to} tokens j ≥ {query}. "
        f"{shown}\n\nHere S[i, i] = {three_digits(float(row[query]))}, the largest "
        f"weight is {three_digits(float(row.max()))}, and the row's entropy is "
        f"{three_digits(attention.entropy_bits(head, query))} bits (an even row would "
        f"have {three_digits(math.log2(open_to))})."
    )
    if attention.gate is not None:
        gates = ", ".join(f"{gate:+.3f}" for gate in attention.gate)
        text += (
            f" The gate of this head is **g = {attention.gate[head]:+.3f}**; of all "
            f"heads of the layer: {gates}. A negative gate subtracts what the head "
            "reads: the flow removes what it can predict."
        )
    return text


EXHIBITS = (
    ExhibitKind(
        name="attention-head",
        title="Where one head reads",
        controls=HeadControls,
        make=make_head,
    ),
)
