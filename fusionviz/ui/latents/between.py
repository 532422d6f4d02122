"""To be written."""

from fusionviz.ui.panels.explain import nothing_yet
from fusionviz.ui.subjects import Picked


def draw_panel(picked: Picked, visible: bool) -> None:
    """Draw the tab."""
    if visible:
        nothing_yet(f"{picked.chosen.title}: not here yet.")
