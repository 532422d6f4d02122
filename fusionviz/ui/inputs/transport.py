"""AlignMamba's plan from depth to RGB, as correspondences."""

import streamlit as st

from fusionviz.exhibits.inputs.correspondences import (
    CORRESPONDENCES,
    COUNTS,
    CorrespondenceControls,
)
from fusionviz.ui.inputs.readings import Readings
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.frame.navigation import page
from fusionviz.ui.shared.notices import panel


@panel
def draw_panel(readings: Readings, visible: bool) -> None:
    """Draw the tab; its control also when hidden, so that it stays in the address."""
    controls = CorrespondenceControls()
    reading = readings.alignmamba
    if reading is not None and reading.transport is not None:
        left, _ = st.columns([2, 3])
        count = left.select_slider(
            "Correspondences drawn (k)", COUNTS, value=16, key="k", bind="query-params"
        )
        controls = CorrespondenceControls(count=count)
    if not visible:
        return
    show_exhibit(CORRESPONDENCES, readings.choice, controls, key="transport")
    st.page_link(
        page("transport"),
        label="Other solvers, and what they do to the model",
        icon=":material/arrow_forward:",
    )
