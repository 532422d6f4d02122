"""The end of a lesson: predicted against computed, and what can be taken home."""

import streamlit as st

from fusionviz.lessons.library import Library
from fusionviz.lessons.phrases import phrase
from fusionviz.lessons.worksheet import (
    origin,
    to_answers_csv,
    to_class_table,
    to_markdown,
    to_printable,
    to_table,
)
from fusionviz.ui.classroom.made import reading_of
from fusionviz.ui.classroom.place import Place
from fusionviz.ui.classroom.votes import votes_in_words
from fusionviz.ui.shared.frame.navigation import ask, page
from fusionviz.ui.shared.notices import says_why


def draw_ending(place: Place, library: Library) -> None:
    """Draw what was predicted beside what was computed, and the downloads."""
    language = place.lesson.language
    ask(phrase("end", language))
    with says_why():
        reading = reading_of(place.lesson)
        verdicts = reading.verdicts(place.answers)
        votes = votes_in_words(place, reading)
        if place.presents:
            st.markdown(to_class_table(verdicts, votes, language))
        else:
            st.markdown(to_table(verdicts, language))
        st.markdown(f"**{phrase('takeaway', language)}.** {place.lesson.takeaway}")
        sheet = to_markdown(reading, place.answers, votes)
        title = f"{phrase('worksheet', language)}: {place.lesson.title}"
        page_of_it = to_printable(sheet, title, language)
        stem = f"fusionviz-{place.lesson.name}"
        with st.container(horizontal=True, gap="small", key="take_home"):
            word = phrase("worksheet", language)
            _offer(f"{word} (Markdown)", sheet.encode(), f"{stem}.md", "text/markdown")
            _offer(f"{word} (HTML)", page_of_it.encode(), f"{stem}.html", "text/html")
            table = to_answers_csv(place.lesson, verdicts)
            assessed = phrase("self_assessment", language)
            _offer(f"{assessed} (CSV)", table, f"{stem}.csv", "text/csv")
    _draw_next(place, library)
    st.caption(origin(place.lesson))


def _draw_next(place: Place, library: Library) -> None:
    """Draw links to the lessons that build on this one, and to all."""
    name = place.lesson.translation_of or place.lesson.name
    for one in library.lessons.values():
        if name in one.needs and one.language == place.lesson.language:
            st.page_link(
                page("classroom"),
                label=f"{one.title} ({one.minutes} {phrase('minutes', one.language)})",
                icon=":material/school:",
                query_params={"lesson": one.name},
            )


def _offer(label: str, data: bytes, file_name: str, mime: str) -> None:
    st.download_button(
        label,
        data,
        file_name=file_name,
        mime=mime,
        key=file_name,
        on_click="ignore",
        icon=":material/download:",
    )
