"""Tabs whose hidden ones do no work, and which the address knows.

Each page keeps which of its tabs is open: who leaves it finds it as it was left. The
address has the tab's name, but for the first one's.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from fusionviz.ui.shared import ahead
from fusionviz.ui.shared.exhibits import making_of
from fusionviz.ui.shared.replaced import settle
from fusionviz.ui.shared.share import publish, seat, went_back
from fusionviz.ui.shared.subjects import SubjectChoice

P = TypeVar("P")

FORMER = {"Likelihood": "Likelihood and round trip"}
"""Names that tabs had, by which older links still open them."""

TAB = "tab"
_OPEN, _LAST = "_open_tabs", "_last_tabs"


def draw_tabs(tabs: Mapping[str, Callable[[P, bool], None]], choice: P) -> None:
    """Draw a page's tabs.

    Args:
        tabs: By title, what draws it; told whether it is visible. When hidden, it
            draws only the controls that are in the address.
        choice: What the page shows.
    """
    titles = tuple(tabs)
    seat(TAB, _wanted(titles))
    places = st.tabs(titles, key=TAB, on_change="rerun")
    st.session_state.setdefault(_OPEN, {})[titles] = st.session_state[TAB]
    st.session_state[_LAST] = titles
    publish(TAB, titles[0])
    for place, draw in zip(places, tabs.values(), strict=True):
        with place:
            if place.open and isinstance(choice, SubjectChoice):
                with ahead.noting(titles, st.session_state[TAB], choice.key):
                    draw(choice, True)
            else:
                draw(choice, bool(place.open))
    if isinstance(choice, SubjectChoice):
        _look_ahead(titles, choice)


def keep_open_tab() -> None:
    """Keep which tab is open. Called as a run begins, whichever page it is of.

    Who presses a tab and turns the page at once cuts the run short that would keep it.
    """
    titles, open_ = st.session_state.get(_LAST, ()), st.session_state.get(TAB)
    if open_ in titles:
        st.session_state.setdefault(_OPEN, {})[titles] = open_


def _look_ahead(titles: tuple[str, ...], choice: SubjectChoice[Any]) -> None:
    """Plan what the tab after the open one will ask for."""
    after = titles[(titles.index(st.session_state[TAB]) + 1) % len(titles)]
    ahead.plan(
        [
            making_of(wish.kind, choice, wish.controls).make
            for wish in ahead.wishes_of(titles, after)
        ]
    )


def _wanted(titles: Sequence[str]) -> str:
    """Return the title of the tab to open: this page's, else the address's."""
    open_ = st.session_state.get(TAB)
    if st.session_state.get(_LAST) == titles and open_ in titles:
        return str(open_)
    asked = str(st.query_params.get(TAB, ""))
    if asked in FORMER:
        settle(TAB)
    asked = FORMER.get(asked, asked)
    kept = st.session_state.get(_OPEN, {}).get(titles, titles[0])
    if went_back():  # an address without a tab is of the first one
        kept = titles[0]
    return asked if asked in titles else kept
