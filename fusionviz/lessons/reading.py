"""From TOML to a lesson; what is wrong is told in a sentence with file and line."""

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, TypeVar, cast

from fusionviz.errors import FusionvizError, InputError
from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.lessons.expressions import exhibits_named, expressions_in, parse
from fusionviz.lessons.records import (
    CARD_KINDS,
    RECORDED,
    SAMPLE_NAMES,
    AnswerForm,
    Card,
    Choice,
    ExhibitCall,
    Lesson,
    LessonExhibit,
)

T = TypeVar("T")
Kind = type | tuple[type, ...]

LARGEST_FILE = 200_000
MOST_STATES = 24

READERS = {"room": "alignmamba-rooms", "utterance": "alignmamba-sentiment"}
"""Checkpoints that read tokens of a sample, where a lesson names none."""

FIRST_MANGO = "mango-rooms"

SHOWS = ("look", "act", "step", "break")
"""Kinds of cards that must show an exhibit."""

VARIES = ("act", "step", "break")
"""Kinds of cards whose exhibit must vary or, for a step, may move by itself."""


class LessonError(InputError):
    """Says in a sentence what is wrong with a lesson, with file and line."""


@dataclass(frozen=True)
class _Place:
    """A part of a file: what is read there, and where it begins.

    Attributes:
        file: Name of the file.
        lines: All of its lines.
        line: Number of the line in which the part begins, from 1.
        table: What is left to be read.
    """

    file: str
    lines: tuple[str, ...]
    line: int
    table: dict[str, Any]

    def error(self, what: str, key: str | None = None) -> LessonError:
        """Return an error that names the line of a key, or of the whole part."""
        return LessonError(f"{self.file}, line {self._line_of(key)}: {what}")

    def _line_of(self, key: str | None) -> int:
        if key is None:
            return self.line
        begins = re.compile(rf"\s*(\{{\s*)?\"?{re.escape(key)}\"?\s*=")
        for number in range(self.line, len(self.lines) + 1):
            text = self.lines[number - 1]
            if number > self.line and text.startswith("["):
                break
            if begins.match(text):
                return number
        return self.line

    def take(self, key: str, kind: Kind, default: Any) -> Any:  # noqa: ANN401
        """Return what a key says, of a kind; the default where it is not there."""
        if key not in self.table:
            return default
        value = self.table.pop(key)
        is_bool = isinstance(value, bool)
        if not isinstance(value, kind) or (is_bool and kind is not bool):
            raise self.error(
                f"{key} must be {_named(kind)}, got {type(value).__name__}", key
            )
        return value

    def need(self, key: str, kind: Kind) -> Any:  # noqa: ANN401
        """Return what a key says, which must be there."""
        if key not in self.table:
            raise self.error(f"{key} is missing")
        return self.take(key, kind, None)

    def words(self, key: str) -> tuple[str, ...]:
        """Return a list of words, which may be missing."""
        given: list[Any] = self.take(key, list, [])
        if not all(isinstance(one, str) for one in given):
            raise self.error(f"{key} must be a list of words", key)
        return tuple(given)

    def end(self) -> None:
        """Refuse what nobody has read."""
        if self.table:
            key = next(iter(self.table))
            raise self.error(f"there is no key {key!r} here", key)

    def ask(self, key: str | None, work: Callable[[], T]) -> T:
        """Return what work gives; what goes wrong in it went wrong in this place."""
        try:
            return work()
        except LessonError:
            raise
        except FusionvizError as error:
            raise self.error(str(error), key) from error


def read_lesson(text: str, name: str, file: str) -> Lesson:
    """Return the lesson that a file holds.

    Args:
        text: Of the file.
        name: What the lesson is called in addresses: the file's stem.
        file: What the file is called in errors.

    Raises:
        LessonError: It is none; in a sentence with file and line.
    """
    lines = tuple(text.splitlines())
    if len(text) > LARGEST_FILE:
        raise LessonError(f"{file}, line 1: a lesson has at most {LARGEST_FILE} bytes")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LessonError(_syntax(file, lines, str(error))) from error
    except RecursionError as error:
        raise LessonError(
            f"{file}, line 1: tables are too deep in each other"
        ) from error
    top = _Place(file, lines, 1, table)
    exhibits = _read_exhibits(top)
    cards = _read_cards(top, exhibits)
    lesson = Lesson(
        name=name,
        title=top.need("title", str),
        language=top.take("language", str, "en"),
        minutes=top.need("minutes", int),
        takeaway=top.need("takeaway", str),
        needs=top.words("needs"),
        translation_of=top.take("translation_of", str, None),
        exhibits=exhibits,
        cards=cards,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
    top.end()
    return lesson


def _read_exhibits(top: _Place) -> dict[str, LessonExhibit]:
    found: dict[str, LessonExhibit] = {}
    tables: dict[str, Any] = top.take("exhibits", dict, {})
    for name, table in tables.items():
        line = _line_with(top.lines, rf"\[exhibits\.\"?{re.escape(name)}\"?\]", 0)
        if not isinstance(table, dict) or not name.isidentifier():
            raise top.error(f"an exhibit is a table [exhibits.NAME], got {name!r}")
        place = _Place(top.file, top.lines, line, dict(table))
        found[name] = _read_exhibit(place, name)
    return found


def _read_exhibit(place: _Place, name: str) -> LessonExhibit:
    kind_name = place.need("kind", str)
    kind = place.ask("kind", lambda: exhibit_kind(kind_name))
    if kind.reads in ("attention", "failures", "film"):
        raise place.error(
            f"{kind_name} is of files, films or several models, which lessons have "
            "none of"
        )
    sample = _read_sample(place)
    recorded = RECORDED.get(kind.reads)
    named = next(iter(sample))
    if named != (recorded or named) or (named in RECORDED.values()) != bool(recorded):
        raise place.error(f"{kind_name} is not of {named}", named)
    is_mango = kind.reads in ("mango", "pair")
    default = FIRST_MANGO if is_mango else READERS.get(next(iter(sample)))
    checkpoint = place.take("checkpoint", str, default)
    other = place.take("other_room", int, None)
    if kind.needs_other and other is None:
        raise place.error(f"{kind_name} compares: other_room is missing")
    vary = place.take("vary", str, None)
    values = tuple(map(_frozen, place.take("values", list, [])))
    labels = place.words("labels") or tuple(map(str, values))
    controls = {k: _frozen(v) for k, v in place.take("controls", dict, {}).items()}
    if (vary is None) != (not values) or len(labels) != len(values):
        raise place.error("vary goes with values, and labels are one a value", "vary")
    if len(values) > MOST_STATES or len(set(labels)) < len(labels):
        raise place.error(f"values are {MOST_STATES} at most, each once", "values")
    exhibit = LessonExhibit(
        name=name,
        call=ExhibitCall(
            kind=kind_name,
            sample=sample,
            checkpoint=checkpoint,
            other_room=other,
            controls=controls,
        ),
        vary=vary,
        values=values,
        labels=labels,
        control=place.take("control", str, str(vary or "").replace("_", " ")),
        caption=place.take("caption", str, "").strip(),
        alt=place.take("alt", str, "").strip(),
    )
    for key, text in (("caption", exhibit.caption), ("alt", exhibit.alt)):
        for expression in expressions_in(text):
            place.ask(key, partial(parse, expression))
    for call in exhibit.calls:
        place.ask("controls", partial(kind.controls.from_json, call.controls))
    place.end()
    return exhibit


def _read_sample(place: _Place) -> dict[str, Any]:
    named = [key for key in SAMPLE_NAMES if key in place.table]
    if len(named) != 1:
        raise place.error(f"one sample must be named: {' or '.join(SAMPLE_NAMES)}")
    (key,) = named
    return {key: place.need(key, int if key in ("room", "utterance") else str)}


def _read_cards(top: _Place, exhibits: Mapping[str, LessonExhibit]) -> tuple[Card, ...]:
    tables: list[Any] = top.need("cards", list)
    cards: list[Card] = []
    for number, table in enumerate(tables):
        line = _line_with(top.lines, r"\[\[cards\]\]", number)
        place = _Place(top.file, top.lines, line, dict(table))
        card = _read_card(place, exhibits)
        if card.kind == "reveal" and not any(one.kind == "predict" for one in cards):
            raise place.error("a reveal comes after a card of kind predict")
        cards.append(card)
    if not cards or cards[0].kind != "question":
        raise top.error("the first card of a lesson is its question", "cards")
    return tuple(cards)


def _read_card(place: _Place, exhibits: Mapping[str, LessonExhibit]) -> Card:
    kind = place.need("kind", str)
    if kind not in CARD_KINDS:
        raise place.error(
            f"kinds of cards are {', '.join(CARD_KINDS)}, got {kind!r}", "kind"
        )
    choices = tuple(_read_choices(place))
    card = Card(
        kind=kind,
        title=place.need("title", str),
        text=place.take("text", str, "").strip(),
        notes=place.take("notes", str, "").strip(),
        exhibit=place.take("exhibit", str, None),
        state=place.take("state", str, None),
        says=place.words("says"),
        formula=place.take("formula", str, None),
        choices=choices,
        form=_form(place, kind, choices),
        truth=place.take("truth", str, None),
        unit=place.take("unit", str, ""),
        low=place.take("low", (int, float), 0.0),
        high=place.take("high", (int, float), 1.0),
        log=place.take("log", bool, False),
    )
    place.end()
    _check_exhibit(place, card, exhibits)
    _check_answer(place, card, exhibits)
    for key, expression in _expressions_of(card):
        place.ask(key, partial(exhibits_named, expression, exhibits))
    return card


def _form(place: _Place, kind: str, choices: tuple[Choice, ...]) -> AnswerForm | None:
    form = place.take("answer", str, "choice" if choices else None)
    if kind not in ("predict", "check"):
        if form is not None:
            raise place.error(f"a card of kind {kind} asks nothing", "choices")
        return None
    if form not in ("choice", "number", "curve"):
        raise place.error("answer is choice, number or curve", "answer")
    return cast("AnswerForm", form)


def _read_choices(place: _Place) -> Iterator[Choice]:
    for number, table in enumerate(place.take("choices", list, [])):
        if not isinstance(table, dict):
            raise place.error("a choice is a table: text and feedback", "choices")
        line = _line_with(place.lines, r"\[\[cards\.choices\]\]", number, place.line)
        one = _Place(place.file, place.lines, line, dict(table))
        yield Choice(
            text=one.need("text", str),
            feedback=one.need("feedback", str),
            right=one.take("right", bool, False),
            when=one.take("when", str, None),
        )
        one.end()


def _check_exhibit(
    place: _Place, card: Card, exhibits: Mapping[str, LessonExhibit]
) -> None:
    if card.exhibit is None:
        if card.kind in SHOWS:
            raise place.error(f"a card of kind {card.kind} shows an exhibit")
        return
    if card.exhibit not in exhibits:
        raise place.error(
            f"there is no exhibit {card.exhibit!r}; there are "
            f"{', '.join(exhibits) or 'none'}",
            "exhibit",
        )
    exhibit = exhibits[card.exhibit]
    if card.kind in ("act", "break") and exhibit.vary is None:
        raise place.error(f"{card.exhibit} does not vary", "exhibit")
    if card.says and len(card.says) != len(exhibit.labels):
        raise place.error(f"says has one text for each of {exhibit.labels}", "says")
    place.ask("state", lambda: exhibit.at(card.state))


def _check_answer(
    place: _Place, card: Card, exhibits: Mapping[str, LessonExhibit]
) -> None:
    if card.form is None:
        return
    if card.form == "choice":
        computed = [one for one in card.choices if one.when is not None]
        right = [one for one in card.choices if one.right]
        if len(card.choices) < 2 or (not computed and len(right) != 1):
            raise place.error(
                "a choice is of two or more, one of them right", "choices"
            )
        return
    if card.truth is None or not card.low < card.high or (card.log and card.low <= 0):
        raise place.error("a prediction needs truth, and low below high", "truth")
    if card.form == "curve" and not exhibits[card.exhibit or ""].labels:
        raise place.error("a curve is over an exhibit that varies", "exhibit")


def _expressions_of(card: Card) -> Iterator[tuple[str, str]]:
    """Yield each expression of a card with the key that it is under."""
    for key, text in asdict(card).items():
        texts = text if key == "says" else [text] if isinstance(text, str) else []
        for one in texts if key in ("text", "says", "title") else []:
            yield from ((key, expression) for expression in expressions_in(one))
    if card.truth is not None:
        yield "truth", card.truth
    for choice in card.choices:
        if choice.when is not None:
            yield "choices", choice.when
        yield from (("choices", one) for one in expressions_in(choice.feedback))


def _line_with(lines: tuple[str, ...], pattern: str, count: int, after: int = 1) -> int:
    """Return the line in which the count-th match begins, else `after`, from 1."""
    begins = re.compile(r"\s*" + pattern)
    found = [n for n, one in enumerate(lines, 1) if n >= after and begins.match(one)]
    return found[count] if count < len(found) else after


def _syntax(file: str, lines: tuple[str, ...], reason: str) -> str:
    """Return what TOML says, with the line first."""
    found = re.search(r"line (\d+)", reason)
    line = found[1] if found else str(len(lines))
    what = re.sub(r"\s*\(at .*\)", "", reason)
    return f"{file}, line {line}: {what[:1].lower()}{what[1:]}"


def _frozen(value: Any) -> Any:  # noqa: ANN401 - anything that TOML has
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _named(kind: type | tuple[type, ...]) -> str:
    kinds = kind if isinstance(kind, tuple) else (kind,)
    names = {str: "words", int: "a whole number", float: "a number", list: "a list"}
    return " or ".join(names.get(one, one.__name__) for one in kinds)
