"""Which run the page is of: a recorded one, or what was measured a moment ago."""

import streamlit as st

from fusionviz.analysis.scaling.subject import ScalingSubject
from fusionviz.exhibits.scaling.words import say_machine
from fusionviz.explain.runs import scaling_subject
from fusionviz.scaling.records import list_runs
from fusionviz.scaling.runs import ScalingRun
from fusionviz.ui.shared.controls import choose_name
from fusionviz.ui.shared.subjects import SubjectChoice

LIVE_NAME = "scaling-live.json"
"""File name of what was measured a moment ago."""

ScalingChoice = SubjectChoice[ScalingSubject]


def choose_run() -> ScalingChoice:
    """Draw the choice of the run where there are several, and what it is.

    The others stand beside it. There may be none.
    """
    runs = list_runs()
    if len(runs) > 1:
        titles = {name: run.machine for name, run in runs.items()}
        first = choose_name("Recorded on", "run", titles, width=520)
        runs = {first: runs[first], **runs}
    if runs:
        st.caption(f"Recorded on {say_machine(next(iter(runs.values())), None)}")
    return choice_of(runs)


def choice_of(runs: dict[str, ScalingRun]) -> ScalingChoice:
    """Return runs, by file name, as what exhibits are of."""
    subject, name = scaling_subject(runs)
    prints = name.sample["runs_sha256"].values()
    return SubjectChoice(subject=subject, key="-".join(prints) or "none", name=name)
