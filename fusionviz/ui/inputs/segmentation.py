"""Both models' classes, beside the true ones where they are known."""

from fusionviz.exhibits.inputs.segmentation import SEGMENTATION
from fusionviz.exhibits.shared.exhibit import Controls
from fusionviz.ui.inputs.readings import Readings
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import panel


@panel
def draw_panel(readings: Readings, visible: bool) -> None:
    """Draw the tab."""
    if visible:
        show_exhibit(SEGMENTATION, readings.choice, Controls(), key="segmentation")
