"""One head in a formula and in words, on whichever page it is shown."""

import math

from fusionviz.analysis.shared.attention.mango import LayerAttention
from fusionviz.models.mango.config import AttentionForm
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


def explain_head(attention: LayerAttention, head: int, query: int) -> str:
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
