"""Exhibits of lessons: from memory, else from disk, else made; ahead of the reader."""

import threading

import plotly.graph_objects as go
import streamlit as st

from fusionviz.errors import FusionvizError
from fusionviz.exhibits.distributions.kernel import KERNEL
from fusionviz.exhibits.latents.completion import COMPLETION
from fusionviz.exhibits.shared.exhibit import Exhibit
from fusionviz.exhibits.shared.stacks import HIDDEN
from fusionviz.explain.lessons import lesson_store, print_of, read_with
from fusionviz.lessons.judging import Reading
from fusionviz.lessons.records import ExhibitCall, Lesson
from fusionviz.ui.shared.cache import MODEL_WORK
from fusionviz.views.classroom.magnified import magnify

LARGER = 1.72
"""By which charts grow before a class: type of 14 pixels becomes 24."""

CROWDED = {KERNEL.name: 1.4, HIDDEN.name: 1.5, COMPLETION.name: 1.3}
"""Kinds whose labels would lie on one another on a screen of 1280 by 800 pixels."""

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
        return lesson_store().make(_call).drawn()


def large(call: ExhibitCall) -> go.Figure:
    """Return the figure of an exhibit as it is shown to a class."""
    return _large(print_of(call), call)


@st.cache_resource(max_entries=192, show_spinner=False)
def _large(call_print: str, _call: ExhibitCall) -> go.Figure:
    return magnify(made(_call).figure, CROWDED.get(_call.kind, LARGER))


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
