"""How Sinkhorn gets there, step by step."""

import streamlit as st

from fusionviz.errors import FusionvizError
from fusionviz.exhibits.transport.convergence import ConvergenceControls
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.how_to_read import nothing_yet
from fusionviz.ui.shared.share import publish, recall_word
from fusionviz.ui.shared.tokens.picked import PickedTokens
from fusionviz.ui.transport.asked import choose_epsilon, choose_source

VIEWS = {"curve": "How fast", "steps": "Step by step"}
EXHIBITS = {"curve": "transport-convergence", "steps": "transport-steps"}
VIEW_KEY = "c_view"


@st.fragment
def draw_panel(picked: PickedTokens, visible: bool) -> None:
    """Draw the tab. Its values are in the address while it is hidden, too."""
    if not visible:
        return
    try:
        with st.container(
            horizontal=True, vertical_alignment="bottom", gap="small", key="c_controls"
        ):
            view = _choose_view()
            source = choose_source(picked.subject)
            controls = ConvergenceControls(source=source, epsilon=choose_epsilon())
        show_exhibit(EXHIBITS[view], picked, controls)
    except FusionvizError as error:
        nothing_yet(str(error))


def _choose_view() -> str:
    recall_word(VIEW_KEY, "curve", VIEWS)
    view = st.segmented_control(
        "Look at",
        list(VIEWS),
        format_func=VIEWS.__getitem__,
        key=VIEW_KEY,
        required=True,
        help="The error over iterations, or the plan after each half step.",
    )
    publish(VIEW_KEY, "curve")
    return view or "curve"
