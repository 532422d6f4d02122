"""Long work beside the page: it shows how far it is, can be stopped, loses nothing.

Streamlit ends a run of the page when the reader touches something. So the work has a
thread of its own, which calls nothing of Streamlit's; the page looks at it twice a
second. Where the reader has left, by closing the window or by loading the page anew, it
ends after a while: it would keep others from their turn.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from fusionviz.errors import FusionvizError, is_of_memory
from fusionviz.turns import Turns
from fusionviz.ui.shared.cache import MODEL_WORK
from fusionviz.ui.shared.notices import NO_MEMORY

LOOK_SECONDS = 0.5
"""How often the page looks at work that is under way."""

PATIENCE_SECONDS = 20.0
"""How long a reader may be away, as when the network is, before work for them ends."""

Work = Callable[[Callable[[float, str], bool]], Any]
"""Gets whom to tell how far it is (0..1, in words); is to end when that says False."""


class Job:
    """Work in a thread.

    Args:
        work: What to do.
        turn: How many such jobs may work at once, in all sessions.
        is_there: Whether who wants it is still there.

    Attributes:
        share: How much is done, 0..1.
        doing: What is being done.
        result: What came out, None before.
        error: Why nothing came out, in a sentence.
    """

    def __init__(
        self,
        work: Work,
        turn: Turns = MODEL_WORK,
        is_there: Callable[[], bool] = lambda: True,
    ) -> None:
        self.share, self.doing = 0.0, "waiting for its turn"
        self.result: Any = None
        self.error: str | None = None
        self.started = self._seen = time.monotonic()
        self._is_there = is_there
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(work, turn), daemon=True
        )
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it is still at work."""
        return self._thread.is_alive()

    @property
    def seconds_left(self) -> float | None:
        """What the rest takes at the pace so far, None before there is one."""
        if not 0 < self.share <= 1:
            return None
        return (time.monotonic() - self.started) * (1 - self.share) / self.share

    def stop(self) -> None:
        """Ask it to end; what it has by then is its result."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> None:
        """Wait until it is done."""
        self._thread.join(seconds)

    def _run(self, work: Work, turn: Turns) -> None:
        if not turn.take(lambda: self._tell(0.0, self.doing)):
            return
        try:
            self.started = time.monotonic()
            self.result = work(self._tell)
        except FusionvizError as error:
            self.error = str(error)
        except (MemoryError, RuntimeError, OSError) as error:
            if not is_of_memory(error):
                raise
            self.error = NO_MEMORY
        finally:
            turn.give_back()

    def _tell(self, share: float, doing: str) -> bool:
        self.share, self.doing = share, doing
        now = time.monotonic()
        if self._is_there():
            self._seen = now
        return not self._stop.is_set() and now - self._seen < PATIENCE_SECONDS


def job(key: str, inputs: str) -> Job | None:
    """Return this session's job of a place, None where its inputs have changed.

    Args:
        key: Name of the place.
        inputs: All that its result depends on.
    """
    kept = st.session_state.get(f"_job_{key}")
    if kept is None or kept[0] != inputs:
        return None
    return kept[1]


def start(key: str, inputs: str, work: Work, turn: Turns = MODEL_WORK) -> None:
    """Start a job in a place; one that is under way there is stopped."""
    kept = st.session_state.get(f"_job_{key}")
    if kept is not None:
        kept[1].stop()
    st.session_state[f"_job_{key}"] = (inputs, Job(work, turn, _presence()))


def _presence() -> Callable[[], bool]:
    """Return what says whether this session's window is open."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not runtime.exists():
        return lambda: True
    name, server = context.session_id, runtime.get_instance()
    return lambda: server.is_active_session(name)


@st.fragment(run_every=LOOK_SECONDS)
def watch(
    key: str, draw: Callable[[], None] | None = None, *, tells_rest: bool = False
) -> None:
    """Draw how far the job of a place is, and a button that stops it.

    When it is done the whole page is drawn again.

    Args:
        key: Name of the place.
        draw: Draws what the work has found so far.
        tells_rest: Whether the work itself tells how long the rest takes.
    """
    kept: Job = st.session_state[f"_job_{key}"][1]
    if not kept.running:
        st.rerun()
    left = kept.seconds_left
    rest = (
        "" if left is None or tells_rest else f" · about {max(1, round(left))} s left"
    )
    bar, button = st.columns([6, 1], vertical_alignment="center")
    bar.progress(min(max(kept.share, 0.0), 1.0), f"{kept.doing}{rest}")
    button.button("Stop", key=f"stop_{key}", on_click=kept.stop, width="stretch")
    if draw is not None:
        draw()
