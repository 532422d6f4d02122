"""Other attention: AlignMamba's, and what the reader brings, in the same viewer."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fusionviz.analysis.shared.attention.alignmamba import transport_stack
from fusionviz.analysis.shared.attention.stack import AttentionStack
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.exhibits.attention.stacks import BROUGHT, PLAN
from fusionviz.exhibits.shared.exhibit import C, ExhibitKind, S
from fusionviz.exhibits.shared.stacks import StackControls
from fusionviz.ui.attention.attention_file import choose_file
from fusionviz.ui.shared import cache
from fusionviz.ui.shared.controls import choose_name, controls_row
from fusionviz.ui.shared.data.pair import choose_pair
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import panel
from fusionviz.ui.shared.stack_viewer import Viewer
from fusionviz.ui.shared.subjects import MangoChoice, SubjectChoice
from fusionviz.views.shared.plain import in_markdown

SOURCES = {
    "hidden": "AlignMamba's scan",
    "plan": "AlignMamba's transport",
    "file": "a file of yours",
}
VIEWER = Viewer(prefix="o", chart="attention_other")


@panel
def draw_panel(choice: MangoChoice, visible: bool) -> None:
    """Draw the tab. Its values are in the address while it is hidden, too."""
    if not visible:
        return
    place = controls_row("o_controls")
    with place:
        source = _choose_source()
    if source == "file":
        _draw_file(place)
        return
    pair = choose_pair(choice.sample)
    if pair is None:
        return
    if source == "plan":
        _draw_plan(place, pair)
    else:
        _draw_hidden(place, pair)


def _choose_source() -> str:
    return choose_name(
        "Attention of",
        "o_source",
        SOURCES,
        width=200,
        help="The hidden attention of its Mamba layers, its plan from depth to RGB, or "
        "attention arrays of another model.",
    )


def _draw_file(place: DeltaGenerator) -> None:
    file = choose_file()
    if file is None:
        return
    with place:
        controls = StackControls(**VIEWER.choose_view(file.subject, "sequence"))
    _say_shape(file.subject)
    _show(BROUGHT, file, controls)


def _draw_plan(place: DeltaGenerator, pair: SubjectChoice[AlignMambaSubject]) -> None:
    with place:
        stack = plan_of(pair.key, pair.subject)
        controls = StackControls(**VIEWER.choose_view(stack))
    _show(PLAN, pair, controls)


def _draw_hidden(place: DeltaGenerator, pair: SubjectChoice[AlignMambaSubject]) -> None:
    with place:
        controls = VIEWER.choose_hidden(pair)
    VIEWER.show_hidden(pair, controls)


def _show(kind: ExhibitKind[C, S], choice: SubjectChoice[S], controls: C) -> None:
    show_exhibit(kind, choice, controls, key=VIEWER.chart, select=("points",))


def _say_shape(stack: AttentionStack) -> None:
    layers, heads, queries, keys = stack.weights.shape
    notes = "".join(f" {in_markdown(note)}" for note in stack.notes)
    st.caption(
        f"**{in_markdown(stack.title)}**: layers {layers}, heads {heads}, {queries} "
        f"queries by {keys} keys.{notes} It stays in this session: a link cannot hold "
        "it."
    )


@st.cache_resource(max_entries=8, show_spinner="AlignMamba aligns its tokens …")
def plan_of(key: str, _subject: AlignMambaSubject) -> AttentionStack:
    """Return the transport of a subject.

    Raises:
        InputError: A modality is missing.
    """
    with cache.MODEL_WORK:
        return transport_stack(_subject)
