"""What a lesson says with its numbers, and how far predictions are from them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fusionviz.errors import InputError
from fusionviz.lessons.expressions import Here, Look, evaluate, fill, write
from fusionviz.lessons.phrases import phrase
from fusionviz.lessons.records import Answer, Card, Lesson, LessonExhibit

STEPS = 60
"""Between the lowest and the highest number that can be predicted."""

CLOSE = 0.1
"""Predictions that are off by this share of what could be said are called close."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A prediction beside what was computed.

    Attributes:
        place: Of the card that asked.
        title: Of that card.
        said: What was predicted, in words; empty: nothing was.
        computed: What is so, in words.
        good: Whether it is right or close; None where nothing was predicted.
        told: Feedback of its own for this answer.
    """

    place: int
    title: str
    said: str
    computed: str
    good: bool | None
    told: str


@dataclass(frozen=True, eq=False)
class Reading:
    """A lesson with the numbers of its exhibits.

    Attributes:
        lesson: What is read.
        look: Where the numbers come from.
    """

    lesson: Lesson
    look: Look

    def say(self, place: int, text: str, state: str | None = None) -> str:
        """Return a text of a card with the numbers of what it shows.

        Args:
            place: Of the card.
            text: Of it.
            state: Label of the state that is shown, the card's own if not given.

        Raises:
            InputError: A number is not there.
        """
        return fill(text, self.look, self._here(place, state))

    def tell(self, name: str, text: str, state: str | None) -> str:
        """Return a text of an exhibit with its numbers in a state.

        Raises:
            InputError: A number is not there.
        """
        return fill(text, self.look, Here(name, state))

    def truth(self, place: int) -> Answer:
        """Return what is so: the right choice, the number or the curve.

        Raises:
            InputError: It cannot be computed, or not exactly one choice is right.
        """
        card = self.lesson.cards[place]
        if card.form == "choice":
            return self._right_choice(place, card)
        if card.form == "curve":
            labels = self.exhibit_of(card).labels
            return tuple(self._number(place, card, label) for label in labels)
        return self._number(place, card, None)

    def judge(self, place: int, answer: Answer | None) -> Verdict:
        """Return an answer beside what is so."""
        card = self.lesson.cards[place]
        truth = self.truth(place)
        return Verdict(
            place=place,
            title=self.say(place, card.title),
            said="" if answer is None else self.in_words(place, answer),
            computed=self.in_words(place, truth),
            good=None if answer is None else self._is_good(card, answer, truth),
            told="" if answer is None else self._told(place, card, answer, truth),
        )

    def verdicts(self, answers: Mapping[int, Answer]) -> tuple[Verdict, ...]:
        """Return all that was asked, with what was answered by place."""
        return tuple(self.judge(n, answers.get(n)) for n in self.lesson.asking)

    def in_words(self, place: int, answer: Answer) -> str:
        """Return an answer in words."""
        card = self.lesson.cards[place]
        if card.form == "choice":
            return self.say(place, card.choices[as_choice(card, answer)].text)
        unit = f" {card.unit}" if card.unit else ""
        if isinstance(answer, tuple):
            labels = self.exhibit_of(card).labels
            pairs = zip(labels, answer, strict=True)
            return ", ".join(f"{label}: {write(one)}{unit}" for label, one in pairs)
        return f"{write(float(answer))}{unit}"

    def exhibit_of(self, card: Card) -> LessonExhibit:
        """Return the exhibit that a card shows.

        Raises:
            InputError: It shows none.
        """
        if card.exhibit is None:
            raise InputError(f"the card {card.title!r} shows no exhibit")
        return self.lesson.exhibits[card.exhibit]

    def _here(self, place: int, state: str | None) -> Here:
        card = self.lesson.cards[place]
        return Here(card.exhibit, state or card.state)

    def _number(self, place: int, card: Card, state: str | None) -> float:
        value = evaluate(card.truth or "", self.look, self._here(place, state))
        if not isinstance(value, float | int) or not math.isfinite(value):
            raise InputError(f"{card.truth!r} is no finite number: {value!r}")
        return float(value)

    def _right_choice(self, place: int, card: Card) -> int:
        here = self._here(place, None)
        right = [
            n
            for n, one in enumerate(card.choices)
            if one.right
            or (one.when is not None and evaluate(one.when, self.look, here))
        ]
        if len(right) != 1:
            raise InputError(
                f"of the choices of {card.title!r} {len(right)} are right, not one"
            )
        return right[0]

    def _is_good(self, card: Card, answer: Answer, truth: Answer) -> bool:
        if card.form == "choice":
            return answer == truth
        return off(card, answer, truth) <= CLOSE

    def _told(self, place: int, card: Card, answer: Answer, truth: Answer) -> str:
        if card.form == "choice":
            return self.say(place, card.choices[as_choice(card, answer)].feedback)
        language = self.lesson.language
        if card.log and not isinstance(answer, tuple) and not isinstance(truth, tuple):
            factor = math.exp(abs(math.log(max(answer, card.low) / max(truth, 1e-300))))
            return phrase("off_factor", language).format(factor=write(factor))
        share = off(card, answer, truth)
        return phrase("off_share", language).format(share=f"{100 * share:.0f} %")


def as_choice(card: Card, answer: Answer) -> int:
    """Return the place of a choice.

    Raises:
        InputError: There is no such choice.
    """
    if not isinstance(answer, int) or not 0 <= answer < len(card.choices):
        raise InputError(f"{card.title!r} has {len(card.choices)} choices")
    return answer


def off(card: Card, answer: Answer, truth: Answer) -> float:
    """Return how far numbers are apart, in parts of all that could be predicted.

    Of a curve it is the mean over its places. On a logarithmic scale a truth of 0 or
    below is as far away as the scale is long.
    """
    ours = answer if isinstance(answer, tuple) else (answer,)
    theirs = truth if isinstance(truth, tuple) else (truth,)
    low, high = _on_scale(card, card.low), _on_scale(card, card.high)
    gaps = [
        min(abs(_on_scale(card, one) - _on_scale(card, other)) / (high - low), 1.0)
        for one, other in zip(ours, theirs, strict=True)
    ]
    return sum(gaps) / len(gaps)


def scale_of(card: Card) -> list[float]:
    """Return the numbers that can be predicted, rounded to what can be read."""
    space = np.geomspace if card.log else np.linspace
    values = space(card.low, card.high, STEPS + 1).tolist()
    digits = ".2g" if card.log else ".3g"
    return sorted({float(format(value, digits)) for value in values})


def _on_scale(card: Card, value: float) -> float:
    if not card.log:
        return float(value)
    return math.log(value) if value > 0 else -math.inf
