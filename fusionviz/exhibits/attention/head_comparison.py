"""Two heads side by side: A, which was pinned, and B."""

from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.attention.head_comparison import (
    HeadComparison,
    HeadSide,
    compare_heads,
)
from fusionviz.analysis.attention.one_head import find_head, find_token
from fusionviz.analysis.shared.placeholder import ANY
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.attention.head_comparison import (
    describe_head_comparison,
    draw_head_comparison,
)
from fusionviz.views.shared.style import three_digits


@dataclass(frozen=True, kw_only=True)
class CompareControls(Controls):
    """Which head of B, which of A, each asked from where; -1 as in `HeadControls`.

    Attributes:
        layer: Of B: index in the flow.
        head: Of B, from 0.
        query: Of B: joint token.
        a_layer: Of A.
        a_head: Of A.
        a_query: Of A.
    """

    layer: int = ANY
    head: int = ANY
    query: int = ANY
    a_layer: int = ANY
    a_head: int = ANY
    a_query: int = ANY

    def __post_init__(self) -> None:
        """Refuse what is below -1."""
        numbers = (self.layer, self.head, self.query)
        if min(*numbers, self.a_layer, self.a_head, self.a_query) < ANY:
            raise ValueError(f"layers, heads and queries are at least -1, got {self}")


def make_comparison(request: Request[CompareControls]) -> Exhibit:
    """Return a head of the other subject, A, beside one of the subject, B."""
    asked = request.controls
    other = request.subject if request.other is None else request.other
    comparison = compare_heads(
        _side(other, asked.a_layer, asked.a_head, asked.a_query),
        _side(request.subject, asked.layer, asked.head, asked.query),
    )
    a, b = comparison.a, comparison.b
    arrays = {"S_a": a.matrix, "S_b": b.matrix, "maps_a": a.maps, "maps_b": b.maps}
    if comparison.difference is not None:
        arrays["difference"] = comparison.difference
    return Exhibit(
        draw=lambda: draw_head_comparison(comparison),
        alt=describe_head_comparison(comparison),
        caption=_explain(comparison),
        formula=(
            r"d(A, B) = \frac{1}{N-1}\sum_{i < N} \sqrt{\mathrm{JSD}_2\big(S_A[i],\, "
            r"S_B[i]\big)} \in [0, 1]"
        ),
        numbers=_numbers(comparison),
        arrays=arrays,
        table=_table(comparison),
    )


def _side(subject: MangoSubject, layer: int, head: int, query: int) -> HeadSide:
    attention, number = find_head(subject, layer=layer, head=head)
    row = attention.row_of(find_token(subject, query))
    return HeadSide(attention=attention, head=number, row=row)


def _numbers(comparison: HeadComparison) -> dict[str, float | int | str]:
    numbers: dict[str, float | int | str] = {}
    for letter, side in (("a", comparison.a), ("b", comparison.b)):
        numbers[f"layer_{letter}"] = side.attention.layer.name
        numbers[f"head_{letter}"] = side.head + 1
        numbers[f"row_{letter}"] = side.row
        if side.gate is not None:
            numbers[f"gate_{letter}"] = side.gate
    if comparison.distance is not None and comparison.row_distance is not None:
        numbers["jensen_shannon_distance"] = comparison.distance
        numbers["jensen_shannon_distance_of_rows"] = comparison.row_distance
    return numbers


def _table(comparison: HeadComparison) -> dict[str, np.ndarray] | None:
    if comparison.difference is None:
        return None
    a, b = comparison.a.weights, comparison.b.weights
    return {"column": np.arange(len(a)), "weight_a": a, "weight_b": b}


def _explain(comparison: HeadComparison) -> str:
    a, b = comparison.a, comparison.b
    text = (
        f"**A** is {a.attention.layer.name}, head {a.head + 1}, asked from row {a.row};"
        f" **B** is {b.attention.layer.name}, head {b.head + 1}, row {b.row}. Above is "
        "each row over its pictures, framed where it asks and where it writes; dark "
        "tokens are closed to it. Below is the whole matrix S. Both share one scale."
    )
    if any(side.attention.mixing is not None for side in (a, b)):
        text += (
            " LICA's weights are spread over the tokens that its mixtures hold, so the "
            "maps have a scale of their own."
        )
    if comparison.distance is None or comparison.row_distance is None:
        return text + (
            f"\n\nA has {a.attention.tokens} tokens and B {b.attention.tokens}: row i "
            "and column j of one are not those of the other, so there is no difference "
            "to draw."
        )
    text += (
        "\n\nA − B is blue where A reads more and red where B does. The Jensen-Shannon "
        f"distance of the heads is **{three_digits(comparison.distance)}**, mean over "
        f"rows, and **{three_digits(comparison.row_distance)}** of these two rows: 0 "
        "read the same, 1 read nothing that the other reads."
    )
    if not comparison.reads_the_same_tokens:
        text += (
            " The layers split the tokens differently: the matrices are subtracted "
            "place by place, yet row i stands for another token in each."
        )
    return text


COMPARISON = ExhibitKind(
    name="attention-compare",
    title="Two heads, A and B",
    controls=CompareControls,
    make=make_comparison,
    needs_other=True,
    height=504,
)
