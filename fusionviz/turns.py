"""Whose turn it is where only so many may work at once: first come, first served.

A semaphore of the standard library lets whoever asks again right after giving back pass
those who wait: with thirty readers at work, some waited a minute for what others had in
two seconds.
"""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager

LOOK_SECONDS = 0.2
"""How often one who waits looks whether the turn is still wanted."""


class Turns(AbstractContextManager["Turns"]):
    """So many may work at once; the others stand in line.

    >>> turns = Turns(1)
    >>> with turns:
    ...     print(turns.waiting)
    0

    Args:
        count: How many at once.
    """

    def __init__(self, count: int) -> None:
        self._count = self._free = count
        self._line: deque[threading.Lock] = deque()
        self._change = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        with self._change:
            return len(self._line)

    def take(self, is_wanted: Callable[[], bool] = lambda: True) -> bool:
        """Wait for a turn; return whether it was taken.

        Args:
            is_wanted: Asked while it waits; once it says no, the place in line is left.
        """
        with self._change:
            if self._free:
                self._free -= 1
                return True
            place = threading.Lock()
            place.acquire()
            self._line.append(place)
        try:
            while not place.acquire(timeout=LOOK_SECONDS):
                if not is_wanted() and self._leave(place):
                    return False
        except BaseException:  # nobody is to wait for one who is gone
            if not self._leave(place):
                self.give_back()
            raise
        return True

    def give_back(self) -> None:
        """End a turn: the first in line has it.

        Raises:
            ValueError: Nobody had one.
        """
        with self._change:
            if self._line:
                self._line.popleft().release()
            elif self._free < self._count:
                self._free += 1
            else:
                raise ValueError("a turn was given back that nobody had")

    def _leave(self, place: threading.Lock) -> bool:
        """Leave the line; return whether the turn had not come by then."""
        with self._change:
            if place not in self._line:
                return False
            self._line.remove(place)
            return True

    def __enter__(self) -> "Turns":
        self.take()
        return self

    def __exit__(self, *_: object) -> None:
        self.give_back()
