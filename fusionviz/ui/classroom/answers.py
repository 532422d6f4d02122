"""How a reader answers: by a choice, a number or a curve, locked before it is seen."""

from collections.abc import Sequence

import streamlit as st

from fusionviz.lessons.expressions import write
from fusionviz.lessons.judging import Reading, scale_of
from fusionviz.lessons.phrases import phrase
from fusionviz.lessons.records import Answer, Card
from fusionviz.ui.classroom.place import Place
from fusionviz.ui.shared.charts import show
from fusionviz.views.classroom.predictions import describe_curves, draw_curves

CURVE_HEIGHT = 260


def draw_answer(place: Place, reading: Reading) -> None:
    """Draw what a card asks; once locked in, what was said."""
    card = place.lesson.cards[place.card]
    locked = place.answers.get(place.card)
    answer: Answer | None
    if card.form == "choice":
        answer = _choose(place, reading, card, locked)
    elif card.form == "curve":
        answer = _draw_curve(place, reading, card, locked)
    else:
        answer = _number(place, card, locked)
    if locked is None:
        _draw_lock(place, card, answer)
    elif card.kind == "predict":
        said = reading.in_words(place.card, locked)
        language = place.lesson.language
        st.success(phrase("locked", language).format(said=said), icon=":material/lock:")
    else:
        draw_feedback(place, reading, locked)


def draw_feedback(place: Place, reading: Reading, answer: Answer) -> None:
    """Draw what somebody who gave an answer to a check is told."""
    verdict = reading.judge(place.card, answer)
    word = phrase("right" if verdict.good else "differs", place.lesson.language)
    tell = st.success if verdict.good else st.info
    tell(f"**{word}.** {verdict.told}")


def _draw_lock(place: Place, card: Card, answer: Answer | None) -> None:
    label = "answer" if card.kind == "check" else "lock"
    if (
        st.button(
            phrase(label, place.lesson.language),
            key=f"lock_{place.card}",
            type="primary",
            icon=":material/lock:",
            disabled=answer is None,
        )
        and answer is not None
    ):
        place.answer(answer)
        st.rerun()  # the whole page: the way on, above the card, is open now


def _choose(
    place: Place, reading: Reading, card: Card, locked: Answer | None
) -> int | None:
    texts = [reading.say(place.card, one.text) for one in card.choices]
    return st.radio(
        phrase("your_answer", place.lesson.language),
        range(len(texts)),
        index=None if locked is None else int(str(locked)),
        format_func=texts.__getitem__,
        disabled=locked is not None,
        key=f"choice_{place.lesson.name}_{place.card}_{locked is not None}",
        label_visibility="collapsed",
    )


def _number(place: Place, card: Card, locked: Answer | None) -> float:
    unit = f" {card.unit}" if card.unit else ""
    label = phrase("your_prediction", place.lesson.language)
    return _slide(place, card, f"{label}{unit and ':'}{unit}", "", locked)


def _draw_curve(
    place: Place, reading: Reading, card: Card, locked: Answer | None
) -> tuple[float, ...]:
    labels = reading.exhibit_of(card).labels
    said = locked if isinstance(locked, tuple) else (None,) * len(labels)
    columns = st.columns(len(labels))
    numbers = []
    for column, label, one in zip(columns, labels, said, strict=True):
        with column:
            numbers.append(_slide(place, card, label, label, one))
    curve = tuple(numbers)
    show_curves(card, labels, [curve], None, key=f"curve_{place.card}")
    return curve


def _slide(
    place: Place, card: Card, label: str, part: str, locked: Answer | None
) -> float:
    values = scale_of(card)
    start = values[len(values) // 2]
    if isinstance(locked, float):
        start = min(values, key=lambda value: abs(value - locked))
    return st.select_slider(
        label,
        values,
        value=start,
        format_func=lambda value: write(float(value)),
        disabled=locked is not None,
        key=f"number_{place.lesson.name}_{place.card}_{part}_{locked is not None}",
    )


def show_curves(
    card: Card,
    labels: Sequence[str],
    predicted: Sequence[Sequence[float]],
    computed: Sequence[float] | None,
    *,
    key: str,
) -> None:
    """Show curves that were predicted and, where it may be seen, what was computed."""
    show(
        draw_curves(
            labels,
            predicted,
            computed,
            low=card.low,
            high=card.high,
            unit=card.unit,
            log=card.log,
        ),
        key=key,
        alt=describe_curves(labels, predicted, computed),
        height=CURVE_HEIGHT,
    )
