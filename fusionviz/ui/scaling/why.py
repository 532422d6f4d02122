"""Why length costs what it does: where the time goes, and what has to be held."""

from typing import Literal

import streamlit as st

from fusionviz.analysis.scaling.parts import has_parts
from fusionviz.analysis.scaling.state import LENGTHS, measure_state
from fusionviz.exhibits.scaling.parts import PARTS, PartControls
from fusionviz.exhibits.scaling.state import STATE, StateControls, say_state
from fusionviz.ui.scaling.live import measured_here
from fusionviz.ui.scaling.runs import LIVE_NAME, ScalingChoice, choice_of
from fusionviz.ui.shared.controls import choose_segment, choose_step, controls_row
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import panel, says_why
from fusionviz.views.scaling.parts import Scale

Source = Literal["recorded", "here"]

SCALES: dict[Scale, str] = {"share": "Shares", "seconds": "Seconds"}
SOURCES: dict[Source, str] = {"recorded": "As recorded", "here": "On this machine"}
HELD_LENGTHS = tuple(map(str, sorted((*LENGTHS, 6400))))


@panel
def draw_panel(choice: ScalingChoice, visible: bool) -> None:
    """Draw the tab. Its values are in the address while it is hidden, too."""
    if not visible:
        return
    st.subheader("Where a forward's time goes", anchor=False)
    with says_why():
        _draw_parts(choice)
    st.subheader("What has to be held", anchor=False)
    length = int(
        choose_step("At tokens", "held_length", HELD_LENGTHS, default="4096", width=420)
    )
    runs = choice.subject.runs
    st.markdown(say_state(measure_state(runs[0] if runs else None, lengths=(length,))))
    show_exhibit(STATE, choice, StateControls(length=length))


def _draw_parts(choice: ScalingChoice) -> None:
    """Draw the parts, as recorded or as they were measured a moment ago."""
    with controls_row("parts_controls"):
        scale = choose_segment("Bars are", "parts_scale", SCALES)
        live = measured_here()
        if live is not None and has_parts(live):
            source = choose_segment("Measured", "parts_source", SOURCES)
            if source == "here":
                choice = choice_of({LIVE_NAME: live})
    show_exhibit(PARTS, choice, PartControls(scale=scale))
