"""A plan between sequences: ribbons from frames to words."""

from collections.abc import Mapping

import streamlit as st

from fusionviz.analysis.shared.token_subject import TokenSubject
from fusionviz.analysis.transport.ribbons import ALL_WORDS, MOST_RIBBONS, Ribbons
from fusionviz.exhibits.transport.ribbons import BOTH, RibbonControls, ribbon_plans
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.headline import draw_headline
from fusionviz.ui.shared.place import clicked
from fusionviz.ui.shared.share import publish, recall
from fusionviz.ui.shared.tokens.picked import PickedTokens
from fusionviz.ui.transport.on_data_controls import (
    choose_name,
    choose_solver,
    choose_step,
)
from fusionviz.views.shared.style import three_digits
from fusionviz.views.transport.ribbons.words import token_words

KIND, CHART = "transport-ribbon", "transport_ribbon"
KEYS = SOURCE, WORD, COUNT = "d_source", "d_word", "d_ribbons"
"""What the address knows of a plan on a time axis."""

COUNTS = ("25", "50", "100", "200", f"{MOST_RIBBONS}")
LONGEST = 28
"""Letters of a word in the list."""


def draw_time(picked: PickedTokens) -> None:
    """Draw the plan of sequences."""
    point = clicked(CHART)
    if point is not None:
        st.session_state[WORD] = int(point[0])
    subject = picked.subject
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key="d_controls"
    ):
        controls = _choose(subject)
    plans = ribbon_plans(subject, controls)
    draw_headline(_headline(plans), key="headline_ribbon")
    show_exhibit(KIND, picked, controls, select=("points",))


def _choose(subject: TokenSubject) -> RibbonControls:
    source = subject.sources[0]
    if len(subject.sources) > 1:
        names = subject.sources
        offered = (BOTH, *names) if len(names) == 2 and BOTH not in names else names
        source = choose_name("From", SOURCE, offered, width=120)
    solver, epsilon = choose_solver()
    word = _choose_word(subject)
    count = choose_step(
        "Ribbons at most",
        COUNT,
        COUNTS,
        default=COUNTS[-1],
        help="Those of the largest mass are drawn.",
    )
    return RibbonControls(
        source=source, solver=solver, epsilon=epsilon, word=word, count=int(count)
    )


def _choose_word(subject: TokenSubject) -> int:
    labels = subject.side(subject.anchor).labels
    recall(WORD, ALL_WORDS, low=ALL_WORDS, high=len(labels) - 1)
    word = st.selectbox(
        f"Stands out in {subject.anchor}",
        range(ALL_WORDS, len(labels)),
        format_func=lambda place: _name(labels, place),
        key=WORD,
        width=190,
        help="Or click a word or a ribbon.",
    )
    publish(WORD, ALL_WORDS)
    return word


def _name(labels: tuple[str, ...], place: int) -> str:
    if place == ALL_WORDS:
        return "all"
    label = labels[place]
    short = label if len(label) <= LONGEST else label[: LONGEST - 1] + "…"
    return f"{place + 1}: {short}"


def _headline(plans: tuple[Ribbons, ...]) -> Mapping[str, tuple[str, str]]:
    numbers = {}
    for one in plans:
        tally, name = one.tally, one.case.source.name
        if tally is None:
            continue
        label = f"{name} right"
        if tally.right_by_clock is not None:
            label += f" · by clock {tally.right_by_clock / tally.counted:.0%}"
        numbers[label] = (
            f"{tally.right} of {tally.counted} ({tally.right / tally.counted:.0%})",
            f"{token_words(one.case.source, 2)[2:].capitalize()} whose largest mass "
            f"goes to {one.case.truth_word}, of those that have one; and how many the "
            "clock alone would put there.",
        )
    for one in plans:
        numbers[f"Cost of {one.case.source.name}"] = (
            three_digits(one.answer.cost),
            "Of 2: 1 − cosine, weighted by mass.",
        )
    return numbers
