"""One head of one of MANGO's layers, asked from one patch."""

import streamlit as st

from fusionviz.analysis.shared.attention.mango import LayerAttention, attention_layers
from fusionviz.exhibits.attention.one_head import HEAD, HeadControls
from fusionviz.ui.inputs.readings import Readings
from fusionviz.ui.shared.clicks import clicked
from fusionviz.ui.shared.controls import choose_bound, choose_number
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.frame.navigation import page
from fusionviz.ui.shared.notices import nothing_yet, panel

SHARED = ("seed", "mango", "alignmamba")
"""What the sidebar writes to the address."""


@panel
def draw_panel(readings: Readings, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    choice = readings.by_mango()
    if choice is None:
        what = "These are MANGO's heads, and MANGO has not read this pair."
        nothing_yet(what, visible)
        return
    model = choice.subject.model
    wide, middle, narrow = st.columns([3, 3, 2], vertical_alignment="bottom")
    layers = {layer.name: layer.index for layer in attention_layers(model)}
    name = wide.selectbox("Layer", list(layers), key="layer", bind="query-params")
    with middle:
        heads = {str(head + 1): head for head in range(model.config.heads)}
        head = choose_bound("Head", "head", heads)
    attention = choice.subject.attention(layers[name]) if visible else None
    if attention is not None:
        _read_click(attention)
    with narrow:
        query = choose_number(
            "Row i (or click a patch)",
            "query",
            # A patch in the upper middle: the mask leaves it most to read.
            default=model.config.shape.middle,
            last=model.config.tokens - 1,
            help="Which token is being changed; also the row of the matrix.",
        )
    if attention is None:
        return
    token = int(attention.value_tokens[query])
    controls = HeadControls(
        layer=attention.layer.index, head=head, query=token, halves=False
    )
    show_exhibit(HEAD, choice, controls, key="attention", select=("points",))
    _draw_link(attention, head, token)


def _read_click(attention: LayerAttention) -> None:
    """Ask from the patch that was clicked in the last run, once."""
    place = clicked("attention")
    if place is not None:
        st.session_state.query = attention.row_at(*place)


def _draw_link(attention: LayerAttention, head: int, token: int) -> None:
    """Draw a link to the same head and patch on the page that is about attention."""
    shared = {k: st.query_params[k] for k in SHARED if k in st.query_params}
    st.page_link(
        page("attention"),
        label="All heads, and this one with its partition",
        icon=":material/grid_view:",
        query_params={
            **shared,
            "open": f"{attention.layer.index}.{head + 1}",
            "query": str(token),
        },
    )
