"""Three solvers side by side."""

import streamlit as st

from fusionviz.exhibits.transport.solvers import (
    ITERATIONS,
    SWEEP,
    THREE_SOLVERS,
    SolverControls,
)
from fusionviz.ui.shared.controls import choose_step, controls_row
from fusionviz.ui.shared.exhibits import make_exhibit, show_exhibit
from fusionviz.ui.shared.notices import panel
from fusionviz.ui.shared.subjects import TokenChoice
from fusionviz.ui.transport.controls import choose_epsilon, choose_source

LIMITS = ("10", "20", "50", "100", "200", "500", "1000", "2000")
ICONS = {
    "good": ":material/check_circle:",
    "no choice": ":material/info:",
}


@panel
def draw_panel(choice: TokenChoice, visible: bool) -> None:
    """Draw the tab. Its values are in the address while it is hidden, too."""
    if not visible:
        return
    controls = _choose(choice)
    show_exhibit(THREE_SOLVERS, choice, controls)
    sweep = make_exhibit(SWEEP, choice, controls)
    icon = ICONS.get(str(sweep.numbers["epsilon_is"]), ":material/warning:")
    st.markdown(f"{icon} {sweep.numbers['advice']}")
    show_exhibit(SWEEP, choice, controls, exhibit=sweep)


def _choose(choice: TokenChoice) -> SolverControls:
    """Draw what can be set, in one row, and return it."""
    with controls_row("s_controls"):
        source = choose_source(choice.subject)
        epsilon = choose_epsilon()
        with st.popover("Limit", icon=":material/timer:"):
            iterations = choose_step(
                "Iterations that Sinkhorn may take",
                "s_iterations",
                LIMITS,
                default=str(ITERATIONS),
                help="Sweeps and Newton steps. It stops as soon as it has converged.",
            )
    return SolverControls(source=source, epsilon=epsilon, iterations=int(iterations))
