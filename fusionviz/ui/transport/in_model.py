"""What another plan does to the model: swapped as a whole, or edited pair by pair."""

import streamlit as st

from fusionviz.analysis.shared.token_subject import AlignmentCase
from fusionviz.analysis.transport.plan_edits import Pair
from fusionviz.analysis.transport.plan_effects import SWAPS, Swap
from fusionviz.errors import FusionvizError
from fusionviz.exhibits.shared.exhibit import Controls
from fusionviz.exhibits.transport.plan_controls import PlanControls
from fusionviz.exhibits.transport.plan_edits import EditControls, find_pair
from fusionviz.exhibits.transport.plan_swaps import SwapControls
from fusionviz.ui.shared.charts import Mode
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.how_to_read import nothing_yet
from fusionviz.ui.shared.place import clicked
from fusionviz.ui.shared.share import forget, publish, recall, recall_word
from fusionviz.ui.shared.tokens.picked import PickedTokens
from fusionviz.ui.transport.asked import choose_epsilon
from fusionviz.ui.transport.edits import (
    FORBID,
    FORCE,
    add_edit,
    clear,
    current_edits,
    draw_edits,
    pairs_of,
    take_back,
)

TITLES: dict[Swap, str] = {
    "own": "The model's own",
    "relaxed": "Relaxed (the paper)",
    "sinkhorn": "Sinkhorn",
    "exact": "Exact",
    "clock": "Clock or place alone",
}
_SOLVER, _SOURCE = "m_solver", "m_source"
_FROM, _TO = "m_from", "m_to"
_CHART = "transport_edit"


@st.fragment
def draw_panel(picked: PickedTokens, visible: bool) -> None:
    """Draw the tab. Its values are in the address while it is hidden, too."""
    if not visible:
        return
    subject = picked.read_by_model
    if subject is None:
        nothing_yet(
            "No model reads these features, so that there is nothing that a plan could "
            "change: choose a model at “Read by”."
        )
        return
    try:
        subject.case()
    except FusionvizError as error:
        nothing_yet(str(error))
        return
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="medium", key="m_controls"
    ):
        solver, epsilon = _choose_solver(), choose_epsilon(width=300)
        source = _choose_source(subject.sources)
    case = subject.case(source)
    edits = current_edits(case.cost.shape)
    asked = PlanControls(
        solver=solver,
        epsilon=epsilon,
        source=source,
        forced=pairs_of(edits, FORCE),
        forbidden=pairs_of(edits, FORBID),
    )
    on_pictures = subject.pictures is not None
    _show(
        "transport-model",
        picked,
        asked,
        "transport_model_pictures" if on_pictures else "transport_model",
    )
    pair = _draw_editor(case, edits)
    controls = EditControls(**vars(asked), source_token=pair[0], target_token=pair[1])
    _show("transport-edit", picked, controls, _CHART, clickable=True)
    st.markdown("**All plans, without edits**")
    _show("transport-swap", picked, SwapControls(epsilon=epsilon), "transport_swap")


def _show(
    name: str,
    picked: PickedTokens,
    controls: Controls,
    key: str,
    *,
    clickable: bool = False,
) -> None:
    """Show an exhibit, or why there is none."""
    try:
        modes: tuple[Mode, ...] = ("points",) if clickable else ()
        show_exhibit(name, picked, controls, key=key, select=modes)
    except FusionvizError as error:
        nothing_yet(str(error))


def _choose_solver() -> Swap:
    recall_word(_SOLVER, "sinkhorn", SWAPS)
    solver = st.selectbox(
        "In place of the model's own plan",
        SWAPS,
        format_func=TITLES.__getitem__,
        key=_SOLVER,
        width=230,
        help="The plan that the model is given, for every source. What it makes of its "
        "own plan is drawn beside.",
    )
    publish(_SOLVER, "sinkhorn")
    return solver


def _choose_source(sources: tuple[str, ...]) -> str:
    """Draw the choice of the source whose plan is edited, where there are several."""
    recall_word(_SOURCE, sources[0], sources)
    if len(sources) > 1:
        st.segmented_control(
            "Edited and looked at",
            sources,
            key=_SOURCE,
            required=True,
            on_change=clear,
            help="Edits are of one source's plan: another choice clears them.",
        )
    publish(_SOURCE, sources[0])
    return st.session_state[_SOURCE]


def _draw_editor(case: AlignmentCase, edits: list[str]) -> Pair:
    """Draw the choice of a pair, what can be done to it, and what has been done."""
    _read_click()
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key="m_editor"
    ):
        pair = _choose_pair(case)
        for label, kind, help in (
            ("Forbid", FORBID, "It may get nothing."),
            ("Force", FORCE, "It gets all that the source token sends."),
        ):
            st.button(
                label,
                key=f"m_add_{kind}",
                icon=":material/block:" if kind == FORBID else ":material/star:",
                help=help,
                on_click=add_edit,
                args=(kind, pair),
            )
        st.button(
            "Undo",
            key="m_undo",
            on_click=take_back,
            disabled=not edits,
            help="The last",
        )
        st.button("Clear", key="m_clear", on_click=clear, disabled=not edits)
    draw_edits(edits, case)
    return pair


def _choose_pair(case: AlignmentCase) -> Pair:
    sources, targets = case.cost.shape
    default = find_pair(case, -1, -1)[0]
    recall(_FROM, default, low=0, high=sources - 1)
    source = st.selectbox(
        f"Edit by hand: from {case.source.name}",
        range(sources),
        format_func=case.source.labels.__getitem__,
        key=_FROM,
        width=210,
        help="Or click it below. Type to search.",
    )
    publish(_FROM, default)
    there = find_pair(case, source, -1)[1]
    recall(_TO, there, low=0, high=targets - 1)
    target = st.selectbox(
        f"to {case.target.name}",
        range(targets),
        format_func=case.target.labels.__getitem__,
        key=_TO,
        width=210,
    )
    publish(_TO, there)
    return source, target


def _read_click() -> None:
    """Pick the pair or the place that was clicked."""
    point = clicked(_CHART)
    if point is None:
        return
    first, place = point
    if first == "source":
        st.session_state[_FROM] = int(place)
        st.session_state.pop(_TO, None)  # it follows to where the own plan sends it
        forget([_TO])
    elif first == "target":
        st.session_state[_TO] = int(place)
    else:
        st.session_state[_FROM], st.session_state[_TO] = int(first), int(place)
