"""Ctrl-C and SIGTERM as a wish to stop, so that a step is never cut in two."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Self


class StopRequest:
    """While it is open, the first signal is noted; a second one interrupts at once.

    Outside the main thread it notes nothing: Python handles signals only there.

    Attributes:
        wanted: Whether to stop.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self.wanted = False
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in self.SIGNALS:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.wanted:
            raise KeyboardInterrupt
        self.wanted = True
