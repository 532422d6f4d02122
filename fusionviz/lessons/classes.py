"""Classes that take a lesson together: votes and the lecturer's card, in memory.

Nobody has a name here: a voter is a random word of a session. All of it is bounded,
and gone with the server.
"""

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from fusionviz.lessons.records import Answer

MOST_CLASSES = 64
MOST_QUESTIONS = 128
MOST_VOTERS = 500

_CODE = re.compile(r"[A-Za-z0-9]{1,12}")


@dataclass
class _Class:
    shown: tuple[str, int] | None = None
    votes: dict[tuple[str, int], dict[str, Answer]] = field(default_factory=dict)


class Classes:
    """Classes by their code; the one that nobody has used for longest goes first."""

    def __init__(self) -> None:
        self._classes: OrderedDict[str, _Class] = OrderedDict()
        self._lock = threading.Lock()

    def vote(
        self, code: str, lesson: str, place: int, voter: str, answer: Answer
    ) -> bool:
        """Count an answer, once a voter; return whether it was counted.

        Args:
            code: Of the class.
            lesson: SHA-256 of the lesson.
            place: Of the card that asks.
            voter: Names a session, and nobody.
            answer: Is kept.
        """
        with self._lock:
            votes = self._class(code).votes
            key = lesson, place
            if key not in votes and len(votes) >= MOST_QUESTIONS:
                return False
            said = votes.setdefault(key, {})
            if voter in said or len(said) >= MOST_VOTERS:
                return False
            said[voter] = answer
            return True

    def votes(self, code: str, lesson: str, place: int) -> tuple[Answer, ...]:
        """Return what a class has said to a card, in the order in which it came."""
        with self._lock:
            known = self._classes.get(code)
            return tuple(known.votes.get((lesson, place), {}).values()) if known else ()

    def show(self, code: str, lesson: str, place: int) -> None:
        """Note the card that the lecturer shows."""
        with self._lock:
            self._class(code).shown = lesson, place

    def shown(self, code: str) -> tuple[str, int] | None:
        """Return name of the lesson and place of the card that the lecturer shows."""
        with self._lock:
            known = self._classes.get(code)
            return known.shown if known else None

    def _class(self, code: str) -> _Class:
        """Return a class, made where it is not there; the lock is held."""
        known = self._classes.setdefault(code, _Class())
        self._classes.move_to_end(code)
        while len(self._classes) > MOST_CLASSES:
            self._classes.popitem(last=False)
        return known


CLASSES = Classes()
"""Those of this server."""


def class_code(text: str | None) -> str | None:
    """Return the code of a class, None where a text is none."""
    return text if text is not None and _CODE.fullmatch(text) else None
