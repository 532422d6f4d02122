"""Which report the page shows: what was recorded, or what was measured here."""

from collections.abc import Callable

import streamlit as st

from fusionviz.explain.robustness import name_report
from fusionviz.models.cards import ModelCard
from fusionviz.training.robustness.conditions import StudySettings
from fusionviz.training.robustness.report import RobustnessReport, recorded_report
from fusionviz.training.robustness.study import measure_robustness
from fusionviz.ui.robustness.choice import FailureChoice
from fusionviz.ui.shared import cache, jobs
from fusionviz.ui.shared.controls import choose_bound, choose_name, choose_switch
from fusionviz.ui.shared.subjects import SubjectChoice

COUNTS = {"16": 16, "32": 32, "64": 64, "128": 128}
PLACE = "robustness_report"

QUICK = ("fixed", "random", "imbalanced", "emm")
LONG = (*QUICK, "faults")
RESAMPLES = 300
SECONDS = {"rooms": 0.4, "nyuv2": 0.6, "nyudv2": 0.6, "sentiment": 0.05, "mosi": 0.08}
"""What a sample takes about under all subsets, by data set, on two cores."""

_HERE = "_robustness_here"


def choose_report(
    choice: FailureChoice, key: str
) -> SubjectChoice[RobustnessReport] | None:
    """Return a report of the chosen models: measured here, else recorded.

    Where models were tested on several sets, draw the choice among these: figures of
    other samples do not stand in one picture.

    Args:
        choice: Of the models.
        key: Of the choice among sets.
    """
    reports = {data: recorded_report(data) for data in choice.sets}
    reports[choice.data] = measured_here(choice) or reports.get(choice.data)
    known = {data: one for data, one in reports.items() if one is not None}
    if not known:
        return None
    data = next(iter(known))
    if len(known) > 1:
        titles = {data: _title_of(one) for data, one in known.items()}
        data = choose_name("Test samples", key, titles, width=270)
    name = name_report(known[data])
    return SubjectChoice(
        subject=known[data], key=f"report-{name.sample['sha256']}", name=name
    )


def _title_of(report: RobustnessReport) -> str:
    names = dict.fromkeys(one.checkpoint for one in report.models)
    return f"{report.data}: {', '.join(names)}"


def measured_here(choice: FailureChoice) -> RobustnessReport | None:
    """Return what was measured of the chosen models in this session, if anything."""
    return st.session_state.get(_HERE, {}).get(_models_key(choice))


def draw_measuring(choice: FailureChoice, visible: bool) -> None:
    """Draw what can be measured here, how far it is, and how to go back.

    Args:
        choice: Whose models.
        visible: Whether anybody sees the place; hidden, it draws what is in the
            address alone.
    """
    with st.popover("Measure here", icon=":material/play_arrow:", key="measure_here"):
        count = choose_bound("Samples", "robust_samples", COUNTS, default="32")
        faults = choose_switch(
            "Faults too",
            "robust_faults",
            help="Every fault of every modality at severities 1, 3 and 5: a pass each.",
        )
        if not visible:
            return
        inputs = _inputs(choice, count, faults)
        job = jobs.job(PLACE, inputs)
        seconds = SECONDS.get(choice.data, 0.4) * count * (8 if faults else 1.5)
        st.caption(
            f"All models of this page on {count} test samples of {choice.data}: about "
            f"{seconds:.0f} s on two idle cores. It can be stopped; what was read by "
            "then is shown."
        )
        st.button(
            "Measure",
            key="robust_run",
            type="primary",
            icon=":material/play_arrow:",
            on_click=_start,
            args=(inputs, choice.cards, choice.data, count, faults),
            disabled=job is not None and job.running,
        )
        if measured_here(choice) is not None:
            st.button(
                "Back to what was recorded",
                key="robust_back",
                on_click=_forget,
                args=(_models_key(choice),),
            )


def watch_measuring(choice: FailureChoice) -> str | None:
    """Draw how far it is; return what went wrong, None where nothing did."""
    kept = st.session_state.get(f"_job_{PLACE}")
    if kept is None or not kept[0].startswith(_models_key(choice)):
        return None
    job = kept[1]
    if job.running:
        jobs.watch(PLACE)
        return None
    if job.result is not None:
        here = st.session_state.setdefault(_HERE, {})
        here[_models_key(choice)] = job.result
        del st.session_state[f"_job_{PLACE}"]
        return None
    return job.error


def _start(
    inputs: str, cards: tuple[ModelCard, ...], data: str, count: int, faults: bool
) -> None:
    models = [cache.model(card) for card in cards]

    def work(tell: Callable[[float, str], bool]) -> RobustnessReport:
        settings = StudySettings(
            protocols=LONG if faults else QUICK, resamples=RESAMPLES
        )
        return measure_robustness(models, settings, data=data, count=count, tell=tell)

    jobs.start(PLACE, inputs, work)


def _forget(key: str) -> None:
    st.session_state.get(_HERE, {}).pop(key, None)


def _inputs(choice: FailureChoice, count: int, faults: bool) -> str:
    return f"{_models_key(choice)}-{count}-{faults}"


def _models_key(choice: FailureChoice) -> str:
    return f"{choice.data}-" + "-".join(card.sha256[:16] for card in choice.cards)


def nothing_recorded(choice: FailureChoice) -> str:
    """Return what to do where nothing was recorded."""
    if not choice.data:
        return (
            "The test set of this checkpoint is not known: choose another checkpoint, "
            "or measure it with `python -m fusionviz robustness NAME --data FOLDER`."
        )
    names = " ".join(card.name for card in choice.cards)
    return (
        f"Nothing is recorded for {choice.data} yet. **Measure here** does it now; "
        f"`python -m fusionviz robustness {names} --out "
        f"benchmarks/results/robustness-{choice.data}.json` records it."
    )
