"""What the next tab will ask for, worked out while nobody does anything.

Of each tab it is remembered which exhibits it asked for when somebody last looked at
it. Once a page is drawn and the server has rested for a while, a thread makes those of
the tab after the open one, of what the page shows now; whoever opens it finds them.
The thread calls nothing of Streamlit's. It takes a turn as a session does, one exhibit
at a time, and begins none while somebody waits for another.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from fusionviz.errors import FusionvizError
from fusionviz.exhibits.shared.exhibit import Controls, ExhibitKind

REST_SECONDS = 1.5
"""How long nothing may have been asked for before work ahead begins."""

NOTES = "_notes_of_tab"
WISHES = "_wishes_of_tabs"

Make = Callable[[], object]
"""Makes an exhibit, unless it is there already."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Wish:
    """An exhibit that a tab asks for, of whatever the page shows."""

    kind: ExhibitKind[Any, Any]
    controls: Controls


@dataclass
class Notes:
    """What the tab that is being drawn has asked for, of the subject of its page."""

    subject_key: str
    wishes: list[Wish] = field(default_factory=list)


class Ahead:
    """One thread of the server, and what it has to make for each session.

    Args:
        rest_seconds: How long nothing may have been asked for before it begins.
    """

    def __init__(self, rest_seconds: float = REST_SECONDS) -> None:
        self._rest = rest_seconds
        self._plans: dict[str, list[Make]] = {}
        self._change = threading.Condition()
        self._stirred = time.monotonic()
        self._thread: threading.Thread | None = None

    def stir(self) -> None:
        """Say that somebody asks for something now."""
        self._stirred = time.monotonic()

    def plan(self, session: str, makes: Sequence[Make]) -> None:
        """Replace what is to be made for a session."""
        with self._change:
            self._plans.pop(session, None)
            if makes:
                self._plans[session] = list(makes)
                self._change.notify()
            if makes and self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            with self._change:
                while not self._plans:
                    self._change.wait()
            left = self._rest - (time.monotonic() - self._stirred)
            if left > 0:
                time.sleep(left)
                continue
            make = self._take()
            if make is None:
                continue
            try:
                make()
            except FusionvizError:
                continue  # who opens the tab is told

    def _take(self) -> Make | None:
        """Return what comes next of the session that was planned for last."""
        with self._change:
            if not self._plans:
                return None
            session = next(reversed(self._plans))
            make = self._plans[session].pop(0)
            if not self._plans[session]:
                del self._plans[session]
            return make


AHEAD = Ahead()

_LAST: dict[tuple[tuple[str, ...], str], list[Wish]] = {}
"""What each tab asked for when anybody last looked at it."""


@contextmanager
def noting(titles: tuple[str, ...], title: str, subject_key: str) -> Iterator[None]:
    """Remember what a tab asks for while it is drawn to its end.

    Args:
        titles: Of all tabs of its page, which name the page.
        title: Of the tab.
        subject_key: What names the subject of the page in caches.
    """
    AHEAD.stir()
    notes = st.session_state[NOTES] = Notes(subject_key)
    try:
        yield
        st.session_state.setdefault(WISHES, {})[titles, title] = notes.wishes
        _LAST[titles, title] = notes.wishes
    finally:
        st.session_state.pop(NOTES, None)
        AHEAD.stir()


def note(kind: ExhibitKind[Any, Any], subject_key: str, controls: Controls) -> None:
    """Remember that the tab that is being drawn asks for an exhibit."""
    AHEAD.stir()
    notes: Notes | None = st.session_state.get(NOTES)
    if notes is None or notes.subject_key != subject_key or kind.is_long:
        return
    notes.wishes.append(Wish(kind=kind, controls=controls))


def wishes_of(titles: tuple[str, ...], title: str) -> list[Wish]:
    """Return what a tab asked for when this session last looked at it, else anybody."""
    mine: list[Wish] | None = st.session_state.get(WISHES, {}).get((titles, title))
    return _LAST.get((titles, title), []) if mine is None else mine


def plan(makes: Sequence[Make]) -> None:
    """Plan what is to be made for this session, in place of what was planned before."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None and runtime.exists():
        AHEAD.plan(context.session_id, makes)
