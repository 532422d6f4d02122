"""MANGO's guess of a missing picture, and draws of it while the reader waits."""

import json
from collections.abc import Callable
from dataclasses import asdict

import streamlit as st

from fusionviz.analysis.robustness.belief import Belief
from fusionviz.analysis.robustness.failures import FailureSubject
from fusionviz.exhibits.robustness.belief import (
    BELIEF,
    DRAWS,
    STEPS,
    BeliefControls,
    exhibit_belief,
    find_belief,
)
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.ui.robustness.choice import FailureChoice
from fusionviz.ui.shared import jobs
from fusionviz.ui.shared.controls import choose_number, choose_segment
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import nothing_yet
from fusionviz.views.shared.style import MODALITY_NAMES

_PLACE = "robustness_belief"


def choose() -> BeliefControls:
    """Draw the controls in one row, and return what is missing and how it is drawn."""
    titles = {name: MODALITY_NAMES.get(name, name) for name in ("depth", "rgb")}
    missing = choose_segment("Missing", "belief_missing", titles)
    draws = choose_number(
        "Draws",
        "belief_draws",
        default=3,
        first=0,
        last=DRAWS[-1],
        width=110,
        help="Walks through the flow, side by side; 0: the guess alone.",
    )
    steps = choose_number(
        "Steps",
        "belief_steps",
        default=4,
        first=STEPS[0],
        last=STEPS[-1],
        width=110,
        help="Of each walk.",
    )
    return BeliefControls(missing=missing, draws=draws, steps=steps)


def draw(choice: FailureChoice, controls: BeliefControls) -> None:
    """Draw the guess at once, and the draws when they were asked for."""
    inputs = choice.key + json.dumps(asdict(controls))
    job = jobs.job(_PLACE, inputs)
    if job is not None and job.running:
        jobs.watch(_PLACE)
        return
    if job is not None and job.result is not None:
        found: Belief = job.result
        show_exhibit(BELIEF, choice, controls, exhibit=exhibit_belief(found))
        return
    if job is not None and job.error is not None:
        nothing_yet(job.error)
    guess = BeliefControls(missing=controls.missing, draws=0)
    show_exhibit(BELIEF, choice, guess)
    if controls.draws:
        st.button(
            f"Draw it {controls.draws} times" if controls.draws > 1 else "Draw it once",
            key="start_belief",
            icon=":material/play_arrow:",
            type="primary",
            on_click=_start,
            args=(choice.subject, controls, inputs),
        )
        nothing_yet(
            "Draws are walks through what the flow finds probable given the other "
            "picture: some seconds, and for the first time as long again to see how "
            "the guess is usually off. The Latents page draws longer ones."
        )


def _start(subject: FailureSubject, controls: BeliefControls, inputs: str) -> None:
    def work(tell: Callable[[float, str], bool]) -> Belief:
        return find_belief(Request(subject=subject, controls=controls, progress=tell))

    jobs.start(_PLACE, inputs, work)
