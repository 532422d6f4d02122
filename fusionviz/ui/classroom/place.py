"""Where a reader is in the classroom: what the address says, and their answers."""

import secrets
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

from fusionviz.lessons.classes import CLASSES, class_code
from fusionviz.lessons.records import Answer, Lesson

_ANSWERS, _VOTER = "_answers", "_voter"
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without those that are mistaken for one another on a blackboard."""


@dataclass(frozen=True)
class Place:
    """Where a reader is.

    Attributes:
        lesson: Which lesson.
        card: Place of the card, from 0; the number of cards is the end.
        presents: Whether a lecturer shows it to a class.
        code: Of the class, None where there is none.
        turned: Whether the lecturer has turned the card: words, or what is right.
    """

    lesson: Lesson
    card: int
    presents: bool
    code: str | None
    turned: bool = False

    @property
    def is_end(self) -> bool:
        """Whether all cards are behind."""
        return self.card >= len(self.lesson.cards)

    @property
    def answers(self) -> MutableMapping[int, Answer]:
        """This session's answers to this lesson, by the place of the card."""
        kept = st.session_state.setdefault(_ANSWERS, {})
        return kept.setdefault(self.lesson.sha256, {})

    @property
    def other_side(self) -> str | None:
        """Name of the phrase for what turning the card shows; None: it has one side."""
        if not self.presents or self.is_end:
            return None
        card = self.lesson.cards[self.card]
        if card.kind == "check":
            return "question" if self.turned else "solution"
        if card.form is not None or card.kind == "question" or card.exhibit is None:
            return None
        return "picture" if self.turned else "words"

    def address(self, card: int | None = None, **more: str) -> dict[str, str]:
        """Return what the address of a card says."""
        number = (self.card if card is None else card) + 1
        said = {"lesson": self.lesson.name, "card": str(number)}
        return said | ({"class": self.code} if self.code else {}) | more

    def answer(self, answer: Answer) -> None:
        """Lock in an answer to this card; a class counts it."""
        if self.card in self.answers:
            return
        self.answers[self.card] = answer
        if self.code is not None and not self.presents:
            CLASSES.vote(self.code, self.lesson.sha256, self.card, _voter(), answer)

    def votes(self, card: int) -> tuple[Answer, ...]:
        """Return what the class has said to a card."""
        if self.code is None:
            return ()
        return CLASSES.votes(self.code, self.lesson.sha256, card)


def read_place(lesson: Lesson) -> Place:
    """Return where the address says that a reader is, within what there is."""
    text = str(st.query_params.get("card", "1"))
    number = int(text) if text.isdecimal() and len(text) < 6 else 1
    presents = st.query_params.get("present") == "1"
    code = class_code(st.query_params.get("class"))
    if presents and code is None:
        code = "".join(secrets.choice(CODE_LETTERS) for _ in range(4))
        st.query_params["class"] = code
    card = min(max(number, 1), len(lesson.cards) + 1) - 1
    turned = presents and st.query_params.get("turned") == "1"
    return Place(lesson=lesson, card=card, presents=presents, code=code, turned=turned)


def go_to(card: int) -> None:
    """Put another card into the address."""
    st.query_params["card"] = str(card + 1)
    st.query_params.pop("turned", None)


def turn(place: Place) -> None:
    """Turn the lecturer's card to its other side."""
    if place.turned:
        st.query_params.pop("turned", None)
    else:
        st.query_params["turned"] = "1"


def class_link(place: Place) -> str:
    """Return the address at which a class votes."""
    return _whole_address({"lesson": place.lesson.name, "class": str(place.code)})


def notes_link(place: Place) -> str:
    """Return the address of the lecturer's notes: a whole one opens a new window."""
    return _whole_address(place.address(notes="1"))


def _whole_address(said: Mapping[str, str]) -> str:
    """Return the classroom's address as the browser has it, saying something else."""
    here = (st.context.url or "http://localhost/classroom").split("?")[0]
    return f"{here}?{urlencode(said)}"


def _voter() -> str:
    return st.session_state.setdefault(_VOTER, secrets.token_hex(8))
