"""The flow as a film."""

import streamlit as st

from fusionviz.exhibits.latents.film import FILM, FilmControls
from fusionviz.ui.shared.controls import choose_bound
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import panel
from fusionviz.ui.shared.subjects import MangoChoice

STOPS = {"each block": "blocks", "each part of a block": "parts"}
LAYOUTS = {"Run through": "one", "All blocks": "all"}


@panel
def draw_panel(choice: MangoChoice, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    with st.container(horizontal=True, gap="large"):
        layout = choose_bound("Show", "film_layout", LAYOUTS)
        stops = choose_bound(
            "Stop after",
            "film_stops",
            STOPS,
            disabled=layout == "all",
            help="The parts of a block are MMCA, IMCA, LICA and the coupling.",
        )
    if not visible:
        return
    controls = FilmControls(stops=stops, layout=layout)
    suffix = "_all" if layout == "all" else ""
    show_exhibit(FILM, choice, controls, key=f"latents_film{suffix}")
