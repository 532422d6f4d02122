"""A and B: a head that was pinned beside the one that is chosen now."""

import streamlit as st

from fusionviz.analysis.shared.attention.mango import attention_layers, token_at
from fusionviz.errors import FusionvizError
from fusionviz.exhibits.attention.head_comparison import COMPARISON, CompareControls
from fusionviz.ui.attention.head_controls import draw_head, draw_layer, draw_patch
from fusionviz.ui.attention.pinned import (
    Pin,
    ask_from,
    pin,
    pinned,
    read_a,
    unpin,
)
from fusionviz.ui.attention.place import (
    Place,
    current_place,
    has_heads,
    overview_of,
    pick_token,
)
from fusionviz.ui.shared.clicks import clicked
from fusionviz.ui.shared.controls import controls_row
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import panel
from fusionviz.ui.shared.subjects import MangoChoice


@panel
def draw_panel(choice: MangoChoice, visible: bool) -> None:
    """Draw the tab; when hidden, keep what is pinned in the address."""
    now = pinned()
    if not has_heads(choice, visible) or not visible:
        return
    a = None if now is None else read_a(now)
    _read_click(choice, a)
    now, place = pinned(), current_place(choice)
    layer, head = _head_of(choice, place)
    _draw_controls(choice, now, a, layer, head, place.token)
    if isinstance(a, str):
        st.warning(a, icon=":material/info:")
    if now is None or not isinstance(a, MangoChoice):
        a = choice
        now = Pin(
            checkpoint=choice.card.name,
            seed=None,
            layer=layer,
            head=(head + 1) % choice.subject.model.config.heads,
            token=place.token,
        )
        said = "Nothing is pinned: A is another head of the same layer."
    else:
        said = f"**A** {a.sample.title}, read by {a.card.name}."
        if "room" not in a.sample.named:
            said += " It stays in this session: a link can hold rooms only."
    st.caption(f"{said} **B** {choice.sample.title}, read by {choice.card.name}.")
    controls = CompareControls(
        layer=layer,
        head=head,
        query=place.token,
        a_layer=now.layer,
        a_head=now.head,
        a_query=now.token,
    )
    _show(choice, a, controls)


def _head_of(choice: MangoChoice, place: Place) -> tuple[int, int]:
    """Return layer and head of a place, or those of the strongest head."""
    if place.layer is not None and place.head is not None:
        return place.layer, place.head
    overview = overview_of(choice.key, choice.subject)
    strongest = overview.strongest
    layer = overview.layer_at(strongest).layer.index
    return layer, int(overview.number[strongest]) - 1


def _show(b: MangoChoice, a: MangoChoice, controls: CompareControls) -> None:
    try:
        show_exhibit(COMPARISON, b, controls, other=a, select=("points",))
    except FusionvizError as error:  # an address of another model's head
        st.warning(f"A cannot be shown: {error}. Pin another A.")


def _read_click(choice: MangoChoice, a: MangoChoice | str | None) -> None:
    """Ask A or B from the patch that was clicked in its pictures."""
    patch = clicked("attention_compare")
    if patch is None:
        return
    modality, row, column, side = patch
    if side == "b":
        pick_token(token_at(modality, row, column, choice.subject.grid))
    elif isinstance(a, MangoChoice):
        ask_from(token_at(modality, row, column, a.subject.grid))


def _draw_controls(
    choice: MangoChoice,
    now: Pin | None,
    a: MangoChoice | str | None,
    layer: int,
    head: int,
    token: int,
) -> None:
    """Draw the choice of B, what pins it as A, and from which patch A is asked."""
    model = choice.subject.model
    layers = {one.name: one.index for one in attention_layers(model)}
    with controls_row("b_controls"):
        draw_layer("B: layer", "b_layer", layers, layer=layer, head=head)
        draw_head("b_head", model.config.heads, layer=layer, head=head)
        hint = "Or click one, of A or of B."
        draw_patch("b_patch", choice.subject.grid, token=token, help=hint)
        st.button(
            "Pin this as A",
            key="pin_a",
            icon=":material/keep:",
            on_click=pin,
            args=(choice, layer, head, token),
            help="Keep this checkpoint, sample, head and patch as A, then choose "
            "another as B: here, or on the left.",
        )
        if now is not None and isinstance(a, MangoChoice):
            grid = a.subject.grid
            draw_patch(
                "a_patch",
                grid,
                token=min(now.token, 2 * grid.places - 1),
                help="Or click one, of A.",
                label="A: patch",
                pick=ask_from,
            )
        st.button(
            "Unpin",
            key="unpin_a",
            disabled=now is None,
            on_click=unpin,
        )
