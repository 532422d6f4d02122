"""The tabs of the Robustness page."""

from fusionviz.ui.robustness import on_data, on_sample, reliance
from fusionviz.ui.robustness.choice import FailureChoice
from fusionviz.ui.shared.tabs import draw_tabs

TABS = {
    "On your sample": on_sample.draw_panel,
    "On the data": on_data.draw_panel,
    "Reliance": reliance.draw_panel,
}


def draw_robustness(choice: FailureChoice) -> None:
    """Draw the page for a sample and its models."""
    draw_tabs(TABS, choice)
