"""The lecturer's notes, in a second window that follows the first."""

import streamlit as st

from fusionviz.lessons.classes import CLASSES
from fusionviz.lessons.library import Library
from fusionviz.lessons.records import Lesson
from fusionviz.ui.classroom.made import reading_of
from fusionviz.ui.shared.frame.navigation import ask
from fusionviz.ui.shared.notices import says_why

LOOK_SECONDS = 0.5


def draw_notes(library: Library, lesson: Lesson, code: str | None) -> None:
    """Draw the notes of the card that a class's lecturer shows.

    Args:
        library: All lessons.
        lesson: The one that the address names, until the lecturer shows another.
        code: Of the class.
    """
    ask("What is there to say?")
    if code is None:
        st.info("Open these notes from the lecturer's window: its address has a code.")
        return
    st.caption(
        f"Class **{code}**. For the class: "
        f"`/classroom?lesson={lesson.name}&class={code}`"
    )
    _follow(library, lesson, code)


@st.fragment(run_every=LOOK_SECONDS)
def _follow(library: Library, lesson: Lesson, code: str) -> None:
    name, card = CLASSES.shown(code) or (lesson.name, 0)
    shown = library.lessons.get(name, lesson)
    if card >= len(shown.cards):
        st.subheader(f"{shown.title}: the end", anchor=False)
        st.markdown(shown.takeaway)
        return
    one, reading = shown.cards[card], reading_of(shown)
    with says_why():
        st.subheader(
            f"{card + 1}/{len(shown.cards)} {reading.say(card, one.title)}",
            anchor=False,
        )
        st.markdown(reading.say(card, one.notes) or "No notes for this card.")
        with st.container(border=True):
            st.markdown(reading.say(card, one.text))
    votes = CLASSES.votes(code, shown.sha256, card)
    if one.form is not None:
        st.metric("Votes", len(votes))
    if card + 1 < len(shown.cards):
        st.caption(f"Next: {shown.cards[card + 1].title}")
