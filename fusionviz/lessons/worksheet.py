"""What is taken home from a lesson: a worksheet, and the answers as CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from html import escape

from fusionviz import __version__
from fusionviz.lessons.judging import Reading, Verdict
from fusionviz.lessons.markup import to_html
from fusionviz.lessons.phrases import phrase
from fusionviz.lessons.records import Answer, Card, Lesson

BLANK = "\\_" * 24

_STYLE = (
    "body{font:12pt/1.5 Georgia,serif;max-width:46rem;margin:2rem auto;padding:0 1rem;"
    "color:#22282e;background:#fff}h1{font-size:20pt}h2{font-size:14pt;"
    "margin-top:2rem;break-after:avoid}table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #999;padding:.3rem .5rem;text-align:left}"
    "p{overflow-wrap:anywhere}@media print{body{margin:0;max-width:none}}"
)


def mark(verdict: Verdict, language: str) -> str:
    """Return what a verdict is called: right, close, not so, not answered."""
    if verdict.good is None:
        return phrase("not_answered", language)
    return phrase("right" if verdict.good else "differs", language)


def to_table(verdicts: Sequence[Verdict], language: str) -> str:
    """Return predicted against computed as a table in Markdown."""
    heads = [phrase(one, language) for one in ("question", "said", "computed")]
    rows = [
        [one.title, one.said or "–", one.computed, mark(one, language)]
        for one in verdicts
    ]
    lines = [[*heads, phrase("verdict", language)], ["---"] * 4, *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def to_class_table(
    verdicts: Sequence[Verdict], votes: Mapping[int, str], language: str
) -> str:
    """Return what was asked, what a class said and what is so as a table in Markdown.

    Args:
        verdicts: Of all that was asked.
        votes: What the class said, in words, by the place of the card.
        language: Of the lesson.
    """
    names = ("question", "class", "computed")
    rows = [[one.title, votes.get(one.place, "–"), one.computed] for one in verdicts]
    lines = [[phrase(one, language) for one in names], ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def to_answers_csv(lesson: Lesson, verdicts: Sequence[Verdict]) -> bytes:
    """Return answers as CSV in UTF-8: a self-assessment, a line a question."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["lesson", "sha256", "card", "question", "predicted", "computed", "verdict"]
    )
    for one in verdicts:
        verdict = mark(one, lesson.language)
        place = [lesson.name, lesson.sha256, one.place + 1]
        writer.writerow([*place, one.title, one.said, one.computed, verdict])
    return text.getvalue().encode()


def to_markdown(
    reading: Reading,
    answers: Mapping[int, Answer],
    votes: Mapping[int, str] | None = None,
) -> str:
    """Return a worksheet: what was answered, what was computed, and blanks to fill.

    Args:
        reading: The lesson with its numbers.
        answers: By the place of the card that asked.
        votes: What the class said, in words, likewise.
    """
    lesson = reading.lesson
    language = lesson.language
    parts = [
        f"# {lesson.title}",
        f"{phrase('name', language)}: {BLANK}",
        f"*{lesson.takeaway}*",
    ]
    for place, card in enumerate(lesson.cards):
        title = reading.say(place, card.title)
        parts.append(f"## {place + 1}. {title}")
        parts += _body(reading, place, card, answers.get(place))
        if votes and place in votes:
            parts.append(phrase("class_said", language).format(said=votes[place]))
    parts += ["---", origin(lesson)]
    return "\n\n".join(part for part in parts if part) + "\n"


def to_printable(markdown: str, title: str, language: str) -> str:
    """Return a worksheet as an HTML page to print."""
    return (
        f'<!doctype html><html lang="{escape(language, quote=True)}">'
        f'<meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style>{to_html(markdown)}</html>\n"
    )


def origin(lesson: Lesson) -> str:
    """Return what names a lesson and its samples, so that numbers can be had again."""
    samples = {
        f"{key} {value}" for call in lesson.calls for key, value in call.sample.items()
    }
    return phrase("made_with", lesson.language).format(
        version=__version__,
        name=lesson.name,
        sha256=lesson.sha256,
        samples=", ".join(sorted(samples)) or "–",
    )


def _body(reading: Reading, place: int, card: Card, answer: Answer | None) -> list[str]:
    language = reading.lesson.language
    if card.form is not None:
        return [reading.say(place, card.text), *_asked(reading, place, card, answer)]
    if card.kind == "reveal":
        asked = reading.lesson.prediction_for(place)
        computed = "" if asked is None else reading.judge(asked, None).computed
        why = f"{phrase('why', language)} {BLANK}"
        return [f"**{phrase('computed', language)}: {computed}**", why]
    if card.kind == "question":
        return [reading.say(place, card.text)]
    return [f"{phrase('see', language)} {BLANK}"]


def _asked(
    reading: Reading, place: int, card: Card, answer: Answer | None
) -> list[str]:
    language = reading.lesson.language
    offered = [f"- [ ] {reading.say(place, one.text)}" for one in card.choices]
    said = BLANK if answer is None else f"**{reading.in_words(place, answer)}**"
    name = "your_answer" if card.kind == "check" else "your_prediction"
    unit = f" {card.unit}" if card.unit and answer is None else ""
    return ["\n".join(offered), f"{phrase(name, language)}: {said}{unit}"]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
