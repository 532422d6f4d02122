"""Tabs whose hidden ones do no work, and which the address knows."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import streamlit as st

P = TypeVar("P")


def draw_tabs(tabs: Mapping[str, Callable[[P, bool], None]], choice: P) -> None:
    """Draw a page's tabs.

    Args:
        tabs: By title, what draws it; told whether it is visible. When hidden, it
            draws only the controls that are in the address.
        choice: What the page shows.
    """
    places = st.tabs(list(tabs), key="tab", on_change="rerun", bind="query-params")
    for place, draw in zip(places, tabs.values(), strict=True):
        with place:
            draw(choice, bool(place.open))
