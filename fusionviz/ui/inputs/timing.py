"""Milliseconds of every step."""

import streamlit as st

from fusionviz.exhibits.inputs.timing import TIMING
from fusionviz.exhibits.shared.exhibit import Controls, Request
from fusionviz.ui.inputs.readings import PASSES, Readings, time_again
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import panel


@panel
def draw_panel(readings: Readings, visible: bool) -> None:
    """Draw the tab. Its picture is not kept: times may have been measured anew."""
    if not visible:
        return
    st.button(
        "Time the models again",
        key="time_again",
        icon=":material/timer:",
        on_click=time_again,
        args=(readings.sample,),
        help=f"Runs them {PASSES} times on this pair, and shows the median.",
    )
    choice, controls = readings.choice, Controls()
    made = TIMING.make(Request(subject=choice.subject, controls=controls))
    show_exhibit(TIMING, choice, controls, key="timing", exhibit=made)
