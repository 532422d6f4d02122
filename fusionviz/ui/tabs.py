"""Tabs whose hidden ones do no work, and which the address knows."""

from collections.abc import Callable, Mapping

import streamlit as st

from fusionviz.ui.subjects import Picked

Panel = Callable[[Picked, bool], None]
"""Draws a tab; when hidden, only the controls that are in the address."""


def draw_tabs(tabs: Mapping[str, Panel], picked: Picked) -> None:
    """Draw a subject's title line and its tabs."""
    missing = picked.subject.missing
    guess = "" if missing is None else f" Its {missing} is MANGO's guess."
    st.caption(f"**{picked.chosen.title}**, read by {picked.card.name}.{guess}")
    places = st.tabs(list(tabs), key="tab", on_change="rerun", bind="query-params")
    for place, draw in zip(places, tabs.values(), strict=True):
        with place:
            draw(picked, bool(place.open))
