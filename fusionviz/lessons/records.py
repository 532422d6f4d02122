"""What a lesson is: cards, and the exhibits that they show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from fusionviz.errors import InputError

CardKind = Literal[
    "question", "look", "predict", "act", "reveal", "step", "break", "check"
]
CARD_KINDS: tuple[CardKind, ...] = (
    "question",
    "look",
    "predict",
    "act",
    "reveal",
    "step",
    "break",
    "check",
)

AnswerForm = Literal["choice", "number", "curve"]

Answer = int | float | tuple[float, ...]
"""The place of a choice, a number, or a number at each place of a curve."""

SAMPLE_NAMES = ("room", "utterance", "mosi_video", "runs", "report")
"""What names a sample, as in the recipes of figures; `runs` are the recorded ones, and
a `report` is what was recorded of the robustness on a data set."""

RECORDED: Mapping[str, str] = {"scaling": "runs", "robustness": "report"}
"""What kinds of exhibits that are of no sample read, and what names it."""


@dataclass(frozen=True, kw_only=True)
class ExhibitCall:
    """All that an exhibit is asked with, by name.

    Attributes:
        kind: Name of its kind.
        sample: What names the sample, as in a recipe: `{"room": 3}`.
        checkpoint: Name of the model that reads it; None: none does.
        other_room: Seed of the room that it compares with, where it does.
        controls: What is set on it, by name.
    """

    kind: str
    sample: Mapping[str, Any]
    checkpoint: str | None
    other_room: int | None
    controls: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class LessonExhibit:
    """An exhibit of a lesson, of which one thing may vary.

    Attributes:
        name: What texts call it.
        call: How it is asked for, without what varies.
        vary: What varies: a control, a name of the sample or `checkpoint`; None:
            nothing does.
        values: What it varies over.
        labels: What the values are called, one a value.
        control: What the control that moves it is called; the name of what varies
            where nothing is said.
        caption: What is said beneath it, where the lesson has words of its own.
        alt: What those are told who do not see it, likewise.
    """

    name: str
    call: ExhibitCall
    vary: str | None = None
    values: tuple[Any, ...] = ()
    labels: tuple[str, ...] = ()
    control: str = ""
    caption: str = ""
    alt: str = ""

    @property
    def calls(self) -> tuple[ExhibitCall, ...]:
        """How each of its states is asked for: one, or one a value."""
        if self.vary is None:
            return (self.call,)
        return tuple(self._with(value) for value in self.values)

    def at(self, label: str | None) -> ExhibitCall:
        """Return how it is asked for in a state; the first where none is named.

        Raises:
            InputError: It has no such state.
        """
        if label is None:
            return self.calls[0]
        if label not in self.labels:
            raise InputError(
                f"{self.name} varies over {', '.join(self.labels) or 'nothing'}, "
                f"got {label!r}"
            )
        return self.calls[self.labels.index(label)]

    def _with(self, value: Any) -> ExhibitCall:  # noqa: ANN401 - of any control
        parts = dict(vars(self.call))
        if self.vary in SAMPLE_NAMES:
            parts["sample"] = {self.vary: value}
        elif self.vary == "checkpoint":
            parts["checkpoint"] = value
        else:
            parts["controls"] = {**self.call.controls, str(self.vary): value}
        return ExhibitCall(**parts)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of the answers that a card offers.

    Attributes:
        text: What it says.
        feedback: What those who chose it are told.
        right: Whether it is right, where that is known without computing.
        when: When it is right: a comparison of numbers.
    """

    text: str
    feedback: str
    right: bool = False
    when: str | None = None


@dataclass(frozen=True, kw_only=True)
class Card:
    """A card of a lesson.

    Attributes:
        kind: What it asks of the reader.
        title: A few words.
        text: Markdown with numbers by name.
        notes: For the lecturer.
        exhibit: Name of the exhibit that it shows.
        state: Label of the state that is shown first, where the exhibit varies.
        says: What is said of each state of the exhibit.
        formula: In LaTeX.
        form: How it is answered, where it asks.
        choices: Of an answer by choice.
        truth: The number that is predicted: an expression.
        unit: Of that number.
        low: The smallest number that can be predicted.
        high: The largest.
        log: Whether predictions are even in their logarithm.
    """

    kind: CardKind
    title: str
    text: str = ""
    notes: str = ""
    exhibit: str | None = None
    state: str | None = None
    says: tuple[str, ...] = ()
    formula: str | None = None
    form: AnswerForm | None = None
    choices: tuple[Choice, ...] = ()
    truth: str | None = None
    unit: str = ""
    low: float = 0.0
    high: float = 1.0
    log: bool = False


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """Cards in their order, and what there is to know of them.

    Attributes:
        name: Stem of its file.
        title: What it is called.
        language: `en`, `de`, ...
        minutes: It takes.
        takeaway: What one knows afterwards, in a sentence.
        needs: Names of the lessons that come before it.
        translation_of: Name of the lesson that it says in another language.
        exhibits: By the name that texts call them by.
        cards: In their order.
        sha256: Of its file.
    """

    name: str
    title: str
    language: str
    minutes: int
    takeaway: str
    needs: tuple[str, ...]
    translation_of: str | None
    exhibits: Mapping[str, LessonExhibit] = field(repr=False)
    cards: Sequence[Card] = field(repr=False)
    sha256: str

    @property
    def asking(self) -> tuple[int, ...]:
        """Places of the cards that ask something."""
        return tuple(n for n, card in enumerate(self.cards) if card.form is not None)

    def prediction_for(self, place: int) -> int | None:
        """Return the place of the prediction that a reveal is of: the last before."""
        if self.cards[place].kind != "reveal":
            return None
        before = range(place - 1, -1, -1)
        return next((n for n in before if self.cards[n].kind == "predict"), None)

    @property
    def calls(self) -> tuple[ExhibitCall, ...]:
        """How each state of each exhibit is asked for."""
        return tuple(call for one in self.exhibits.values() for call in one.calls)
