"""A and B: a head that was pinned beside the one that is chosen now."""

import streamlit as st

from fusionviz.analysis.shared.attention import attention_layers, token_at
from fusionviz.errors import FusionvizError
from fusionviz.exhibits.attention.head_comparison import CompareControls
from fusionviz.ui.attention.pinned import (
    Pin,
    ask_from,
    picked_a,
    pin,
    pinned,
    unpin,
)
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.how_to_read import nothing_yet
from fusionviz.ui.shared.place import (
    clicked,
    current_place,
    overview_of,
    pick_head,
    pick_token,
)
from fusionviz.ui.shared.share import seat
from fusionviz.ui.shared.subjects import Picked


@st.fragment
def draw_panel(picked: Picked, visible: bool) -> None:
    """Draw the tab; when hidden, keep what is pinned in the address."""
    now = pinned()
    model = picked.subject.model
    if not attention_layers(model):
        if visible:
            nothing_yet("This model has no attention layers: there are no heads.")
        return
    if not visible:
        return
    a = None if now is None else picked_a(now)
    _read_click(picked, a)
    now, place = pinned(), current_place(picked)
    layer, head = place.layer, place.head
    if layer is None or head is None:
        overview = overview_of(picked.key, picked.subject)
        layer = overview.layer_at(overview.strongest).layer.index
        head = int(overview.number[overview.strongest]) - 1
    _draw_controls(picked, now, layer, head, place.token)
    if isinstance(a, str):
        st.warning(a, icon=":material/info:")
    if now is None or not isinstance(a, Picked):
        a = picked
        now = Pin(
            checkpoint=picked.card.name,
            seed=None,
            layer=layer,
            head=(head + 1) % model.config.heads,
            token=place.token,
        )
        said = "Nothing is pinned: A is another head of the same layer."
    else:
        said = f"**A** {a.chosen.title}, read by {a.card.name}."
        if "room" not in a.chosen.recipe:
            said += " It stays in this session: a link can hold rooms only."
    st.caption(f"{said} **B** {picked.chosen.title}, read by {picked.card.name}.")
    _show(picked, a, now, layer, head, place.token)


def _show(b: Picked, a: Picked, now: Pin, layer: int, head: int, token: int) -> None:
    controls = CompareControls(
        layer=layer,
        head=head,
        query=token,
        a_layer=now.layer,
        a_head=now.head,
        a_query=now.token,
    )
    try:
        show_exhibit("attention-compare", b, controls, other=a, select=("points",))
    except FusionvizError as error:  # an address of another model's head
        st.warning(f"A cannot be shown: {error}. Pin another A.")


def _read_click(picked: Picked, a: Picked | str | None) -> None:
    """Ask A or B from the patch that was clicked in its pictures."""
    patch = clicked("attention_compare")
    if patch is None:
        return
    modality, row, column, side = patch
    if side == "b":
        pick_token(token_at(modality, row, column, picked.subject.grid))
    elif isinstance(a, Picked):
        ask_from(token_at(modality, row, column, a.subject.grid))


def _draw_controls(
    picked: Picked, now: Pin | None, layer: int, head: int, token: int
) -> None:
    """Draw the choice of B, and what pins it as A."""
    model = picked.subject.model
    indices = {one.name: one.index for one in attention_layers(model)}
    names = {index: name for name, index in indices.items()}
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key="b_controls"
    ):
        seat("b_layer", names[layer])
        st.selectbox(
            "B: layer",
            list(indices),
            key="b_layer",
            format_func=lambda name: name.removeprefix("block "),
            width=208,
            on_change=lambda: pick_head(indices[st.session_state.b_layer], head),
        )
        seat("b_head", str(head + 1))
        st.segmented_control(
            "Head",
            [str(one + 1) for one in range(model.config.heads)],
            key="b_head",
            required=True,
            on_change=lambda: pick_head(layer, int(st.session_state.b_head) - 1),
        )
        seat("b_patch", token)
        st.number_input(
            "Patch",
            min_value=0,
            max_value=2 * picked.subject.grid.places - 1,
            key="b_patch",
            width=104,
            on_change=lambda: pick_token(st.session_state.b_patch),
            help="Or click one, of A or of B.",
        )
        st.button(
            "Pin this as A",
            key="pin_a",
            icon=":material/keep:",
            on_click=pin,
            args=(picked, layer, head, token),
            help="Keep this checkpoint, sample, head and patch as A, then choose "
            "another as B: here, or on the left.",
        )
        st.button(
            "Unpin",
            key="unpin_a",
            disabled=now is None,
            on_click=unpin,
        )
