"""What a class predicts, as it comes in."""

import streamlit as st

from fusionviz.lessons.judging import Reading
from fusionviz.lessons.phrases import phrase
from fusionviz.lessons.records import Answer, Card
from fusionviz.ui.classroom.made import LARGER
from fusionviz.ui.classroom.place import Place, class_link
from fusionviz.ui.shared.charts import show
from fusionviz.views.classroom.magnified import magnify
from fusionviz.views.classroom.predictions import (
    describe_choice_votes,
    describe_curves,
    describe_number_votes,
    draw_choice_votes,
    draw_curves,
    draw_number_votes,
)

LETTERS = "ABCDEFGH"
"""What answers are called before a class."""

LOOK_SECONDS = 1.0
HEIGHT, HEIGHT_OF_A_CHOICE, HEIGHT_OF_AN_AXIS = 380, 40, 70
"""Of a chart of votes, in pixels before it grows."""


@st.fragment(run_every=LOOK_SECONDS)
def draw_votes(place: Place, reading: Reading) -> None:
    """Draw the class's votes on a card, and look again every second."""
    card = place.lesson.cards[place.card]
    votes = place.votes(place.card)
    told = phrase("class_votes", place.lesson.language).format(count=len(votes))
    join = phrase("join", place.lesson.language).format(address=class_link(place))
    st.markdown(f":material/how_to_vote: {told} · {join}")
    if not votes and card.form != "curve":
        return
    key, height = f"votes_{place.card}", HEIGHT
    if card.form == "choice":
        texts = [reading.say(place.card, one.text) for one in card.choices]
        said = [one for one in votes if isinstance(one, int)]
        figure = draw_choice_votes(LETTERS[: len(texts)], said)
        alt = describe_choice_votes(texts, said)
        height = HEIGHT_OF_AN_AXIS + HEIGHT_OF_A_CHOICE * len(texts)
    elif card.form == "curve":
        labels = reading.exhibit_of(card).labels
        curves = [one for one in votes if isinstance(one, tuple)]
        figure = draw_curves(
            labels,
            curves,
            None,
            low=card.low,
            high=card.high,
            unit=card.unit,
            log=card.log,
        )
        alt = describe_curves(labels, curves, None)
    else:
        figure, alt = _numbers(card, votes)
    show(magnify(figure, LARGER), key=key, alt=alt, height=height)


def _numbers(card: Card, votes: tuple[Answer, ...]) -> tuple:
    numbers = [float(one) for one in votes if isinstance(one, int | float)]
    figure = draw_number_votes(
        numbers, low=card.low, high=card.high, log=card.log, unit=card.unit
    )
    return figure, describe_number_votes(numbers, unit=card.unit)


def votes_in_words(place: Place, reading: Reading) -> dict[int, str]:
    """Return what the class said to each card, for the worksheet."""
    told = {}
    for n in place.lesson.asking:
        votes = place.votes(n)
        if not votes:
            continue
        card = place.lesson.cards[n]
        if card.form == "choice":
            texts = [reading.say(n, one.text) for one in card.choices]
            said = [one for one in votes if isinstance(one, int)]
            told[n] = describe_choice_votes(texts, said)
        elif card.form == "number":
            told[n] = _numbers(card, votes)[1]
        else:
            labels = reading.exhibit_of(card).labels
            curves = [one for one in votes if isinstance(one, tuple)]
            told[n] = describe_curves(labels, curves, None)
    return told
