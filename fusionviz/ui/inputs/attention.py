"""One head of one of MANGO's layers, asked from one patch."""

import streamlit as st

from fusionviz.analysis.shared.attention import LayerAttention, attention_layers
from fusionviz.exhibits.attention.one_head import APPLIED, FORMULA, explain
from fusionviz.ui.shared.charts import show_clickable
from fusionviz.ui.shared.frame import page
from fusionviz.ui.shared.how_to_read import how_to_read, nothing_yet
from fusionviz.ui.shared.readings import Readings
from fusionviz.ui.shared.share import publish, recall
from fusionviz.views.shared.attention_maps import describe_attention, draw_attention

SHARED = ("seed", "mango", "alignmamba")
"""What the sidebar writes to the address."""


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
    default = config.shape.middle
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
        number, query = int(head or "1"), st.session_state.query
        _draw(attention, number - 1, query)
        _draw_link(attention, number, query)


def _read_click(attention: LayerAttention) -> None:
    """Ask from the patch that was clicked in the last run, once."""
    clicked = st.session_state.get("attention")
    points = clicked["selection"]["points"] if clicked else []
    place = tuple(points[0]["customdata"]) if points else None
    if place is not None and place != st.session_state.get("_last_click"):
        st.session_state.query = attention.row_at(*place)
    st.session_state["_last_click"] = place


def _draw(attention: LayerAttention, head: int, query: int) -> None:
    figure = draw_attention(attention, head=head, query=query)
    alt = describe_attention(attention, head=head, query=query)
    show_clickable(figure, key="attention", alt=alt)
    formula = FORMULA + APPLIED[attention.form]
    how_to_read(explain(attention, head, query), formula=formula, key="attention")


def _draw_link(attention: LayerAttention, number: int, query: int) -> None:
    """Draw a link to the same head and patch on the page that is about attention."""
    shared = {k: st.query_params[k] for k in SHARED if k in st.query_params}
    st.page_link(
        page("attention"),
        label="All heads, and this one with its partition",
        icon=":material/grid_view:",
        query_params={
            **shared,
            "open": f"{attention.layer.index}.{number}",
            "query": str(attention.value_tokens[query]),
        },
    )
