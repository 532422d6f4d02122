"""How probable MANGO finds the pair, and whether its flow comes back to it."""

from fusionviz.exhibits.inputs.likelihood import LIKELIHOOD
from fusionviz.exhibits.shared.exhibit import Controls
from fusionviz.ui.inputs.readings import Readings
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import panel


@panel
def draw_panel(readings: Readings, visible: bool) -> None:
    """Draw the tab."""
    if visible:
        show_exhibit(LIKELIHOOD, readings.choice, Controls(), key="round_trip")
