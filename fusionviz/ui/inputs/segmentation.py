"""Both models' classes, beside the true ones where they are known."""

import streamlit as st

from fusionviz.exhibits.inputs.segmentation import SEGMENTATION, SegmentationControls
from fusionviz.ui.inputs.readings import Readings
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import panel


@panel
def draw_panel(readings: Readings, visible: bool) -> None:
    """Draw the tab; its control also when hidden, so that it stays in the address."""
    controls = SegmentationControls()
    if readings.choice.subject.limits:
        hatch = st.toggle(
            "Hatch where a model is unsure",
            value=True,
            key="unsure",
            bind="query-params",
            help="Below a bound chosen on validation samples; how often labels "
            "are right there is said under the picture.",
        )
        controls = SegmentationControls(hatch=hatch)
    if visible:
        show_exhibit(SEGMENTATION, readings.choice, controls, key="segmentation")
