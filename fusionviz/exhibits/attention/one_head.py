"""One head: where it reads, over both pictures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.attention.one_head import find_head, find_token
from fusionviz.analysis.shared.attention.mango import LayerAttention
from fusionviz.analysis.shared.placeholder import ANY
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.exhibits.shared.head_words import APPLIED, FORMULA, explain_head
from fusionviz.views.shared.attention_maps import describe_attention, draw_attention


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
    return Exhibit(
        draw=lambda: draw_attention(
            attention, head=head, query=query, halves=asked.halves
        ),
        alt=describe_attention(attention, head=head, query=query),
        caption=explain_head(attention, head, query),
        formula=FORMULA + APPLIED[attention.form],
        numbers=head_numbers(attention, head, query),
        arrays={"S": attention.weights[head], "over_pictures": maps},
        table=row_table(attention, head, query),
    )


def head_numbers(
    attention: LayerAttention, head: int, query: int
) -> dict[str, float | int | str]:
    """Return the numbers of a row of a head, by name."""
    numbers: dict[str, float | int | str] = {
        "layer": attention.layer.name,
        "head": head + 1,
        "row": query,
        "largest_weight": float(attention.weights[head, query].max()),
        "entropy_bits": attention.entropy_bits(head, query),
    }
    if attention.gate is not None:
        numbers["gate"] = float(attention.gate[head])
    return numbers


def row_table(
    attention: LayerAttention, head: int, query: int
) -> dict[str, NDArray[np.integer | np.floating]]:
    """Return a row of a head column by column: the tokens that it is between."""
    return {
        "column": np.arange(attention.tokens),
        "token_of_x1": attention.key_tokens,
        "token_of_x2": attention.value_tokens,
        "weight": attention.weights[head, query],
    }


HEAD = ExhibitKind(
    name="attention-head",
    title="Where one head reads",
    controls=HeadControls,
    make=make_head,
)
