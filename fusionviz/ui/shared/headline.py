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
    with st.container(key=key):
        *places, last = st.columns([*([5] * len(numbers)), 4])
        for place, (label, (value, _)) in zip(places, numbers.items(), strict=True):
            place.markdown(f"{label}  \n**{value}**")
        with last.popover("What they are", icon=":material/help:", key=f"what_{key}"):
            for label, (_, meaning) in numbers.items():
                st.markdown(f"**{label}**: {meaning}")
