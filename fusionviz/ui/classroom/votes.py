"""What a class predicts, as it comes in."""

import streamlit as st

from fusionviz.lessons.judging import Reading
from fusionviz.lessons.phrases import phrase
from fusionviz.lessons.records import Answer, Card
from fusionviz.ui.classroom.place import Place
from fusionviz.ui.shared.charts import show
from fusionviz.views.classroom.predictions import (
    describe_choice_votes,
    describe_curves,
    describe_number_votes,
    draw_choice_votes,
    draw_curves,
    draw_number_votes,
)

LOOK_SECONDS = 1.0
HEIGHT = 300


@st.fragment(run_every=LOOK_SECONDS)
def draw_votes(place: Place, reading: Reading) -> None:
    """Draw the class's votes on a card, and look again every second."""
    card = place.lesson.cards[place.card]
    votes = place.votes(place.card)
    told = phrase("class_votes", place.lesson.language).format(count=len(votes))
    st.markdown(f":material/how_to_vote: {told}")
    key = f"votes_{place.card}"
    if card.form == "choice":
        texts = [reading.say(place.card, one.text) for one in card.choices]
        said = [one for one in votes if isinstance(one, int)]
        figure = draw_choice_votes(texts, said)
        alt = describe_choice_votes(texts, said)
    elif card.form == "curve":
        labels = reading.exhibit_of(card).labels
        curves = [one for one in votes if isinstance(one, tuple)]
        figure = draw_curves(
            labels, curves, None, low=card.low, high=card.high, unit=card.unit
        )
        alt = describe_curves(labels, curves, None)
    else:
        figure, alt = _numbers(card, votes)
    show(figure, key=key, alt=alt, height=HEIGHT)


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
