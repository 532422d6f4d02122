"""What another plan does to the model: swapped as a whole, or edited pair by pair."""

import streamlit as st

from fusionviz.analysis.shared.subjects.tokens import AlignmentCase
from fusionviz.analysis.transport.plan_edits import Pair
from fusionviz.analysis.transport.plan_effects import Swap
from fusionviz.exhibits.transport.plan_controls import PlanControls
from fusionviz.exhibits.transport.plan_edits import EDIT, EditControls, find_pair
from fusionviz.exhibits.transport.plan_effects import PLAN_EFFECT
from fusionviz.exhibits.transport.plan_swaps import SWAP, SwapControls
from fusionviz.ui.shared.clicks import clicked
from fusionviz.ui.shared.controls import choose_item, choose_name, controls_row
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import nothing_yet, panel, says_why
from fusionviz.ui.shared.share import forget, publish, recall_word, unseat
from fusionviz.ui.shared.subjects import TokenChoice
from fusionviz.ui.transport.controls import choose_epsilon
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
_SOURCE, _FROM, _TO = "m_source", "m_from", "m_to"
_CHART = "transport_edit"


@panel
def draw_panel(choice: TokenChoice, visible: bool) -> None:
    """Draw the tab. Its values are in the address while it is hidden, too."""
    if not visible:
        return
    read = choice.read_by_model
    if read is None:
        nothing_yet(
            "No model reads these features, so that there is nothing that a plan could "
            "change: choose a model at “Read by”."
        )
        return
    subject = read.subject
    subject.case()  # says so where a modality is missing
    with controls_row("m_controls", gap="medium"):
        solver, epsilon = _choose_solver(), choose_epsilon(width=300)
        source = _choose_source(subject.sources)
    case = subject.case(source)
    edits = current_edits(case.cost.shape)
    plan = PlanControls(
        solver=solver,
        epsilon=epsilon,
        source=source,
        forced=pairs_of(edits, FORCE),
        forbidden=pairs_of(edits, FORBID),
    )
    with says_why():
        show_exhibit(PLAN_EFFECT, read, plan)
    pair = _draw_editor(case, edits)
    edit = EditControls(**vars(plan), source_token=pair[0], target_token=pair[1])
    with says_why():
        show_exhibit(EDIT, read, edit, select=("points",))
    st.markdown("**All plans, without edits**")
    with says_why():
        show_exhibit(SWAP, read, SwapControls(epsilon=epsilon))


def _choose_solver() -> Swap:
    return choose_name(
        "In place of the model's own plan",
        "m_solver",
        TITLES,
        default="sinkhorn",
        width=230,
        help="The plan that the model is given, for every source. What it makes of its "
        "own plan is drawn beside.",
    )


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
    with controls_row("m_editor"):
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
    source = choose_item(
        f"Edit by hand: from {case.source.name}",
        _FROM,
        case.source.labels,
        default=find_pair(case, -1, -1)[0],
        width=210,
        help="Or click it below. Type to search.",
    )
    target = choose_item(
        f"to {case.target.name}",
        _TO,
        case.target.labels,
        default=find_pair(case, source, -1)[1],
        width=210,
    )
    return source, target


def _read_click() -> None:
    """Pick the pair or the place that was clicked."""
    point = clicked(_CHART)
    if point is None:
        return
    first, place = point
    if first == "source":
        st.session_state[_FROM] = int(place)
        unseat(_TO)  # it follows to where the own plan sends it
        forget([_TO])
    elif first == "target":
        st.session_state[_TO] = int(place)
    else:
        st.session_state[_FROM], st.session_state[_TO] = int(first), int(place)
