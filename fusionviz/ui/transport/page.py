"""The tabs of the Transport page."""

from fusionviz.ui.shared.subjects import TokenChoice
from fusionviz.ui.shared.tabs import draw_tabs
from fusionviz.ui.transport import convergence, hidden, in_model, on_data, solvers

TABS = {
    "Three solvers": solvers.draw_panel,
    "Convergence": convergence.draw_panel,
    "On the data": on_data.draw_panel,
    "In the model": in_model.draw_panel,
    "Hidden attention": hidden.draw_panel,
}


def draw_transport(choice: TokenChoice) -> None:
    """Draw the page for a subject."""
    draw_tabs(TABS, choice)
