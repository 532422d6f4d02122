"""What another plan does to the model."""

import streamlit as st

from fusionviz.ui.panels.explain import nothing_yet
from fusionviz.ui.tokens.picked import PickedTokens


@st.fragment
def draw_panel(picked: PickedTokens, visible: bool) -> None:
    """Draw the tab."""
    if visible:
        nothing_yet("Not there yet.")
