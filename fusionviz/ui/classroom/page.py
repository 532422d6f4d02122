"""The Classroom page: its contents, or the card that the address names."""

import streamlit as st

from fusionviz.lessons.classes import CLASSES, class_code
from fusionviz.lessons.library import Library, list_lessons
from fusionviz.lessons.phrases import phrase
from fusionviz.lessons.records import Lesson
from fusionviz.ui.classroom.cards import draw_card
from fusionviz.ui.classroom.contents import draw_contents
from fusionviz.ui.classroom.ending import draw_ending
from fusionviz.ui.classroom.look import apply_classroom_look
from fusionviz.ui.classroom.made import make_ahead, reading_of
from fusionviz.ui.classroom.notes import draw_notes
from fusionviz.ui.classroom.place import (
    Place,
    class_link,
    go_to,
    notes_link,
    read_place,
    turn,
)
from fusionviz.ui.shared.frame.navigation import BEEN_IN_CLASS, ask, page
from fusionviz.ui.shared.notices import say_error, says_why
from fusionviz.views.shared.plain import as_code


def draw_classroom() -> None:
    """Draw the contents, a lesson, or the lecturer's notes: what the address says."""
    st.session_state[BEEN_IN_CLASS] = True
    apply_classroom_look(presents=st.query_params.get("present") == "1")
    library = list_lessons()
    name = st.query_params.get("lesson")
    if not name:
        draw_contents(library)
        return
    # A link from a page to itself does not reach the browser's address by itself.
    st.query_params["lesson"] = name
    lesson = library.lessons.get(name)
    if lesson is None:
        say_error(f"There is no lesson {as_code(name)}. Choose one of these.")
        draw_contents(library)
    elif st.query_params.get("notes") == "1":
        draw_notes(library, lesson, class_code(st.query_params.get("class")))
    else:
        make_ahead(lesson)
        _draw_lesson(library, lesson)


def _draw_lesson(library: Library, lesson: Lesson) -> None:
    place = read_place(lesson)
    if place.presents and place.code is not None:
        CLASSES.show(place.code, lesson.name, place.card)
    _draw_head(place)
    if place.is_end:
        draw_ending(place, library)
        return
    reading = reading_of(lesson)
    card = lesson.cards[place.card]
    with says_why():
        ask(reading.say(place.card, card.title))
    draw_card((place, reading), True)


def _draw_head(place: Place) -> None:
    """Draw where one is in the lesson, and the ways on and back."""
    lesson, language = place.lesson, place.lesson.language
    count = len(lesson.cards)
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="lesson_head"
    ):
        if not place.presents:
            st.page_link(page("classroom"), label=phrase("all_lessons", language))
        st.progress(min(place.card + 1, count) / count, _progress_words(place))
        if place.code is None and place.card == 0:
            _draw_way_to_present(lesson)
        if place.presents:
            _draw_links(place)
            _draw_turn(place)
        _step(place, -1, disabled=place.card == 0)
        _step(place, +1, disabled=place.is_end or _must_answer(place))


def _draw_way_to_present(lesson: Lesson) -> None:
    """Draw a link for a lecturer: the same lesson, as a projector shows it."""
    st.page_link(
        page("classroom"),
        label=phrase("present", lesson.language),
        icon=":material/co_present:",
        query_params={"lesson": lesson.name, "present": "1"},
    )


def _progress_words(place: Place) -> str:
    lesson, language = place.lesson, place.lesson.language
    if place.is_end:
        return lesson.title
    number = phrase("card_of", language).format(
        card=place.card + 1, count=len(lesson.cards)
    )
    kind = phrase(f"kind_{lesson.cards[place.card].kind}", language)
    return (
        f"{number} · {kind}"
        if place.presents
        else f"{lesson.title} · {number} · {kind}"
    )


def _step(place: Place, by: int, *, disabled: bool) -> None:
    name, key = ("next", "Right") if by > 0 else ("back", "Left")
    st.button(
        phrase(name, place.lesson.language),
        key=f"go_{name}",
        icon=f":material/arrow_{'forward' if by > 0 else 'back'}:",
        shortcut=key,
        disabled=disabled,
        on_click=go_to,
        args=(place.card + by,),
    )


def _must_answer(place: Place) -> bool:
    """Whether a prediction is to be locked in before one goes on."""
    if place.presents or place.lesson.cards[place.card].kind != "predict":
        return False
    return place.card not in place.answers


def _draw_links(place: Place) -> None:
    """Draw the class's code, and the window with the lecturer's notes."""
    st.markdown(f"**{place.code}**", help=f"`{class_link(place)}`")
    st.page_link(
        notes_link(place),
        label=phrase("notes", place.lesson.language),
        icon=":material/sticky_note_2:",
    )


def _draw_turn(place: Place) -> None:
    """Draw the button that turns a card: picture and words, question and answer."""
    if place.other_side is not None:
        st.button(
            phrase(place.other_side, place.lesson.language),
            key="turn",
            icon=":material/swap_vert:",
            shortcut="Down",
            on_click=turn,
            args=(place,),
        )
