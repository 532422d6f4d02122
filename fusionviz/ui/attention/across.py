"""Attention across layers: where a patch's content comes from, what feeds what."""

import streamlit as st

from fusionviz.analysis.attention.rollout import Direction, Path, Signs
from fusionviz.analysis.shared.attention.mango import token_at
from fusionviz.exhibits.attention.rollout import (
    MODALITY_FLOW,
    ROLLOUT,
    ModalityFlowControls,
    RolloutControls,
)
from fusionviz.ui.attention.place import has_heads
from fusionviz.ui.shared.clicks import clicked
from fusionviz.ui.shared.controls import choose_bound, choose_number
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import panel
from fusionviz.ui.shared.subjects import MangoChoice

DIRECTIONS: dict[str, Direction] = {"comes from": "from", "goes to": "to"}
SIGNS: dict[str, Signs] = {"Signed": "signed", "Absolute": "absolute"}
PATHS: dict[str, Path] = {"What is read": "read", "What decides": "decide"}


@panel
def draw_panel(choice: MangoChoice, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    if not has_heads(choice, visible):
        return
    grid = choice.subject.grid
    patch = clicked("attention_rollout")
    if patch is not None:
        modality, row, column = patch
        st.session_state.across_patch = token_at(modality, row, column, grid)
    left, middle, right = st.columns([3, 3, 3], vertical_alignment="bottom")
    with left:
        where = "Where the patch's content"
        direction = choose_bound(where, "across_direction", DIRECTIONS)
    with middle:
        signs = choose_bound(
            "Weights",
            "across_signs",
            SIGNS,
            help="Signed: gates add and take away, and heads may cancel. Absolute: "
            "sizes alone, as in attention rollout.",
        )
    with right:
        token = choose_number(
            "Patch (or click one)",
            "across_patch",
            default=grid.middle,
            last=2 * grid.places - 1,
            help=f"0 to {grid.places - 1} are RGB's, row by row, the others depth's.",
        )
    if visible:
        controls = RolloutControls(token=token, direction=direction, signs=signs)
        show_exhibit(ROLLOUT, choice, controls, select=("points",))
    path = choose_bound(
        "Which modality feeds which, block by block",
        "across_path",
        PATHS,
        help="Values are read from X2; queries and keys from X1 decide how much.",
    )
    if visible:
        flow = ModalityFlowControls(path=path, signs=signs)
        show_exhibit(MODALITY_FLOW, choice, flow)
