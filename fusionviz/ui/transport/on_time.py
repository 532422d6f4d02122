"""A plan between sequences: ribbons from frames to words."""

from collections.abc import Mapping

import streamlit as st

from fusionviz.analysis.shared.subjects.tokens import TokenSubject
from fusionviz.analysis.transport.ribbons import ALL_WORDS, MOST_RIBBONS, Ribbons
from fusionviz.exhibits.transport.ribbons import (
    BOTH,
    RIBBONS,
    RibbonControls,
    ribbon_plans,
)
from fusionviz.ui.shared.clicks import clicked
from fusionviz.ui.shared.controls import (
    choose_item,
    choose_name,
    choose_step,
    controls_row,
)
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.headline import draw_headline
from fusionviz.ui.shared.subjects import TokenChoice
from fusionviz.ui.transport.controls import choose_solver
from fusionviz.views.shared.style import three_digits
from fusionviz.views.transport.ribbons.words import token_words

CHART = "transport_ribbon"
KEYS = SOURCE, WORD, COUNT = "d_source", "d_word", "d_ribbons"
"""What the address knows of a plan on a time axis."""

COUNTS = ("25", "50", "100", "200", f"{MOST_RIBBONS}")
LONGEST = 28
"""Letters of a word in the list."""


def draw_time(choice: TokenChoice) -> None:
    """Draw the plan of sequences."""
    point = clicked(CHART)
    if point is not None:
        st.session_state[WORD] = int(point[0])
    subject = choice.subject
    with controls_row("d_controls"):
        controls = _choose(subject)
    plans = ribbon_plans(subject, controls)
    draw_headline(_headline(plans), key="headline_ribbon")
    show_exhibit(RIBBONS, choice, controls, select=("points",))


def _choose(subject: TokenSubject) -> RibbonControls:
    source = subject.sources[0]
    if len(subject.sources) > 1:
        names = subject.sources
        offered = (BOTH, *names) if len(names) == 2 and BOTH not in names else names
        source = choose_name("From", SOURCE, {n: n for n in offered}, width=120)
    solver, epsilon = choose_solver()
    word = _choose_word(subject)
    count = choose_step(
        "Ribbons at most",
        COUNT,
        COUNTS,
        default=COUNTS[-1],
        width=140,
        help="Those of the largest mass are drawn.",
    )
    return RibbonControls(
        source=source, solver=solver, epsilon=epsilon, word=word, count=int(count)
    )


def _choose_word(subject: TokenSubject) -> int:
    labels = subject.side(subject.anchor).labels
    return choose_item(
        f"Stands out in {subject.anchor}",
        WORD,
        ["all", *(_name(label, place) for place, label in enumerate(labels, 1))],
        default=ALL_WORDS,
        first=ALL_WORDS,
        width=190,
        help="Or click a word or a ribbon.",
    )


def _name(label: str, number: int) -> str:
    short = label if len(label) <= LONGEST else label[: LONGEST - 1] + "…"
    return f"{number}: {short}"


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
