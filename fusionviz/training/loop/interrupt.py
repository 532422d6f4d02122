"""Ctrl-C, SIGTERM and a file as a wish to stop, so that a step is never cut in two."""

import _thread
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

FILE_NAME = "stop"
"""Whoever makes a file of this name in the folder of a run stops it."""

LOOK_SECONDS = 0.5
"""How often it is looked for."""

_open: list["StopRequest"] = []


class Stopped(BaseException):
    """Work ended before its end, because somebody wants it to stop."""


class StopRequest:
    """While it is open, the first signal is noted; a second one interrupts at once.

    Outside the main thread it notes no signal: Python handles them only there.

    Args:
        file: Stops it too, once it is there; one that was left is taken away first.
        cuts: Whether `at_once` does anything: where several processes wait for each
            other, one alone must not leave.

    Attributes:
        wanted: Whether to stop.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self, file: Path | None = None, *, cuts: bool = True) -> None:
        self.wanted = False
        self.cuts = cuts
        self._file = file
        self._cutting = False
        self._closed = threading.Event()
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in self.SIGNALS:
                self._before[number] = signal.signal(number, self._note)
        if self._file is not None:
            self._file.unlink(missing_ok=True)
            threading.Thread(target=self._look, daemon=True).start()
        _open.append(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _open.remove(self)
        self._closed.set()
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Let a wish to stop end what is inside, in its middle: it raises `Stopped`.

        For work of the main thread that leaves nothing half done.
        """
        if not self.cuts or not self._before:
            yield
            return
        self._cutting = True
        try:
            if self.wanted:
                raise Stopped
            yield
        finally:
            self._cutting = False

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.wanted:
            raise KeyboardInterrupt
        self.wanted = True
        if self._cutting:
            raise Stopped

    def _look(self) -> None:
        """Wait for the file, which is then as good as a signal."""
        while not self._closed.wait(LOOK_SECONDS):
            if self._file is None or self.wanted or not self._file.exists():
                continue
            if not self._before:
                self.wanted = True
            elif hasattr(signal, "pthread_kill"):  # which wakes what waits
                main = threading.main_thread().ident
                signal.pthread_kill(main or 0, signal.SIGTERM)
            else:
                _thread.interrupt_main(signal.SIGTERM)
            return


def stop_if_wanted() -> None:
    """Raise `Stopped` where a request that is open wants it: for work in pieces.

    It works in any thread, and outside of a training it does nothing.
    """
    if any(one.wanted and one.cuts for one in _open):
        raise Stopped
