"""The tabs of the Scaling page."""

from fusionviz.ui.scaling import curves, live, why
from fusionviz.ui.scaling.runs import ScalingChoice
from fusionviz.ui.shared.tabs import draw_tabs

TABS = {
    "Curves": curves.draw_panel,
    "Live on this machine": live.draw_panel,
    "Why": why.draw_panel,
}


def draw_scaling(choice: ScalingChoice) -> None:
    """Draw the page for a run."""
    draw_tabs(TABS, choice)
