"""Exhibits of lessons: from memory, else from disk, else made; ahead of the reader."""

import threading

import streamlit as st

from fusionviz.errors import FusionvizError
from fusionviz.exhibits.shared.exhibit import Exhibit
from fusionviz.explain.lessons import lesson_store, print_of, read_with
from fusionviz.lessons.judging import Reading
from fusionviz.lessons.records import ExhibitCall, Lesson
from fusionviz.ui.shared.cache import MODEL_WORK

_AHEAD: dict[str, threading.Thread] = {}
"""By lesson, who makes its exhibits while the reader reads."""
_lock = threading.Lock()


def made(call: ExhibitCall) -> Exhibit:
    """Return the exhibit of a lesson.

    Raises:
        FusionvizError: It cannot be made.
    """
    return _kept(print_of(call), call)


@st.cache_resource(max_entries=192, show_spinner="The model is asked …")
def _kept(call_print: str, _call: ExhibitCall) -> Exhibit:
    with MODEL_WORK:
        return lesson_store().make(_call)


def reading_of(lesson: Lesson) -> Reading:
    """Return a lesson with its numbers."""
    return read_with(lesson, made)


def make_ahead(lesson: Lesson) -> None:
    """Make what a lesson shows and disk does not hold, in a thread, once a server."""
    with _lock:
        if lesson.sha256 in _AHEAD:
            return
        thread = threading.Thread(target=_make_all, args=(lesson,), daemon=True)
        _AHEAD[lesson.sha256] = thread
    thread.start()


def _make_all(lesson: Lesson) -> None:
    store = lesson_store()
    for call in lesson.calls:
        try:
            if not store.has(call):
                with MODEL_WORK:
                    store.make(call)
        except FusionvizError:
            continue  # whoever opens the card is told
