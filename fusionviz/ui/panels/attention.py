"""One head of one of MANGO's layers, asked from one patch."""

import math

import streamlit as st

from fusionviz.analysis.attention import LayerAttention, attention_layers
from fusionviz.ui.charts import show_clickable
from fusionviz.ui.panels.explain import how_to_read, nothing_yet
from fusionviz.ui.panels.readings import Readings
from fusionviz.ui.share import publish, recall
from fusionviz.views.attention import describe_attention, draw_attention
from fusionviz.views.style import three_digits

FORMULA = (
    r"S = \mathrm{softmax}_{j \ge i}\!\left(\frac{Q K^\top}{\sqrt{d/h}}\right),\quad "
    r"Q, K \text{ from } X_1,\qquad Y_2 = A X_2,\quad A = "
)
APPLIED = {"gated": "I + g\\,S", "residual": "I + S", "softmax": "S"}
"""The matrix A of each form."""


@st.fragment
def draw_panel(readings: Readings, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    model = readings.mango_model()
    if model is None:
        if visible:
            nothing_yet("These are MANGO's heads, and MANGO has not read this pair.")
        return
    config = model.config
    wide, middle, narrow = st.columns([3, 3, 2], vertical_alignment="bottom")
    layers = {layer.name: layer.index for layer in attention_layers(model)}
    name = wide.selectbox("Layer", list(layers), key="layer", bind="query-params")
    heads = [str(head + 1) for head in range(config.heads)]
    head = middle.segmented_control(
        "Head", heads, default="1", key="head", required=True, bind="query-params"
    )
    attention = readings.attention(layers[name]) if visible else None
    # A patch in the upper middle: the mask leaves it most of the picture to read.
    default = config.grid // 4 * config.grid + config.grid // 2
    recall("query", default, low=0, high=config.tokens - 1)
    if attention is not None:
        _read_click(attention)
    narrow.number_input(
        "Row i (or click a patch)",
        min_value=0,
        max_value=config.tokens - 1,
        key="query",
        help="Which token is being changed; also the row of the matrix.",
    )
    publish("query", default)
    if attention is not None:
        _draw(attention, int(head or "1") - 1, st.session_state.query)


def _read_click(attention: LayerAttention) -> None:
    """Ask from the patch that was clicked in the last run, once."""
    clicked = st.session_state.get("attention")
    points = clicked["selection"]["points"] if clicked else []
    place = tuple(points[0]["customdata"]) if points else None
    if place is not None and place != st.session_state.get("_last_click"):
        query = attention.row_at(*place)
        if query is not None:
            st.session_state.query = query
    st.session_state["_last_click"] = place


def _draw(attention: LayerAttention, head: int, query: int) -> None:
    figure = draw_attention(attention, head=head, query=query)
    alt = describe_attention(attention, head=head, query=query)
    show_clickable(figure, key="attention", alt=alt)
    formula = FORMULA + APPLIED[attention.form]
    how_to_read(explain(attention, head, query), formula=formula, key="attention")


def explain(attention: LayerAttention, head: int, query: int) -> str:
    """Return in words what the picture shows, with this row's numbers."""
    row = attention.weights[head, query]
    open_to = attention.tokens - query
    times = ", times the head's gate g" if attention.gate is not None else ""
    text = (
        f"Row i says how much of every token j of X2 goes into token i of X2{times}; "
        "the weights are computed from X1, which stays as it is, so the step can be "
        f"undone. The mask lets row {query} read the {open_to} tokens j ≥ {query}; "
        "dark ones are closed to it. Both pictures show each token's weight, whether "
        "it is the X1 or the X2 token of its column.\n\n"
        f"Here S[i, i] = {three_digits(float(row[query]))}, the largest weight is "
        f"{three_digits(float(row.max()))}, and the row's entropy is "
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
