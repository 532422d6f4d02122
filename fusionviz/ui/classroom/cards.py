"""A card: its words, its picture, and what it asks."""

import streamlit as st

from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.exhibits.shared.exhibit import Exhibit
from fusionviz.explain.lessons import with_words
from fusionviz.lessons.judging import Reading
from fusionviz.lessons.phrases import phrase
from fusionviz.lessons.records import Card, ExhibitCall, LessonExhibit
from fusionviz.ui.classroom.answers import draw_answer, show_curves
from fusionviz.ui.classroom.made import large, made
from fusionviz.ui.classroom.place import Place, go_to
from fusionviz.ui.classroom.votes import LETTERS, draw_votes
from fusionviz.ui.shared.charts import show
from fusionviz.ui.shared.controls import choose_segment, choose_step
from fusionviz.ui.shared.frame.navigation import PAGES, page
from fusionviz.ui.shared.how_to_read import how_to_read
from fusionviz.ui.shared.notices import panel

MOST_SEGMENTS, LONGEST_SEGMENTS = 8, 70
"""States that stand side by side before a class, and the letters of all of them."""

LIVE = ("act", "step", "break", "reveal", "look")
"""Kinds of cards on which an exhibit that varies can be moved."""


@panel
def draw_card(at: tuple[Place, Reading], visible: bool) -> None:
    """Draw the card of a place."""
    place, reading = at
    card = place.lesson.cards[place.card]
    if card.kind == "reveal" and not _may_see(place):
        _ask_first(place)
        return
    if place.presents:
        _draw_big(place, reading, card)
        return
    if card.kind == "question":
        _draw_question(place, reading, card)
        return
    _draw_words(place, reading, card, _state_before(place, card))
    if card.form is not None:
        draw_answer(place, reading)
    _draw_exhibit(place, reading, card)


def _draw_big(place: Place, reading: Reading, card: Card) -> None:
    """Draw a card before a class: its picture alone; turned, what is said of it."""
    state = _state_before(place, card)
    if card.kind == "question":
        _draw_question(place, reading, card)
    elif card.form is not None:
        st.markdown(reading.say(place.card, card.text))
        _draw_choices(place, reading, card)
        if not place.turned:
            draw_votes(place, reading)
    elif place.turned:
        _draw_words(place, reading, card, state)
    else:
        if place.lesson.prediction_for(place.card) is not None:
            _draw_gap(place, reading)
        _draw_state_words(place, reading, card, state)
        _draw_exhibit(place, reading, card)


def _draw_choices(place: Place, reading: Reading, card: Card) -> None:
    """Draw the answers that a class can choose from; turned, what is said to each."""
    right = reading.truth(place.card) if place.turned else None
    for number, (letter, one) in enumerate(zip(LETTERS, card.choices, strict=False)):
        line = f"**{letter}**&ensp;{reading.say(place.card, one.text)}"
        if place.turned:
            mark = "check_circle" if number == right else "cancel"
            line += f"\n\n:material/{mark}: {reading.say(place.card, one.feedback)}"
        st.markdown(line)


def _draw_question(place: Place, reading: Reading, card: Card) -> None:
    language = place.lesson.language
    words, aside = st.columns([2, 1], gap="large")
    words.markdown(reading.say(place.card, card.text))
    if card.formula is not None:
        words.latex(card.formula)
    with aside.container(border=True):
        minutes = f"{place.lesson.minutes} {phrase('minutes', language)}"
        st.markdown(f":material/schedule: {minutes}")
        st.markdown(f"**{phrase('takeaway', language)}.** {place.lesson.takeaway}")
    _draw_exhibit(place, reading, card)


def _draw_words(place: Place, reading: Reading, card: Card, state: str | None) -> None:
    if card.kind == "reveal" and not place.presents:
        _draw_gap(place, reading)
    if card.text:
        st.markdown(reading.say(place.card, card.text, state))
    _draw_state_words(place, reading, card, state)
    if card.formula is not None:
        st.latex(card.formula)


def _draw_state_words(
    place: Place, reading: Reading, card: Card, state: str | None
) -> None:
    """Draw what a card says of the state that its picture is in."""
    if card.says and state is not None:
        label = reading.exhibit_of(card).labels.index(state)
        st.markdown(f"**{state}:** {reading.say(place.card, card.says[label], state)}")


def _draw_gap(place: Place, reading: Reading) -> None:
    """Draw what was predicted beside what was computed."""
    asked = place.lesson.prediction_for(place.card)
    if asked is None:
        return
    answer = place.answers.get(asked)
    verdict = reading.judge(asked, answer)
    name = "said_nothing" if answer is None else "you_said"
    if place.presents:
        name = "is_computed"
    line = phrase(name, place.lesson.language).format(
        said=verdict.said, computed=verdict.computed
    )
    tell = st.success if verdict.good else st.info
    tell(f"{line} {verdict.told}", icon=":material/lock_open:")
    card, truth = place.lesson.cards[asked], reading.truth(asked)
    votes = [one for one in (answer, *place.votes(asked)) if isinstance(one, tuple)]
    if isinstance(truth, tuple) and not place.presents:
        labels = reading.exhibit_of(card).labels
        show_curves(card, labels, votes, truth, key=f"gap_{place.card}")


def _draw_exhibit(place: Place, reading: Reading, card: Card) -> None:
    if card.exhibit is None:
        return
    exhibit = place.lesson.exhibits[card.exhibit]
    state = card.state
    if exhibit.vary is not None and card.kind in LIVE:
        state = _choose_state(place, card, exhibit)
    call = exhibit.at(state)
    one, key = made(call), f"card_{place.card}"
    one = with_words(one, reading, exhibit, state)
    kind = exhibit_kind(call.kind)
    figure = large(call) if place.presents else one.figure
    show(figure, key=key, alt=one.alt, height=kind.height_of(one))
    if not place.presents:
        _draw_below(one, call, key, place.lesson.language)


def _draw_below(one: Exhibit, call: ExhibitCall, key: str, language: str) -> None:
    with st.container(horizontal=True, gap="small", key=f"below_{key}"):
        label = phrase("how_to_read", language)
        how_to_read(one.caption, formula=one.formula, key=key, label=label)
        stem = call.kind.split("-")[0]
        for line in PAGES:
            if line.stem == stem:
                st.page_link(
                    page(stem),
                    label=phrase("open_on", language).format(page=line.title),
                    icon=":material/open_in_new:",
                    query_params=_sample_in_address(call),
                )


def _choose_state(place: Place, card: Card, exhibit: LessonExhibit) -> str:
    labels, key = exhibit.labels, _state_key(place)
    first = card.state or labels[0]
    fits = len(labels) <= MOST_SEGMENTS and len("".join(labels)) <= LONGEST_SEGMENTS
    if place.presents and fits:
        titles = {label: label for label in labels}
        return choose_segment(exhibit.control, key, titles, default=first)
    return choose_step(exhibit.control, key, labels, default=first)


def _state_before(place: Place, card: Card) -> str | None:
    """Return the state that words are to speak of, before its control is drawn."""
    if card.exhibit is None:
        return None
    labels = place.lesson.exhibits[card.exhibit].labels
    if not labels:
        return None
    said = st.session_state.get(
        _state_key(place), st.query_params.get(_state_key(place))
    )
    if card.kind in LIVE and said in labels:
        return said
    return card.state or labels[0]


def _state_key(place: Place) -> str:
    return f"{place.lesson.name}_{place.card + 1}"


def _sample_in_address(call: ExhibitCall) -> dict[str, str]:
    if "room" in call.sample:
        return {"seed": str(call.sample["room"])}
    if "utterance" in call.sample:
        return {"data": "utterance", "utterance": str(call.sample["utterance"])}
    if "report" in call.sample:
        return {"tab": "On the data"}
    return {"data": "video"} if "mosi_video" in call.sample else {}


def _may_see(place: Place) -> bool:
    asked = place.lesson.prediction_for(place.card)
    return place.presents or asked is None or asked in place.answers


def _ask_first(place: Place) -> None:
    """Send a reader who has not predicted to the card that asks."""
    asked = place.lesson.prediction_for(place.card)
    language = place.lesson.language
    st.info(phrase("predict_first", language), icon=":material/lock:")
    if asked is not None:
        st.button(
            f"{phrase('back', language)}: {place.lesson.cards[asked].title}",
            key="to_prediction",
            on_click=go_to,
            args=(asked,),
        )
