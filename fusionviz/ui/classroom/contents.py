"""The classroom's contents: which lessons there are, and what they need."""

import streamlit as st

from fusionviz.lessons.glossary import list_words
from fusionviz.lessons.library import Library
from fusionviz.lessons.phrases import own_name, phrase
from fusionviz.lessons.records import Lesson
from fusionviz.ui.shared.frame.navigation import ask, page
from fusionviz.ui.shared.how_to_read import draw_words
from fusionviz.views.shared.plain import as_code


def draw_contents(library: Library) -> None:
    """Draw all lessons, with minutes and what comes before each."""
    ask("What would you like to understand?")
    st.caption(
        "Each lesson asks what you expect before it shows what is so. All pictures are "
        "those of the other pages. A lecturer opens one and chooses **Present**."
    )
    columns = st.columns(2, gap="medium")
    for number, lesson in enumerate(library.lessons.values()):
        with columns[number % 2]:
            _draw_line(library, lesson)
    with st.expander("Words: what is called what", icon=":material/dictionary:"):
        draw_words(list_words().values())
    if library.problems:
        with st.expander(f"{len(library.problems)} files hold no lesson"):
            st.markdown("\n".join(f"- {as_code(one)}" for one in library.problems))


def _draw_line(library: Library, lesson: Lesson) -> None:
    with st.container(border=True, key=f"lesson_{lesson.name}", gap="small"):
        st.page_link(
            page("classroom"),
            label=f"**{lesson.title}**",
            icon=":material/school:",
            query_params={"lesson": lesson.name},
        )
        st.markdown(lesson.takeaway)
        told = [f"{lesson.minutes} {phrase('minutes', lesson.language)}"]
        told.append(f"{len(lesson.cards)} {phrase('cards', lesson.language)}")
        if lesson.needs:
            titles = (library[need].title for need in lesson.needs)
            told.append("after: " + "; ".join(titles))
        if lesson.translation_of:
            told.append(own_name(lesson.language))
        st.caption(" · ".join(told))
