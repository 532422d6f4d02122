"""Other attention: AlignMamba's, and what the reader brings, in the same viewer."""

import streamlit as st

from fusionviz.analysis.attention_stack import MEAN, AttentionStack, default_query
from fusionviz.errors import FusionvizError
from fusionviz.exhibits.attention_other import HiddenControls, StackControls
from fusionviz.ui.attention.place import clicked
from fusionviz.ui.attention.stacks import (
    Stacked,
    hidden_of,
    of_alignmamba,
    of_file,
    plan_of,
)
from fusionviz.ui.exhibits import show_exhibit
from fusionviz.ui.panels.explain import nothing_yet
from fusionviz.ui.share import publish, recall, recall_word
from fusionviz.ui.subjects import Picked
from fusionviz.views.stack_view import Order

SOURCES = {
    "hidden": "AlignMamba's scan",
    "plan": "AlignMamba's transport",
    "file": "a file of yours",
}
KINDS = {
    "hidden": "attention-hidden",
    "plan": "attention-transport",
    "file": "attention-brought",
}
ORDERS: tuple[Order, ...] = ("modality", "sequence")


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
    shown = of_file() if source == "file" else of_alignmamba(picked)
    if shown is None:
        return
    try:
        with place:
            controls = _choose(source, shown)
        if source == "file":
            _say_shape(shown.subject)
        show_exhibit(
            KINDS[source], shown, controls, key="attention_other", select=("points",)
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


def _choose(source: str, shown: Stacked) -> StackControls:
    """Draw what can be set of a source, and return it."""
    if source == "file":
        return StackControls(**_choose_view(shown.subject, ORDERS[1]))
    if source == "plan":
        return StackControls(**_choose_view(plan_of(shown.key, shown.subject)))
    channel = _choose_number(
        "Channel",
        "o_channel",
        default=0,
        last=shown.subject.channels,
        help="0 sums over all channels of the layer's scan.",
    )
    skip = recall("o_skip", 0, low=0, high=1)
    stack = hidden_of(shown.key, channel - 1, bool(skip), shown.subject)
    view = _choose_view(stack)
    st.session_state["o_skip_on"] = bool(skip)
    st.toggle(
        "Skip D",
        key="o_skip_on",
        on_change=lambda: st.session_state.update(
            o_skip=int(st.session_state.o_skip_on)
        ),
        help="Add the scan's direct path D to the diagonal.",
    )
    publish("o_skip", 0)
    return HiddenControls(**view, channel=channel - 1, skip=bool(skip))


def _choose_view(stack: AttentionStack, order: Order = ORDERS[0]) -> dict:
    """Draw the choice of layer, head, row and order."""
    layer = _choose_name("Layer", "o_layer", stack.layers, first=0, width=134)
    has_mean = stack.has_mean and len(stack.heads) > 1
    heads = ("mean of all", *stack.heads) if has_mean else stack.heads
    head = _choose_name(
        stack.head_word, "o_head", heads, first=int(has_mean), width=116
    )
    _read_click(stack)
    query = _choose_number(
        "Row",
        "o_row",
        default=default_query(stack),
        last=stack.queries.count - 1,
        help="Which token asks. Or click a place of a picture, or a bar.",
    )
    if len(stack.queries.modalities) * len(stack.keys.modalities) > 1:
        recall_word("o_order", order, ORDERS)
        st.session_state["o_sorted"] = st.session_state.o_order == "modality"
        st.toggle(
            "Sort",
            key="o_sorted",
            on_change=lambda: st.session_state.update(
                o_order="modality" if st.session_state.o_sorted else "sequence"
            ),
            help="Put the tokens of each modality together along the matrix.",
        )
        publish("o_order", order)
        order = st.session_state.o_order
    return {
        "layer": layer,
        "head": (MEAN if head == 0 else head - 1) if has_mean else head,
        "query": query,
        "order": order,
    }


def _choose_name(
    label: str, key: str, names: tuple[str, ...], *, first: int, width: int
) -> int:
    recall(key, first, low=0, high=len(names) - 1)
    chosen = st.selectbox(
        label, range(len(names)), format_func=names.__getitem__, key=key, width=width
    )
    publish(key, first)
    return chosen


def _choose_number(label: str, key: str, *, default: int, last: int, help: str) -> int:
    recall(key, default, low=0, high=last)
    number = st.number_input(
        label, min_value=0, max_value=last, key=key, width=88, help=help
    )
    publish(key, default)
    return number


def _read_click(stack: AttentionStack) -> None:
    """Ask from the place or the bar that was clicked."""
    point = clicked("attention_other")
    if point is None:
        return
    if len(point) == 1:  # a bar: its key asks, where keys ask at all
        if stack.queries.count == stack.keys.count:
            st.session_state["o_row"] = int(point[0])
        return
    modality, place = point
    tokens = stack.queries.tokens_of(modality)
    if place < len(tokens):
        st.session_state["o_row"] = int(tokens[place])


def _say_shape(stack: AttentionStack) -> None:
    layers, heads, queries, keys = stack.weights.shape
    notes = "".join(f" {note}" for note in stack.notes)
    st.caption(
        f"**{stack.title}**: layers {layers}, heads {heads}, {queries} queries by "
        f"{keys} keys.{notes} It stays in this session: a link cannot hold it."
    )
