"""One head: where it reads from a patch, which tokens it splits, what LICA mixes."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fusionviz.analysis.attention.overview import Overview
from fusionviz.analysis.shared.attention.mango import token_at
from fusionviz.exhibits.attention.one_head import HEAD, HeadControls
from fusionviz.exhibits.attention.partitions import (
    MIXING,
    PARTITION,
    Half,
    MixingControls,
    PartitionControls,
)
from fusionviz.ui.attention.head_controls import draw_head, draw_layer, draw_patch
from fusionviz.ui.attention.overview import chosen_controls
from fusionviz.ui.attention.place import (
    Place,
    current_place,
    has_heads,
    overview_of,
    pick_head,
    pick_token,
)
from fusionviz.ui.shared.clicks import clicked
from fusionviz.ui.shared.controls import choose_bound, controls_row
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import panel
from fusionviz.ui.shared.subjects import MangoChoice

HALVES: dict[str, Half] = {"X2": "X2", "X1": "X1"}


@panel
def draw_panel(choice: MangoChoice, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    if not has_heads(choice, visible):
        return
    grid = choice.subject.grid
    for key in ("attention_head", "attention_mixing"):
        patch = clicked(key)
        if patch is not None:
            modality, row, column = patch
            pick_token(token_at(modality, row, column, grid))
    place = current_place(choice)
    if not visible:
        _draw_toggle()
        _draw_half()
        return
    overview = overview_of(choice.key, choice.subject)
    at = None
    if place.layer is not None and place.head is not None:
        at = overview.place(place.layer, place.head)
    at = overview.strongest if at is None else at
    halves = _draw_controls(overview, at, place)
    layer = overview.layer_at(at).layer
    controls = HeadControls(
        layer=layer.index,
        head=_head_at(overview, at),
        query=place.token,
        halves=halves,
    )
    show_exhibit(HEAD, choice, controls, select=("points",))
    if layer.kind == "lica":
        _draw_mixing(choice, layer.index, place.token)
    show_exhibit(PARTITION, choice, PartitionControls(layer=layer.index))


def _draw_controls(overview: Overview, at: int, place: Place) -> bool:
    """Draw what can be set, in one row; return whether halves are marked."""
    order = chosen_controls(place)
    before, after = _neighbours(order.select(overview, order.sort), at)
    layers = {one.layer.name: one.layer.index for one in overview.layers}
    now = {"layer": overview.layer_at(at).layer.index, "head": _head_at(overview, at)}
    first, grid = overview.layers[0], overview.layers[0].grid
    with controls_row("head_controls"):
        _step("←", "Previous head", overview, before)
        draw_layer("Layer", "pick_layer", layers, **now)
        draw_head("pick_head", first.heads, **now)
        _step("→", "Next head", overview, after)
        draw_patch(
            "pick_patch",
            grid,
            token=place.token,
            help=f"Or click one. 0 to {grid.places - 1} are RGB's, row by row, the "
            "others depth's. It asks with the row of X1 and X2 that it belongs to.",
        )
        return _draw_toggle()


def _head_at(overview: Overview, at: int) -> int:
    return int(overview.number[at]) - 1


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
        head = overview.layer_at(to).layer.index, _head_at(overview, to)
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


def _draw_mixing(choice: MangoChoice, layer: int, token: int) -> None:
    controls = MixingControls(layer=layer, query=token, half=_draw_half())
    show_exhibit(MIXING, choice, controls, select=("points",))


def _draw_half() -> Half:
    meaning = "X2 is read and changed, X1 asks."
    return choose_bound("Row i of", "mix_half", HALVES, help=meaning)
