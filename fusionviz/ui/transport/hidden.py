"""What the backbone reads: its hidden attention over the interleaved sequence."""

import streamlit as st

from fusionviz.errors import FusionvizError
from fusionviz.ui.shared.how_to_read import nothing_yet
from fusionviz.ui.shared.stack_viewer import Viewer
from fusionviz.ui.shared.tokens.picked import PickedTokens

VIEWER = Viewer(prefix="h", chart="transport_hidden", order="sequence")


@st.fragment
def draw_panel(picked: PickedTokens, visible: bool) -> None:
    """Draw the tab. Its values are in the address while it is hidden, too."""
    if not visible:
        return
    if picked.read_by_model is None:
        nothing_yet(
            "Hidden attention is what a model's backbone reads, and no model reads "
            "these features: choose one at “Read by”."
        )
        return
    try:
        with st.container(
            horizontal=True, vertical_alignment="bottom", gap="small", key="h_controls"
        ):
            controls = VIEWER.choose_hidden(picked)
        VIEWER.show_hidden(picked, controls)
    except FusionvizError as error:
        nothing_yet(str(error))
