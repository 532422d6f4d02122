"""One modality drawn from the other, while the reader watches."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace

import streamlit as st

from fusionviz.analysis.latents.completion import PictureCompletion
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.exhibits.latents.completion import (
    CHAINS,
    COMPLETION,
    LARGEST_SEED,
    LEAPS,
    STEPS,
    CompletionControls,
    agreement,
    draw_missing,
    exhibit_completion,
)
from fusionviz.exhibits.shared.exhibit import HEIGHT, Request
from fusionviz.ui.shared import jobs
from fusionviz.ui.shared.charts import show
from fusionviz.ui.shared.controls import choose_bound, choose_number
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import nothing_yet
from fusionviz.ui.shared.subjects import MangoChoice
from fusionviz.views.latents.completion import draw_climb

MISSING = {"depth from RGB": "depth", "RGB from depth": "rgb"}
PLACE = "completion"
USUAL = CompletionControls(steps=12, leaps=12)
"""What a reader who waits is offered; the controls' own defaults are for a glance."""


class CompletionWork:
    """Work that keeps the bits of each step, so that the page can draw them.

    Args:
        subject: What is completed.
        controls: How.

    Attributes:
        bits_per_dim: Mean of the chains after each step that was taken.
    """

    def __init__(self, subject: MangoSubject, controls: CompletionControls) -> None:
        self.subject, self.controls = subject, controls
        self.bits_per_dim: list[float] = []

    def __call__(self, tell: Callable[[float, str], bool]) -> PictureCompletion:
        """Do it, and return what was drawn by the time that it ended."""
        request = Request(subject=self.subject, controls=self.controls, progress=tell)
        return draw_missing(request, seen=self.bits_per_dim.append)


def choose() -> CompletionControls:
    """Draw the controls in one row."""
    missing = choose_bound("Draw", "complete", MISSING)
    steps = st.slider(
        "Steps",
        STEPS.start,
        STEPS.stop - 1,
        USUAL.steps,
        key="complete_steps",
        bind="query-params",
        width=150,
        help="More steps, better agreement between the chains.",
    )
    with st.popover("More"):
        chains, leaps, seed = (
            choose_number(
                label,
                key,
                default=default,
                first=allowed.start,
                last=allowed.stop - 1,
                help=help_,
            )
            for label, allowed, default, key, help_ in (
                ("Chains", CHAINS, USUAL.chains, "chains", "Draws side by side."),
                ("Leaps a step", LEAPS, USUAL.leaps, "leaps", "Longer walks."),
                ("Seed", range(LARGEST_SEED + 1), USUAL.seed, "chain_seed", None),
            )
        )
    return CompletionControls(
        missing=missing,
        chains=chains,
        steps=steps,
        leaps=leaps,
        seed=seed,
    )


def draw(choice: MangoChoice, controls: CompletionControls) -> None:
    """Draw the button that starts it, what it is doing, or what came out."""
    inputs = choice.key + json.dumps(asdict(controls))
    job = jobs.job(PLACE, inputs)
    if job is not None and job.running:
        jobs.watch(PLACE, _draw_climb)
    elif job is not None and job.result is not None:
        _draw_result(choice, controls, job.result)
    else:
        if job is not None:
            nothing_yet(job.error or "The chains found nothing.")
        st.button(
            f"Draw the {controls.missing} {controls.chains} times",
            key="start_completion",
            icon=":material/play_arrow:",
            type="primary",
            on_click=_start,
            args=(choice.subject, controls, inputs),
        )
        nothing_yet(
            "Chains start around the learned guess and walk through what the flow "
            f"finds probable: {controls.steps} steps take some seconds to minutes, "
            "can be stopped at any time, and what they found by then is shown."
        )


def _start(subject: MangoSubject, controls: CompletionControls, inputs: str) -> None:
    work = CompletionWork(subject, controls)
    st.session_state["_completing"] = work
    jobs.start(PLACE, inputs, work)


def _draw_climb() -> None:
    """Draw the likelihood so far."""
    work: CompletionWork = st.session_state["_completing"]
    bits = list(work.bits_per_dim)
    if not bits:
        nothing_yet("The chains have not made a step yet.")
        return
    figure = draw_climb(bits, work.controls.missing, steps=work.controls.steps)
    alt = f"{bits[-1]:.3f} bits per dimension after step {len(bits)}."
    show(figure, key="completion_climb", alt=alt, height=HEIGHT)


def _draw_result(
    choice: MangoChoice, controls: CompletionControls, completed: PictureCompletion
) -> None:
    """Draw what came out; its recipe makes as many steps as were taken."""
    taken = replace(controls, steps=completed.steps)
    st.markdown(agreement(completed))
    show_exhibit(COMPLETION, choice, taken, exhibit=exhibit_completion(completed))
