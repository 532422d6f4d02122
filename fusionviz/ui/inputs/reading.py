"""How files were read, and what could have been read instead: one click away."""

import streamlit as st

from fusionviz.data.rgbd.unit_guess import SURE
from fusionviz.data.rgbd.unit_table import short_of
from fusionviz.data.rgbd_files import PairReading
from fusionviz.ui.inputs.registration import draw_mover
from fusionviz.ui.shared.sample.choice import SampleChoice
from fusionviz.ui.shared.sample.files import change_options, move_depth, reading_options
from fusionviz.ui.shared.share import seat
from fusionviz.views.shared.style import three_digits

MOST_UNITS = 4
"""That are offered as buttons; the list on the left has all."""

_TURNS = {0: "as it is", 90: "turned right", 270: "turned left", 180: "upside down"}


def draw_reading(sample: SampleChoice) -> None:
    """Draw what can be chosen of how files were read, for a row; none for a room."""
    reading = sample.reading
    if reading is None:
        return
    if _is_unit_open(reading):
        _offer_units(reading)
    if reading.names:
        _offer_names(reading)
    if reading.turns:
        _offer_turns(reading)
    if reading.has_fourth:
        _offer_fourth()
    if sample.rgbd.rgb is not None and reading.unmoved is not None:
        _offer_move(sample)


def _is_unit_open(reading: PairReading) -> bool:
    """Whether there is something to choose: a doubt, or a choice that was made."""
    chosen = reading_options().depth_unit != "auto"
    doubtful = bool(reading.units) and reading.units[0].probability < SURE
    return len(reading.units) > 1 and (chosen or doubtful)


def _offer_units(reading: PairReading) -> None:
    """Draw the likely units, with the room's size in each."""
    titles = {}
    for choice in reading.units[:MOST_UNITS]:
        name = short_of(choice.unit)
        size = "" if choice.median_m is None else f": {three_digits(choice.median_m)} m"
        titles[choice.unit] = f"{name}{size}"
    unit = reading.unit if reading.unit in titles else None
    seat("unit_offer", unit)
    st.segmented_control(
        "Depth is in: half of the room is nearer than",
        list(titles),
        format_func=titles.__getitem__,
        key="unit_offer",
        required=unit is not None,
        on_change=lambda: change_options(depth_unit=st.session_state.unit_offer),
        help="The units that the values make likely, the likeliest first. Others, and "
        "any number of units per metre, are under Upload on the left.",
    )


def _offer_names(reading: PairReading) -> None:
    seat("depth_is", reading.name)
    st.selectbox(
        "Depth is",
        reading.names,
        key="depth_is",
        width=220,
        on_change=lambda: change_options(depth_name=st.session_state.depth_is),
        help="Arrays, channels or pages of the depth file.",
    )


def _offer_turns(reading: PairReading) -> None:
    seat("turn_depth", reading_options().placement.turn)
    st.segmented_control(
        "Depth lies",
        [0, *(turn for turn in reading.turns if turn)],
        format_func=_TURNS.__getitem__,
        key="turn_depth",
        required=True,
        on_change=lambda: move_depth(turn=st.session_state.turn_depth),
        help='RGB stands and depth lies, or the other way round. After "as it is" '
        "comes the turn whose edges agree better with those of RGB.",
    )


def _offer_move(sample: SampleChoice) -> None:
    if st.button(
        "Move depth over RGB",
        icon=":material/open_with:",
        key="moving",
        help="Where edges of depth lie beside those of RGB.",
    ):
        draw_mover(sample)


def _offer_fourth() -> None:
    seat("fourth", reading_options().fourth_is_depth)
    st.toggle(
        "The fourth channel is depth",
        key="fourth",
        on_change=lambda: change_options(fourth_is_depth=st.session_state.fourth),
        help="Else it is transparency.",
    )
