"""Three solvers side by side."""

import streamlit as st

from fusionviz.errors import FusionvizError
from fusionviz.exhibits.transport.solvers import ITERATIONS, SolverControls
from fusionviz.ui.shared.exhibits import make_exhibit, show_exhibit
from fusionviz.ui.shared.how_to_read import nothing_yet
from fusionviz.ui.shared.share import publish, recall_word
from fusionviz.ui.shared.tokens.picked import PickedTokens
from fusionviz.ui.transport.asked import choose_epsilon, choose_source

LIMITS = ("10", "20", "50", "100", "200", "500", "1000", "2000")
LIMIT_KEY = "s_iterations"
ICONS = {
    "good": ":material/check_circle:",
    "no choice": ":material/info:",
}


@st.fragment
def draw_panel(picked: PickedTokens, visible: bool) -> None:
    """Draw the tab. Its values are in the address while it is hidden, too."""
    if not visible:
        return
    try:
        controls = _choose(picked)
        show_exhibit("transport-solvers", picked, controls)
        sweep = make_exhibit("transport-sweep", picked, controls)
    except FusionvizError as error:
        nothing_yet(str(error))
        return
    icon = ICONS.get(str(sweep.numbers["epsilon_is"]), ":material/warning:")
    st.markdown(f"{icon} {sweep.numbers['advice']}")
    show_exhibit("transport-sweep", picked, controls, exhibit=sweep)


def _choose(picked: PickedTokens) -> SolverControls:
    """Draw what can be set, in one row, and return it."""
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key="s_controls"
    ):
        source = choose_source(picked.subject)
        epsilon = choose_epsilon()
        with st.popover("Limit", icon=":material/timer:"):
            iterations = _choose_limit()
    return SolverControls(source=source, epsilon=epsilon, iterations=iterations)


def _choose_limit() -> int:
    recall_word(LIMIT_KEY, str(ITERATIONS), LIMITS)
    chosen = st.select_slider(
        "Iterations that Sinkhorn may take",
        LIMITS,
        key=LIMIT_KEY,
        help="Sweeps and Newton steps. It stops as soon as it has converged.",
    )
    publish(LIMIT_KEY, str(ITERATIONS))
    return int(chosen)
