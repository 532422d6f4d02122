"""A lesson gone through without a screen: every number, every answer, every word."""

from collections.abc import Iterator

from fusionviz.errors import FusionvizError, InputError
from fusionviz.explain.lessons import Make, lesson_store, read_with
from fusionviz.lessons.judging import Reading
from fusionviz.lessons.markup import to_html, to_mathml
from fusionviz.lessons.records import Card, Lesson


def check_lesson(lesson: Lesson, make: Make | None = None) -> Iterator[str]:
    """Yield a line for each card with what was computed.

    Args:
        lesson: Is gone through.
        make: Returns an exhibit; from the store if not given.

    Raises:
        InputError: A card does not hold; says which, and why.
    """
    made = make or lesson_store().make
    reading = read_with(lesson, made)
    for place, card in enumerate(lesson.cards):
        try:
            if card.exhibit is not None:
                made(lesson.exhibits[card.exhibit].at(card.state))
            told = "; ".join(_say_all(reading, place, card))
        except FusionvizError as error:
            raise InputError(
                f"{lesson.name}, card {place + 1} ({card.title!r}): {error}"
            ) from error
        yield f"{place + 1}. {card.kind}: {told}"


def _say_all(reading: Reading, place: int, card: Card) -> Iterator[str]:
    """Yield a card's title and its answer, after all its words were said."""
    to_html(reading.say(place, card.text))
    if card.formula is not None:
        to_mathml(card.formula)
    labels = () if card.exhibit is None else reading.exhibit_of(card).labels
    for label, said in zip(labels, card.says, strict=False):
        reading.say(place, said, label)
    if card.exhibit is not None:
        exhibit = reading.exhibit_of(card)
        for state in labels or (None,):
            reading.tell(exhibit.name, exhibit.caption, state)
            reading.tell(exhibit.name, exhibit.alt, state)
    if card.kind in ("act", "break"):
        for label in labels:
            reading.say(place, card.text, label)
    yield reading.say(place, card.title)
    if card.form is None:
        return
    for choice in card.choices:
        reading.say(place, choice.feedback)
    truth = reading.truth(place)
    if card.form != "choice":
        values = truth if isinstance(truth, tuple) else (truth,)
        if not all(card.low <= value <= card.high for value in values):
            raise InputError(
                f"what is computed, {reading.in_words(place, truth)}, is not within "
                f"{card.low} and {card.high}, so nobody can predict it"
            )
    yield f"→ {reading.in_words(place, truth)}"
