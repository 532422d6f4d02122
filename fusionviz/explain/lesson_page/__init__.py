"""A whole lesson as one HTML file, which opens without a server and a network."""

import json
from html import escape
from importlib.resources import files
from typing import Any

import plotly.io
from plotly.offline import get_plotlyjs

from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.exhibits.shared.exhibit import Exhibit
from fusionviz.explain.lessons import Make, read_with, with_words
from fusionviz.lessons.expressions import write
from fusionviz.lessons.judging import CLOSE, Reading, scale_of
from fusionviz.lessons.markup import to_html, to_mathml
from fusionviz.lessons.phrases import phrase
from fusionviz.lessons.records import Card, ExhibitCall, Lesson, LessonExhibit
from fusionviz.lessons.worksheet import origin

PHRASES = (
    *("back", "next", "lock", "answer", "your_prediction", "locked", "predict_first"),
    *("you_said", "said_nothing", "off_factor", "off_share", "right", "differs"),
    *("end", "not_answered", "question", "said", "computed", "verdict", "card_of"),
)


def write_page(lesson: Lesson, make: Make) -> str:
    """Return a lesson as HTML with all that it needs in it.

    Args:
        lesson: Is written.
        make: Returns an exhibit.

    Raises:
        FusionvizError: A picture or a number of it cannot be made.
    """
    data = lesson_data(lesson, make)
    here = files(__package__)
    style = here.joinpath("page.css").read_text(encoding="utf-8")
    script = here.joinpath("page.js").read_text(encoding="utf-8")
    # "</script>" in a string would end the script.
    told = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
    return (
        f'<!doctype html>\n<html lang="{escape(lesson.language, quote=True)}">'
        '<meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(lesson.title)}</title><style>{style}</style>"
        f"<script>{get_plotlyjs()}</script>"
        f'<script type="application/json" id="lesson">{told}</script>'
        f'<body><header><b>{escape(lesson.title)}</b><span id="where"></span>'
        '<progress id="progress"></progress></header><main id="card"></main>'
        '<nav><button id="back"></button><button id="next"></button></nav>'
        f"<footer>{escape(origin(lesson))}</footer><script>{script}</script></body>"
        "</html>\n"
    )


def lesson_data(lesson: Lesson, make: Make) -> dict[str, Any]:
    """Return all of a lesson that its page needs, ready for JSON."""
    reading = read_with(lesson, make)
    figures: dict[str, int] = {}
    drawn: list[Any] = []

    def figure_of(exhibit: LessonExhibit, state: str | None) -> int:
        """Return the place of a figure; one that is shown twice is written once."""
        call = exhibit.at(state)
        key = repr((call, exhibit.caption, exhibit.alt))
        if key not in figures:
            figures[key] = len(drawn)
            made = with_words(make(call), reading, exhibit, state)
            drawn.append(_figure(call, made))
        return figures[key]

    cards = [
        _card(reading, place, card, make, figure_of)
        for place, card in enumerate(lesson.cards)
    ]
    return {
        "language": lesson.language,
        "takeaway": lesson.takeaway,
        "minutes": f"{lesson.minutes} {phrase('minutes', lesson.language)}",
        "phrases": {name: phrase(name, lesson.language) for name in PHRASES},
        "close": CLOSE,
        "template": plotly.io.templates["plotly_white"].to_plotly_json(),
        "figures": drawn,
        "cards": cards,
    }


def _figure(call: ExhibitCall, exhibit: Exhibit) -> dict[str, Any]:
    figure = json.loads(exhibit.figure.to_json())
    figure["layout"].pop("template", None)
    return {
        "figure": figure,
        "alt": exhibit.alt,
        "caption": to_html(exhibit.caption),
        "height": exhibit_kind(call.kind).height_of(exhibit),
    }


def _card(reading: Reading, place: int, card: Card, make: Make, figure_of: Any) -> dict:  # noqa: ANN401
    language = reading.lesson.language
    return {
        "kind": phrase(f"kind_{card.kind}", language),
        "is_check": card.kind == "check",
        "asks": card.form,
        "reveals": reading.lesson.prediction_for(place),
        "title": reading.say(place, card.title),
        "formula": to_mathml(card.formula, block=True) if card.formula else "",
        "question": card.kind == "question",
        "states": _states(reading, place, card, figure_of),
        "start": _start(reading, card),
        "control": reading.exhibit_of(card).control if card.exhibit else "",
        **(_asked(reading, place, card) if card.form is not None else {}),
    }


def _states(
    reading: Reading,
    place: int,
    card: Card,
    figure_of: Any,  # noqa: ANN401
) -> list[dict[str, Any]]:
    """Return what a card says and shows in each state of its exhibit."""
    if card.exhibit is None:
        return [
            {"label": "", "figure": None, "html": _html(reading, place, card, None)}
        ]
    exhibit = reading.exhibit_of(card)
    moves = exhibit.labels if card.form is None and card.kind != "question" else ()
    return [
        {
            "label": label or "",
            "figure": figure_of(exhibit, label),
            "html": _html(reading, place, card, label),
        }
        for label in (moves or (card.state,))
    ]


def _html(reading: Reading, place: int, card: Card, state: str | None) -> str:
    html = to_html(reading.say(place, card.text, state))
    if card.says and state is not None:
        said = card.says[reading.exhibit_of(card).labels.index(state)]
        html += to_html(f"**{state}:** {reading.say(place, said, state)}")
    return html


def _start(reading: Reading, card: Card) -> int:
    if card.exhibit is None or card.state is None or card.form is not None:
        return 0
    return reading.exhibit_of(card).labels.index(card.state)


def _asked(reading: Reading, place: int, card: Card) -> dict[str, Any]:
    truth = reading.truth(place)
    told: dict[str, Any] = {
        "truth": truth,
        "truth_words": reading.in_words(place, truth),
        "choices": [
            {
                "text": reading.say(place, one.text),
                "html": to_html(reading.say(place, one.feedback)),
            }
            for one in card.choices
        ],
    }
    if card.form != "choice":
        told |= {
            "scale": [[value, write(float(value))] for value in scale_of(card)],
            "unit": card.unit,
            "low": card.low,
            "high": card.high,
            "log": card.log,
            "labels": reading.exhibit_of(card).labels if card.form == "curve" else [""],
        }
    return told
