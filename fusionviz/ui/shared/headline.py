"""The row of numbers above a picture."""

from collections.abc import Mapping

import streamlit as st


def draw_headline(numbers: Mapping[str, tuple[str, str]], *, key: str) -> None:
    """Draw numbers in one row. Not `st.metric`, which loads a chart library first.

    Args:
        numbers: Value, and what it means, by label.
        key: Name of the place; its look goes with `headline`.
    """
    if not numbers:
        return
    with st.container(key=key):
        for place, (label, (value, meaning)) in zip(
            st.columns(len(numbers)), numbers.items(), strict=True
        ):
            place.markdown(f"{label}  \n**{value}**", help=meaning)
