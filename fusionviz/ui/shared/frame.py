"""The frame around every page: navigation, look, and the sidebar that all share."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from fusionviz.ui.shared.look import apply_look, favicon, wordmark
from fusionviz.ui.shared.replaced import (
    place_replaced,
    remember_address,
    say_replaced,
)
from fusionviz.ui.shared.sidebar import draw_sidebar

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class PageLine:
    """One page: its file's stem, which is its address too, and its title."""

    stem: str
    title: str


PAGES = (
    PageLine("inputs", "Inputs"),
    PageLine("latents", "Latents"),
    PageLine("attention", "Attention"),
    PageLine("transport", "Transport"),
    PageLine("distributions", "Distributions"),
    PageLine("robustness", "Robustness"),
    PageLine("scaling", "Scaling"),
    PageLine("classroom", "Classroom"),
)
"""Every page there is, in the order of the menu; the first one is the default."""

DOOR = "fusionviz"
"""Title of the page at `/`, which leads to the first one."""

_ROUTED = "_routed"
_ASKED_TO_ROUTE = "_asked_to_route"


def route() -> None:
    """Run the page that the address names, inside the frame. `app.py` calls this."""
    wanted = _navigation()
    if wanted.title == DOOR:  # before anything takes part of the address for its own
        wanted.run()
    remember_address(wanted.title)
    _furnish()
    st.session_state[_ROUTED] = True
    wanted.run()
    say_replaced()


def frame() -> None:
    """Make sure that a page stands in its frame. The first line of every page.

    Streamlit runs a page without `app.py` when its address is the first that a fresh
    server is asked for. Declaring the navigation and running again mends that; where
    it does not, as in a test of one page alone, the page draws the frame itself.
    """
    if st.session_state.pop(_ROUTED, False):
        return
    if not st.session_state.get(_ASKED_TO_ROUTE):
        st.session_state[_ASKED_TO_ROUTE] = True
        _navigation()
        st.rerun()
    _furnish()


def ask(question: str) -> None:
    """Draw the page's title line: the one question that it answers."""
    st.title(question, anchor=False)
    place_replaced()


def page(stem: str) -> StreamlitPage:
    """Return a page by its file's stem, for links."""
    (line,) = (line for line in PAGES if line.stem == stem)
    return st.Page(_file(line), title=line.title)


def _navigation() -> StreamlitPage:
    """Declare the pages, each at its file's stem, and `/` that leads to the first.

    Streamlit serves a default page at `/` alone and says "Page not found" at its stem;
    so the default is a step on the way.
    """
    pages = [page(line.stem) for line in PAGES]

    def start() -> None:
        st.switch_page(pages[0], query_params=st.query_params.to_dict())

    door = st.Page(start, title=DOOR, default=True, visibility="hidden")
    return st.navigation([door, *pages])


def _file(line: PageLine) -> Path:
    return ROOT / "pages" / f"{line.stem}.py"


def _furnish() -> None:
    st.set_page_config(page_title="fusionviz", page_icon=favicon(), layout="wide")
    apply_look()
    wordmark()
    draw_sidebar()
