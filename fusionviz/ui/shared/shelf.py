"""Exhibits that are kept for whoever asks for the same ones: so many bytes of them."""

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Generic

import numpy as np

from fusionviz.exhibits.shared.exhibit import C, Exhibit, ExhibitKind, Request, S

MOST_BYTES = 120_000_000
MOST = 192
"""Exhibits, as not all that is kept of one is arrays."""

Key = tuple[str | None, ...]
Turn = AbstractContextManager[Any]


class ExhibitMaking(Generic[C, S]):
    """An exhibit that is made once, by who asks first; the others wait for it.

    Args:
        kind: Its kind.
        request: What it is made from, which is let go once it is made.
        turn: Held while it is made.
        tell: Told once it is made.

    Attributes:
        bytes: What it takes, 0 until it is made.
    """

    def __init__(
        self,
        kind: ExhibitKind[C, S],
        request: Request[C, S],
        turn: Turn,
        tell: Callable[[], object],
    ) -> None:
        self.bytes = 0
        self._kind, self._turn, self._tell = kind, turn, tell
        self._request: Request[C, S] | None = request
        self._made: Exhibit | None = None
        self._lock = threading.Lock()

    @property
    def is_made(self) -> bool:
        """Whether it is there."""
        return self._made is not None

    def make(self) -> Exhibit:
        """Return it, made in a turn of its own where it is not there."""
        with self._lock:
            is_new = self._request is not None
            if self._request is not None:
                with self._turn:
                    self._made = self._kind.make(self._request).drawn()
                self._request = None
                self.bytes = bytes_of(self._made)
            assert self._made is not None
        if is_new:
            self._tell()
        return self._made


class Shelf:
    """The exhibits that were asked for last, of so many bytes.

    Args:
        turn: Held while one is made.
        most_bytes: That they take together.
        most: How many there are.
    """

    def __init__(
        self, turn: Turn, most_bytes: int = MOST_BYTES, most: int = MOST
    ) -> None:
        self._turn, self._most_bytes, self._most = turn, most_bytes, most
        self._kept: dict[Key, ExhibitMaking[Any, Any]] = {}
        self._lock = threading.Lock()

    @property
    def bytes(self) -> int:
        """What is kept takes."""
        with self._lock:
            return sum(one.bytes for one in self._kept.values())

    def take(
        self, key: Key, kind: ExhibitKind[C, S], request: Request[C, S]
    ) -> ExhibitMaking[C, S]:
        """Return the making of an exhibit: the one that is kept, else a new one.

        Args:
            key: Names the exhibit.
            kind: Its kind.
            request: What it is made from.
        """
        with self._lock:
            making = self._kept.pop(key, None)
            if making is None:
                making = ExhibitMaking(kind, request, self._turn, self._let_go)
            self._kept[key] = making  # the last one now
        self._let_go()
        return making

    def _let_go(self) -> None:
        """Let go of those that were not asked for longest, while there are too many."""
        with self._lock:
            left = sum(one.bytes for one in self._kept.values())
            for key in list(self._kept)[:-1]:
                if left <= self._most_bytes and len(self._kept) <= self._most:
                    return
                left -= self._kept.pop(key).bytes


def bytes_of(exhibit: Exhibit) -> int:
    """Return the bytes of what an exhibit is drawn from, and of its figure."""
    kept = (exhibit.arrays, exhibit.table or {}, exhibit.figure.to_dict())
    return _bytes_in(kept)


def _bytes_in(thing: object) -> int:
    if isinstance(thing, np.ndarray):
        return thing.nbytes
    if isinstance(thing, str):
        return len(thing)
    if isinstance(thing, Mapping):
        return _bytes_in(tuple(thing.values()))
    if isinstance(thing, list | tuple):
        return 8 * len(thing) + sum(map(_bytes_in, thing))
    return 0
