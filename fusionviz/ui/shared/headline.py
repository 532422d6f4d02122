"""The row of numbers above a picture."""

from collections.abc import Mapping

import streamlit as st


def draw_headline(numbers: Mapping[str, tuple[str, str]], *, key: str) -> None:
    """Draw numbers in one row. Not `st.metric`, which loads a chart library first.

    What they mean is behind one button with a name: Streamlit's own question marks
    beside text are all called "Help".

    Args:
        numbers: Value, and what it means, by label.
        key: Name of the place; its look goes with `headline`.
    """
    if not numbers:
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", key=key):
        for label, (value, _) in numbers.items():
            st.markdown(f"{label}  \n**{value}**", width="content")
        with st.popover("What they are", icon=":material/help:", key=f"what_{key}"):
            for label, (_, meaning) in numbers.items():
                st.markdown(f"**{label}**: {meaning}")
