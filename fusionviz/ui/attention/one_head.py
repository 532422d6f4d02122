"""One head: where it reads from a patch, which tokens it splits, what LICA mixes."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fusionviz.analysis.attention.overview import Overview
from fusionviz.analysis.shared.attention import token_at
from fusionviz.data.grid import Grid
from fusionviz.exhibits.attention.one_head import HeadControls
from fusionviz.exhibits.attention.partitions import MixingControls, PartitionControls
from fusionviz.ui.attention.overview import chosen_controls
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.how_to_read import nothing_yet
from fusionviz.ui.shared.place import (
    Place,
    clicked,
    current_place,
    overview_of,
    pick_head,
    pick_token,
)
from fusionviz.ui.shared.share import seat
from fusionviz.ui.shared.subjects import Picked

HALVES = ("X2", "X1")


@st.fragment
def draw_panel(picked: Picked, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    model = picked.subject.model
    if not model.config.blocks or not model.config.partitions:
        if visible:
            nothing_yet("This model has no attention layers: there are no heads.")
        return
    for key in ("attention_head", "attention_mixing"):
        patch = clicked(key)
        if patch is not None:
            modality, row, column = patch
            pick_token(token_at(modality, row, column, model.config.shape))
    place = current_place(picked)
    if not visible:
        _draw_toggle()
        _draw_half()
        return
    overview = overview_of(picked.key, picked.subject)
    at = None
    if place.layer is not None and place.head is not None:
        at = overview.place(place.layer, place.head)
    at = overview.strongest if at is None else at
    halves = _draw_controls(overview, at, place)
    layer = overview.layer_at(at).layer
    controls = HeadControls(
        layer=layer.index,
        head=int(overview.number[at]) - 1,
        query=place.token,
        halves=halves,
    )
    show_exhibit("attention-head", picked, controls, select=("points",))
    if layer.kind == "lica":
        _draw_mixing(picked, layer.index, place.token)
    show_exhibit("attention-partition", picked, PartitionControls(layer=layer.index))


def _draw_controls(overview: Overview, at: int, place: Place) -> bool:
    """Draw what can be set, in one row; return whether halves are marked."""
    order = chosen_controls(place)
    before, after = _neighbours(order.select(overview, order.sort), at)
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key="head_controls"
    ):
        _step("←", "Previous head", overview, before)
        _choose_layer(overview, at)
        _choose_head(overview, at)
        _step("→", "Next head", overview, after)
        _choose_patch(overview.layers[0].grid, place.token)
        return _draw_toggle()


def _choose_layer(overview: Overview, at: int) -> None:
    indices = {layer.layer.name: layer.layer.index for layer in overview.layers}
    head = int(overview.number[at]) - 1
    seat("pick_layer", overview.layer_at(at).layer.name)
    st.selectbox(
        "Layer",
        list(indices),
        key="pick_layer",
        format_func=lambda name: name.removeprefix("block "),
        width=208,
        on_change=lambda: pick_head(indices[st.session_state.pick_layer], head),
    )


def _choose_head(overview: Overview, at: int) -> None:
    numbers = [str(one + 1) for one in range(overview.layers[0].heads)]
    layer = overview.layer_at(at).layer.index
    seat("pick_head", str(overview.number[at]))
    st.segmented_control(
        "Head",
        numbers,
        key="pick_head",
        required=True,
        on_change=lambda: pick_head(layer, int(st.session_state.pick_head) - 1),
    )


def _choose_patch(grid: Grid, token: int) -> None:
    seat("pick_patch", token)
    st.number_input(
        "Patch",
        min_value=0,
        max_value=2 * grid.places - 1,
        key="pick_patch",
        width=104,
        on_change=lambda: pick_token(st.session_state.pick_patch),
        help=f"Or click one. 0 to {grid.places - 1} are RGB's, row by row, the others "
        "depth's. It asks with the row of X1 and X2 that it belongs to.",
    )


def _draw_toggle() -> bool:
    return st.toggle(
        "Halves",
        value=True,
        key="mark_halves",
        bind="query-params",
        help="Mark in each token's corner whether it is in X1 or in X2.",
    )


def _step(arrow: str, what: str, overview: Overview, to: int | None) -> None:
    """Draw a button to another head of the overview."""
    head = (0, 0)
    if to is not None:
        head = overview.layer_at(to).layer.index, int(overview.number[to]) - 1
    st.button(
        arrow,
        key=what.lower().replace(" ", "_"),
        help=f"{what}, in the overview's order and filter.",
        disabled=to is None,
        on_click=pick_head,
        args=head,
    )


def _neighbours(order: NDArray[np.int64], at: int) -> tuple[int | None, int | None]:
    """Return the heads before and after one in an order."""
    if not len(order):
        return None, None
    (hit,) = np.nonzero(order == at)
    if not hit.size:  # it is filtered out: both ways lead to the first that is not
        return int(order[0]), int(order[0])
    here = int(hit[0])
    before = int(order[here - 1]) if here else None
    return before, int(order[here + 1]) if here + 1 < len(order) else None


def _draw_mixing(picked: Picked, layer: int, token: int) -> None:
    half = _draw_half()
    controls = MixingControls(
        layer=layer, query=token, half="X1" if half == "X1" else "X2"
    )
    show_exhibit("attention-mixing", picked, controls, select=("points",))


def _draw_half() -> str | None:
    return st.segmented_control(
        "Row i of",
        HALVES,
        default="X2",
        key="mix_half",
        required=True,
        bind="query-params",
        help="X2 is read and changed, X1 asks.",
    )
