"""Milliseconds of every step."""

import streamlit as st

from fusionviz.ui.inputs.readings import PASSES, Readings, time_again
from fusionviz.ui.shared.charts import show
from fusionviz.ui.shared.how_to_read import how_to_read
from fusionviz.views.inputs.timing import describe_timing, draw_timing


def draw_panel(readings: Readings, visible: bool) -> None:
    """Draw the tab."""
    if not visible:
        return
    steps, is_first = readings.milliseconds, not readings.again
    st.button(
        "Time the models again",
        key="time_again",
        icon=":material/timer:",
        on_click=time_again,
        args=(readings.sample,),
        help=f"Runs them {PASSES} times on this pair, and shows the median.",
    )
    runs = "first run" if is_first else f"median of {PASSES} passes"
    figure, alt = draw_timing(steps, runs=runs), describe_timing(steps)
    show(figure, key="timing", alt=alt, height=440)
    how_to_read(
        "Wall-clock time of each step, on the device that the sidebar names. "
        + (
            "It is that of the **first run** of these checkpoints on this pair: going "
            "back to a pair takes what was kept, and does not run the models again. A "
            "first run after a start also pays for compiling and for memory: time the "
            "models again for what they take when warm."
            if is_first
            else f"The models were timed again: each step is the **median of {PASSES} "
            "passes**. Reading the pair was timed when it was first read."
        ),
        key="timing",
    )
