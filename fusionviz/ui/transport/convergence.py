"""How Sinkhorn gets there, step by step."""

from fusionviz.exhibits.transport.convergence import (
    CONVERGENCE,
    STEPS,
    ConvergenceControls,
)
from fusionviz.ui.shared.controls import choose_segment, controls_row
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import panel
from fusionviz.ui.shared.subjects import TokenChoice
from fusionviz.ui.transport.controls import choose_epsilon, choose_source

VIEWS = {"curve": "How fast", "steps": "Step by step"}


@panel
def draw_panel(choice: TokenChoice, visible: bool) -> None:
    """Draw the tab. Its values are in the address while it is hidden, too."""
    if not visible:
        return
    with controls_row("c_controls"):
        view = choose_segment(
            "Look at",
            "c_view",
            VIEWS,
            help="The error over iterations, or the plan after each half step.",
        )
        source = choose_source(choice.subject)
        controls = ConvergenceControls(source=source, epsilon=choose_epsilon())
    show_exhibit(CONVERGENCE if view == "curve" else STEPS, choice, controls)
