"""Does a head matter? Heads changed, and all heads by their effect."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from fusionviz.analysis.attention.interventions import (
    LARGEST_GATE,
    Change,
    HeadName,
    head_names,
    widest_open,
)
from fusionviz.exhibits.attention.head_effects import (
    RANKING,
    RankingControls,
    exhibit_ranking,
    measure_ranking,
)
from fusionviz.exhibits.attention.interventions import (
    INTERVENTION,
    InterventionControls,
)
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.ui.attention.place import has_heads
from fusionviz.ui.shared import jobs
from fusionviz.ui.shared.clicks import newly_picked
from fusionviz.ui.shared.controls import choose_bound
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import nothing_yet, panel
from fusionviz.ui.shared.share import publish_words, recall_words
from fusionviz.ui.shared.subjects import MangoChoice
from fusionviz.views.attention.head_effects import Order, mark_heads

EVEN = "Attend evenly"
CHANGES: dict[str, Change] = {"Set the gate": "gate", EVEN: "even"}
ORDERS: dict[str, Order] = {
    "Bits per dimension": "bits",
    "Pixels relabelled": "relabelled",
}
ROOMS = {"this pair": 0, "4 rooms": 4, "16 rooms": 16}


@panel
def draw_panel(choice: MangoChoice, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    if not has_heads(choice, visible):
        return
    names = head_names(choice.subject.model)
    _read_picks()
    wide, middle, narrow = st.columns([5, 3, 3], vertical_alignment="bottom")
    with wide:
        heads = _choose_heads(names)
    with middle:
        has_gates = choice.subject.model.config.form == "gated"
        changes = CHANGES if has_gates else {EVEN: CHANGES[EVEN]}
        change = choose_bound("What is done to them", "m_change", changes)
    gate = narrow.slider(
        "Gate g (0: off)",
        -LARGEST_GATE,
        LARGEST_GATE,
        0.0,
        0.01,
        key="m_gate",
        bind="query-params",
        disabled=change != "gate",
        help="Learned gates lie between −1 and 1. At −1 itself a layer could not be "
        "undone.",
    )
    if visible:
        controls = InterventionControls(
            heads=heads, change=change, gate=gate if change == "gate" else 0.0
        )
        show_exhibit(INTERVENTION, choice, controls)
    _draw_ranking(choice, change, heads, visible)


def _choose_heads(names: Sequence[HeadName]) -> tuple[tuple[int, int], ...]:
    """Draw the choice of heads and whole layers, and return all heads in it."""
    options = _options(names)
    widest = widest_open(names)
    default = [f"{widest.layer}.{widest.head + 1}"]
    recall_words("m_heads", default, list(options))
    words = st.multiselect(
        "Heads that are changed, or whole layers",
        list(options),
        format_func=options.__getitem__,
        key="m_heads",
        placeholder="None: the model as it is",
    )
    publish_words("m_heads", default)
    return tuple(
        (one.layer, one.head)
        for one in names
        if f"{one.layer}" in words or f"{one.layer}.{one.head + 1}" in words
    )


def _options(names: Sequence[HeadName]) -> dict[str, str]:
    """Return what each choice is called: each layer, and then its heads."""
    options: dict[str, str] = {}
    for one in names:
        layer = one.title.removesuffix(f", head {one.head + 1}")
        options.setdefault(f"{one.layer}", f"{layer}, all heads")
        gate = "" if one.gate is None else f" (g = {one.gate:+.2f})"
        options[f"{one.layer}.{one.head + 1}"] = one.title + gate
    return options


def _read_picks() -> None:
    """Change the heads that were picked in the ranking in the last run, once."""
    picks = newly_picked("attention_ranking")
    if picks:
        words = dict.fromkeys(f"{layer}.{head + 1}" for layer, head in picks)
        st.session_state["m_heads"] = list(words)


def _draw_ranking(
    choice: MangoChoice, change: Change, heads: Sequence[tuple[int, int]], visible: bool
) -> None:
    left, middle, right = st.columns([3, 4, 4], vertical_alignment="bottom")
    rooms = ROOMS[
        left.selectbox(
            "All heads, one at a time, on",
            list(ROOMS),
            key="m_rooms",
            bind="query-params",
            help="Rooms are generated, and no training has seen them.",
        )
    ]
    with middle:
        order = choose_bound("Ranked by", "m_order", ORDERS)
    if not visible:
        return
    controls = RankingControls(rooms=rooms, change=change, order=order)
    inputs = f"{'' if rooms else choice.key}-{choice.card.sha256}-{rooms}-{change}"
    job = jobs.job("ranking", inputs)
    with right:
        count = len(head_names(choice.subject.model))
        st.button(
            f"Switch off {count} heads in turn",
            key="m_rank",
            icon=":material/leaderboard:",
            on_click=_start,
            args=(inputs, choice, controls),
            disabled=job is not None,
            help="Some seconds a sample; it can be stopped. Click a bar or a point "
            "to change that head above; with Shift, or in a box, several.",
        )
    if job is not None and job.running:
        jobs.watch("ranking")
    elif job is not None:
        _show_ranking(choice, job, controls, heads)


def _start(inputs: str, choice: MangoChoice, controls: RankingControls) -> None:
    jobs.start(
        "ranking",
        inputs,
        lambda tell: measure_ranking(
            Request(subject=choice.subject, controls=controls, progress=tell)
        ),
    )


def _show_ranking(
    choice: MangoChoice,
    job: jobs.Job,
    controls: RankingControls,
    heads: Sequence[tuple[int, int]],
) -> None:
    if job.error is not None:
        nothing_yet(job.error)
        return
    exhibit = exhibit_ranking(job.result, controls)
    marked = replace(exhibit, draw=lambda: mark_heads(exhibit.figure, heads))
    show_exhibit(
        RANKING,
        choice,
        controls,
        exhibit=marked,
        select=("points", "box"),
    )
