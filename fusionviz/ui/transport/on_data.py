"""The plan on the pictures or on the time axis."""

import streamlit as st

from fusionviz.errors import FusionvizError
from fusionviz.ui.shared.how_to_read import nothing_yet
from fusionviz.ui.shared.share import forget
from fusionviz.ui.shared.tokens.picked import PickedTokens
from fusionviz.ui.transport import on_pictures, on_time


@st.fragment
def draw_panel(picked: PickedTokens, visible: bool) -> None:
    """Draw the tab. Its values are in the address while it is hidden, too."""
    if not visible:
        return
    try:
        picked.subject.case()  # says so where a modality is missing
        if picked.subject.pictures is not None:
            forget(on_time.KEYS)
            on_pictures.draw_pictures(picked)
        else:
            forget(on_pictures.KEYS)
            on_time.draw_time(picked)
    except FusionvizError as error:
        nothing_yet(str(error))
