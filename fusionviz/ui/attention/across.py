"""Attention across layers: where a patch's content comes from, what feeds what."""

import streamlit as st

from fusionviz.analysis.attention.rollout import Direction, Signs
from fusionviz.analysis.shared.attention import attention_layers, token_at
from fusionviz.data.grid import Grid
from fusionviz.exhibits.attention.rollout import (
    ModalityFlowControls,
    RolloutControls,
    first_token,
)
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.how_to_read import nothing_yet
from fusionviz.ui.shared.share import publish, recall
from fusionviz.ui.shared.subjects import Picked

DIRECTIONS: dict[str, Direction] = {"comes from": "from", "goes to": "to"}
SIGNS: dict[str, Signs] = {"Signed": "signed", "Absolute": "absolute"}
PATHS = {"What is read": "read", "What decides": "decide"}


@st.fragment
def draw_panel(picked: Picked, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    if not attention_layers(picked.subject.model):
        if visible:
            nothing_yet("This model has no attention layers: nothing to compose.")
        return
    grid = picked.subject.grid
    default, last = first_token(grid), 2 * grid.places - 1
    recall("across_patch", default, low=0, high=last)
    _read_click(grid)
    left, middle, right = st.columns([3, 3, 3], vertical_alignment="bottom")
    direction = left.segmented_control(
        "Where the patch's content",
        list(DIRECTIONS),
        default="comes from",
        key="across_direction",
        required=True,
        bind="query-params",
    )
    signs = middle.segmented_control(
        "Weights",
        list(SIGNS),
        default="Signed",
        key="across_signs",
        required=True,
        bind="query-params",
        help="Signed: gates add and take away, and heads may cancel. Absolute: sizes "
        "alone, as in attention rollout.",
    )
    right.number_input(
        "Patch (or click one)",
        min_value=0,
        max_value=last,
        key="across_patch",
        help=f"0 to {grid.places - 1} are RGB's, row by row, the others depth's.",
    )
    publish("across_patch", default)
    kept = SIGNS[signs or "Signed"]
    if visible:
        controls = RolloutControls(
            token=st.session_state.across_patch,
            direction=DIRECTIONS[direction or "comes from"],
            signs=kept,
        )
        show_exhibit("attention-rollout", picked, controls, select=("points",))
    _draw_modality_flow(picked, kept, visible)


def _read_click(grid: Grid) -> None:
    """Ask about the patch that was clicked in the last run, once."""
    chart = st.session_state.get("attention_rollout")
    points = chart["selection"]["points"] if chart else []
    place = tuple(points[0]["customdata"]) if points else None
    if place is not None and place != st.session_state.get("_across_click"):
        modality, row, column = place
        token = token_at(modality, row, column, grid)
        st.session_state.across_patch = token
    st.session_state["_across_click"] = place


def _draw_modality_flow(picked: Picked, signs: Signs, visible: bool) -> None:
    path = st.segmented_control(
        "Which modality feeds which, block by block",
        list(PATHS),
        default="What is read",
        key="across_path",
        required=True,
        bind="query-params",
        help="Values are read from X2; queries and keys from X1 decide how much.",
    )
    if visible:
        decides = PATHS[path or "What is read"] == "decide"
        controls = ModalityFlowControls(
            path="decide" if decides else "read", signs=signs
        )
        show_exhibit("attention-modality-flow", picked, controls)
