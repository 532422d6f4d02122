"""Attention of a model of one's own: all heads, one of them, and layers together."""

import streamlit as st

from fusionviz.analysis.attention.stack_rollout import RESIDUAL, roll_out
from fusionviz.analysis.shared.attention.stack import MEAN, AttentionStack
from fusionviz.exhibits.attention.stack_heads import (
    STACK_HEADS,
    STACK_ROLLOUT,
    StackHeadsControls,
    StackRolloutControls,
)
from fusionviz.exhibits.attention.stacks import BROUGHT
from fusionviz.exhibits.shared.stacks import StackControls
from fusionviz.ui.shared.clicks import clicked
from fusionviz.ui.shared.controls import choose_step, controls_row
from fusionviz.ui.shared.data.arrays import ArraysChoice
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import panel
from fusionviz.ui.shared.share import said
from fusionviz.ui.shared.stack_viewer import Viewer
from fusionviz.ui.shared.subjects import SubjectChoice
from fusionviz.ui.shared.tabs import draw_tabs

HEADS = "attention_arrays"
"""Key of the chart of all heads."""

ONE = Viewer(prefix="y", chart="attention_one_array", order="sequence")
ROLLED = Viewer(
    prefix="r", chart="attention_array_rollout", order="sequence", opens_last=True
)
RESIDUALS = ("0", "0.1", "0.25", "0.5", "0.75", "0.9")

Choice = SubjectChoice[AttentionStack]


def draw_arrays(choice: ArraysChoice) -> None:
    """Draw the page for arrays.

    Raises:
        InputError: There is no attention among them.
    """
    stack = choice.of(choice.subject.stack, "attention")
    _open_head(stack.subject)
    draw_tabs(TABS, stack)


def _open_head(stack: AttentionStack) -> None:
    """Open the head that was clicked in the last run. Before the tabs are drawn."""
    picked = clicked(HEADS)
    if picked is not None:
        layer, head = picked
        st.session_state[f"{ONE.prefix}_layer"] = int(layer)
        # The viewer offers the mean first, where there are several heads.
        st.session_state[f"{ONE.prefix}_head"] = int(head) + _offset(stack)
        st.session_state["tab"] = "One head"


def _offset(stack: AttentionStack) -> int:
    return int(stack.has_mean and len(stack.heads) > 1)


@panel
def _draw_heads(choice: Choice, visible: bool) -> None:
    if not visible:
        return
    if clicked(HEADS, note=False):
        st.rerun()  # the whole page, since another tab is to open
    layer, head = said(f"{ONE.prefix}_layer"), said(f"{ONE.prefix}_head")
    controls = StackHeadsControls()
    if layer is not None and head is not None:
        place = head - _offset(choice.subject)
        controls = StackHeadsControls(layer=layer, head=max(place, MEAN))
    show_exhibit(STACK_HEADS, choice, controls, key=HEADS, select=("points",))


@panel
def _draw_one(choice: Choice, visible: bool) -> None:
    if not visible:
        return
    with controls_row("y_controls"):
        controls = StackControls(**ONE.choose_view(choice.subject))
    show_exhibit(BROUGHT, choice, controls, key=ONE.chart, select=("points",))


@panel
def _draw_rollout(choice: Choice, visible: bool) -> None:
    if not visible:
        return
    with controls_row("r_controls"):
        residual = choose_step(
            "Residual share r",
            "r_residual",
            RESIDUALS,
            default=f"{RESIDUAL:g}",
            width=230,
            help="What a layer leaves of every token as it is. Half is the usual "
            "guess for a residual connection; 0 for layers without one.",
        )
        rolled = _rolled(choice.key, float(residual), choice.subject)
        view = ROLLED.choose_view(rolled)
    controls = StackRolloutControls(**view, residual=float(residual))
    show_exhibit(STACK_ROLLOUT, choice, controls, key=ROLLED.chart, select=("points",))


@st.cache_resource(max_entries=4, show_spinner=False)
def _rolled(key: str, residual: float, _stack: AttentionStack) -> AttentionStack:
    return roll_out(_stack, residual)


TABS = {
    "All heads": _draw_heads,
    "One head": _draw_one,
    "Rollout": _draw_rollout,
}
