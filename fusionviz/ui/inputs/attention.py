"""One head of one of MANGO's layers, asked from one patch."""

import streamlit as st

from fusionviz.analysis.shared.attention import LayerAttention, attention_layers
from fusionviz.exhibits.shared.exhibit import HEIGHT
from fusionviz.exhibits.shared.head_words import APPLIED, FORMULA, explain_head
from fusionviz.ui.inputs.readings import Readings
from fusionviz.ui.shared.charts import show
from fusionviz.ui.shared.clicks import clicked
from fusionviz.ui.shared.controls import choose_bound, choose_number
from fusionviz.ui.shared.frame import page
from fusionviz.ui.shared.how_to_read import how_to_read
from fusionviz.ui.shared.notices import nothing_yet, panel
from fusionviz.views.shared.attention_maps import describe_attention, draw_attention

SHARED = ("seed", "mango", "alignmamba")
"""What the sidebar writes to the address."""


@panel
def draw_panel(readings: Readings, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    model = readings.mango_model()
    if model is None:
        what = "These are MANGO's heads, and MANGO has not read this pair."
        nothing_yet(what, visible)
        return
    config = model.config
    wide, middle, narrow = st.columns([3, 3, 2], vertical_alignment="bottom")
    layers = {layer.name: layer.index for layer in attention_layers(model)}
    name = wide.selectbox("Layer", list(layers), key="layer", bind="query-params")
    with middle:
        heads = {str(head + 1): head for head in range(config.heads)}
        head = choose_bound("Head", "head", heads)
    attention = readings.attention(layers[name]) if visible else None
    if attention is not None:
        _read_click(attention)
    with narrow:
        query = choose_number(
            "Row i (or click a patch)",
            "query",
            # A patch in the upper middle: the mask leaves it most to read.
            default=config.shape.middle,
            last=config.tokens - 1,
            help="Which token is being changed; also the row of the matrix.",
        )
    if attention is not None:
        _draw(attention, head, query)
        _draw_link(attention, head, query)


def _read_click(attention: LayerAttention) -> None:
    """Ask from the patch that was clicked in the last run, once."""
    place = clicked("attention")
    if place is not None:
        st.session_state.query = attention.row_at(*place)


def _draw(attention: LayerAttention, head: int, query: int) -> None:
    figure = draw_attention(attention, head=head, query=query)
    alt = describe_attention(attention, head=head, query=query)
    show(figure, key="attention", alt=alt, height=HEIGHT, select=("points",))
    formula = FORMULA + APPLIED[attention.form]
    text = explain_head(attention, head, query)
    how_to_read(text, formula=formula, key="attention")


def _draw_link(attention: LayerAttention, head: int, query: int) -> None:
    """Draw a link to the same head and patch on the page that is about attention."""
    shared = {k: st.query_params[k] for k in SHARED if k in st.query_params}
    st.page_link(
        page("attention"),
        label="All heads, and this one with its partition",
        icon=":material/grid_view:",
        query_params={
            **shared,
            "open": f"{attention.layer.index}.{head + 1}",
            "query": str(attention.value_tokens[query]),
        },
    )
