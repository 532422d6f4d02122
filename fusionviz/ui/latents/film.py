"""The flow as a film."""

import streamlit as st

from fusionviz.exhibits.latents.film import FilmControls
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.subjects import Picked

STOPS = {"each block": "blocks", "each part of a block": "parts"}
LAYOUTS = {"Run through": "one", "All blocks": "all"}


@st.fragment
def draw_panel(picked: Picked, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    with st.container(horizontal=True, gap="large"):
        layout = st.segmented_control(
            "Show",
            list(LAYOUTS),
            default="Run through",
            key="film_layout",
            required=True,
            bind="query-params",
        )
        stops = st.segmented_control(
            "Stop after",
            list(STOPS),
            default="each block",
            key="film_stops",
            required=True,
            bind="query-params",
            disabled=layout == "All blocks",
            help="The parts of a block are MMCA, IMCA, LICA and the coupling.",
        )
    if not visible:
        return
    controls = FilmControls(
        stops=STOPS[stops or "each block"], layout=LAYOUTS[layout or "Run through"]
    )
    suffix = "_all" if controls.layout == "all" else ""
    show_exhibit("latents-film", picked, controls, key=f"latents_film{suffix}")
