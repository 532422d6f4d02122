"""Other attention: AlignMamba's, and what the reader brings, in the same viewer."""

import streamlit as st

from fusionviz.analysis.shared.attention_stack import AttentionStack
from fusionviz.errors import FusionvizError
from fusionviz.exhibits.attention.stacks import HiddenControls, StackControls
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.how_to_read import nothing_yet
from fusionviz.ui.shared.share import publish, recall_word
from fusionviz.ui.shared.stack_viewer import Viewer
from fusionviz.ui.shared.stacks import of_file, plan_of
from fusionviz.ui.shared.subjects import Picked, Shown
from fusionviz.ui.shared.tokens.pair import pick_pair

SOURCES = {
    "hidden": "AlignMamba's scan",
    "plan": "AlignMamba's transport",
    "file": "a file of yours",
}
KINDS = {
    "plan": "attention-transport",
    "file": "attention-brought",
}
VIEWER = Viewer(prefix="o", chart="attention_other")


@st.fragment
def draw_panel(picked: Picked, visible: bool) -> None:
    """Draw the tab. Its values are in the address while it is hidden, too."""
    if not visible:
        return
    place = st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key="o_controls"
    )
    with place:
        source = _choose_source()
    shown: Shown | None = of_file() if source == "file" else pick_pair(picked.chosen)
    if shown is None:
        return
    try:
        with place:
            controls = _choose(source, shown)
        if isinstance(controls, HiddenControls):
            VIEWER.show_hidden(shown, controls)
            return
        if source == "file":
            _say_shape(shown.subject)
        show_exhibit(
            KINDS[source], shown, controls, key=VIEWER.chart, select=("points",)
        )
    except FusionvizError as error:
        nothing_yet(str(error))


def _choose_source() -> str:
    recall_word("o_source", "hidden", SOURCES)
    source = st.selectbox(
        "Attention of",
        list(SOURCES),
        format_func=SOURCES.__getitem__,
        key="o_source",
        width=200,
        help="The hidden attention of its Mamba layers, its plan from depth to RGB, or "
        "attention arrays of another model.",
    )
    publish("o_source", "hidden")
    return source


def _choose(source: str, shown: Shown) -> StackControls:
    """Draw what can be set of a source, and return it."""
    if source == "file":
        return StackControls(**VIEWER.choose_view(shown.subject, "sequence"))
    if source == "plan":
        return StackControls(**VIEWER.choose_view(plan_of(shown.key, shown.subject)))
    return VIEWER.choose_hidden(shown)


def _say_shape(stack: AttentionStack) -> None:
    layers, heads, queries, keys = stack.weights.shape
    notes = "".join(f" {note}" for note in stack.notes)
    st.caption(
        f"**{stack.title}**: layers {layers}, heads {heads}, {queries} queries by "
        f"{keys} keys.{notes} It stays in this session: a link cannot hold it."
    )
