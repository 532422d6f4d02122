"""The frame around every page: navigation, look, and the sidebar that all share."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from fusionviz.lessons.library import DOOR as DOOR_LESSON
from fusionviz.lessons.library import list_lessons
from fusionviz.places import PROJECT
from fusionviz.ui import warm_up
from fusionviz.ui.allocator import give_back_later
from fusionviz.ui.shared.frame.look import apply_look, favicon, wordmark
from fusionviz.ui.shared.frame.player_keys import reach_players
from fusionviz.ui.shared.frame.sidebar import draw_sidebar
from fusionviz.ui.shared.notices import says_why
from fusionviz.ui.shared.replaced import (
    place_replaced,
    remember_address,
    say_replaced,
)
from fusionviz.ui.shared.report import draw_report
from fusionviz.ui.shared.share import follow_address
from fusionviz.ui.shared.tabs import keep_open_tab


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

BEEN_IN_CLASS = "_been_in_class"
"""Whether this session has opened the classroom."""

_ROUTED = "_routed"
_ASKED_TO_ROUTE = "_asked_to_route"


def route() -> None:
    """Run the page that the address names, inside the frame. `app.py` calls this."""
    keep_open_tab()
    wanted = _navigation()
    if wanted.title == DOOR:  # before anything takes part of the address for its own
        wanted.run()
    remember_address(wanted.title)
    follow_address()
    _furnish()
    st.session_state[_ROUTED] = True
    with says_why():
        wanted.run()
    say_replaced()
    with st.sidebar:  # after the page, which has shown what it lists
        draw_report()
    warm_up.begin()
    give_back_later()


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


def ask(
    question: str,
    *,
    lesson: str | None = None,
    instead: Mapping[str, str] | None = None,
) -> None:
    """Draw the page's title line: the one question that it answers.

    Args:
        question: Of the page.
        lesson: Name of the lesson that explains it, which it then links to.
        instead: Its question of samples of which it shows something else, by what the
            sidebar calls these.
    """
    question = (instead or {}).get(st.session_state.get("source", ""), question)
    if lesson is None:
        st.title(question, anchor=False)
    else:
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", key="title_line"
        ):
            st.title(question, anchor=False)
            _link_to(lesson)
    place_replaced()


def _link_to(name: str) -> None:
    """Draw a link to a lesson, where there is one of that name."""
    lesson = list_lessons().lessons.get(name)
    if lesson is not None:
        st.page_link(
            page("classroom"),
            label="Lesson",
            icon=":material/school:",
            query_params={"lesson": name},
            help=f"{lesson.title}: {lesson.minutes} minutes",
        )


def greet() -> None:
    """Draw a link to the short lesson, until somebody has been in the classroom."""
    if st.session_state.get(BEEN_IN_CLASS):
        return
    lesson = list_lessons().lessons.get(DOOR_LESSON)
    if lesson is not None:
        minutes = {3: "Three"}.get(lesson.minutes, str(lesson.minutes))
        st.page_link(
            page("classroom"),
            label=f"New here? {minutes} minutes",
            icon=":material/school:",
            query_params={"lesson": lesson.name},
        )


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
    return PROJECT / "pages" / f"{line.stem}.py"


def _furnish() -> None:
    st.set_page_config(page_title="fusionviz", page_icon=favicon(), layout="wide")
    apply_look()
    wordmark()
    with st.sidebar:
        greet()
    draw_sidebar()
    with st.sidebar:
        reach_players()
