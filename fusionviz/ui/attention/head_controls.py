"""The controls that pick a head and a patch, alike in the tabs that have them.

They show what is picked, whoever picked it: a click on a chart, a link, the other tab.
So they are not in the address themselves; `place` is.
"""

from collections.abc import Callable, Mapping

import streamlit as st

from fusionviz.data.grid import Grid
from fusionviz.ui.attention.place import pick_head, pick_token
from fusionviz.ui.shared.share import seat


def draw_layer(
    label: str, key: str, layers: Mapping[str, int], *, layer: int, head: int
) -> None:
    """Draw the choice of a layer.

    Args:
        label: What it is called.
        key: Of the control.
        layers: Index in the flow by name.
        layer: That is picked.
        head: That is picked, from 0; it stays.
    """
    seat(key, next(name for name, index in layers.items() if index == layer))
    st.selectbox(
        label,
        list(layers),
        key=key,
        format_func=lambda name: name.removeprefix("block "),
        width=208,
        on_change=lambda: pick_head(layers[st.session_state[key]], head),
    )


def draw_head(key: str, count: int, *, layer: int, head: int) -> None:
    """Draw the choice of a head.

    Args:
        key: Of the control.
        count: Heads of a layer.
        layer: That is picked; it stays.
        head: That is picked, from 0.
    """
    seat(key, str(head + 1))
    st.segmented_control(
        "Head",
        [str(one + 1) for one in range(count)],
        key=key,
        required=True,
        on_change=lambda: pick_head(layer, int(st.session_state[key]) - 1),
    )


def draw_patch(
    key: str,
    grid: Grid,
    *,
    token: int,
    help: str,
    label: str = "Patch",
    pick: Callable[[int], None] = pick_token,
) -> None:
    """Draw the choice of a patch.

    Args:
        key: Of the control.
        grid: Of the patches of a picture.
        token: That is picked.
        help: What is told to those who ask.
        label: Of the control.
        pick: Takes over what is picked.
    """
    seat(key, token)
    st.number_input(
        label,
        min_value=0,
        max_value=2 * grid.places - 1,
        key=key,
        width=104,
        on_change=lambda: pick(st.session_state[key]),
        help=help,
    )
