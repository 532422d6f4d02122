"""What length costs on this machine: cells come in while the reader watches."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
import torch

from fusionviz.exhibits.scaling.curves import (
    CURVES,
    CurveControls,
    CurveFamily,
    curves_of,
    names_of,
)
from fusionviz.exhibits.scaling.words import say_reading
from fusionviz.exhibits.shared.exhibit import Exhibit
from fusionviz.scaling.cells import Cell, Limits, Passes
from fusionviz.scaling.live import LONGEST_PAUSE, LiveRun
from fusionviz.scaling.pace import expected_seconds, in_words
from fusionviz.scaling.runs import LENGTHS, ScalingRun, make_cells
from fusionviz.scaling.workloads import find_workload
from fusionviz.turns import Turns
from fusionviz.ui.scaling.curves import FAMILIES, PASS_NAMES
from fusionviz.ui.scaling.runs import LIVE_NAME, ScalingChoice, choice_of
from fusionviz.ui.shared import jobs
from fusionviz.ui.shared.charts import show
from fusionviz.ui.shared.controls import choose_segment, choose_step, controls_row
from fusionviz.ui.shared.exhibits import make_exhibit, show_exhibit
from fusionviz.ui.shared.notices import nothing_yet, panel
from fusionviz.ui.shared.share import publish_words, recall_words

PLACE = "scaling_live"

MEASURING = Turns(1)
"""Two measurements at once would each measure the other."""

LIVE_FAMILIES: dict[CurveFamily, str] = {**FAMILIES, "part": "Parts"}
LIVE_LENGTHS = tuple(map(str, (*LENGTHS, 8192, 12_800, 16_384, 32_768)))
FIRST_LENGTHS = ("128", "256", "512", "1024", "2048")
FIRST_MODELS = ("alignmamba", "single-stream-plain", "single-stream-fused")
GIBIBYTES = ("0.25", "0.5", "1", "2", "4", "8", "16")
SECONDS = ("1", "2", "5", "10", "30", "60")


@dataclass(frozen=True, kw_only=True)
class LivePlan:
    """What a reader wants measured.

    Attributes:
        cells: In the order in which they are run.
        limits: Where one is given up.
    """

    cells: tuple[Cell, ...]
    limits: Limits

    @property
    def about(self) -> str:
        """How long it takes, in words."""
        return in_words(sum(expected_seconds(cell, self.limits) for cell in self.cells))


@panel
def draw_panel(choice: ScalingChoice, visible: bool) -> None:
    """Draw the tab. Its values are in the address while it is hidden, too."""
    if not visible:
        return
    job, measured = jobs.job(PLACE, PLACE), measured_here()
    is_running = job is not None and job.running
    with controls_row("live_controls"):
        plan = _choose()
        _draw_start(plan, is_running)
    if is_running:
        draw = functools.partial(_draw_so_far, choice)
        jobs.watch(PLACE, draw, tells_rest=True)
    elif measured is not None:
        _draw_result(choice, measured)
    elif job is not None:
        nothing_yet(job.error or "It was stopped before a cell was done.")
    else:
        nothing_yet(
            "Each model runs at each length in a process of its own, shortest first, "
            "with a limit of memory and time: what goes beyond is a cross on the chart "
            "and not the end of the app. The result joins the recorded machine's."
        )


def measured_here() -> ScalingRun | None:
    """Return what this session has measured, None where that is nothing."""
    job = jobs.job(PLACE, PLACE)
    run = None if job is None or job.running else job.result
    return run if run is not None and run.results else None


def _choose() -> LivePlan:
    """Draw what can be set, folded away, and return it."""
    with st.popover("What to measure", icon=":material/tune:"):
        family = choose_segment("Compare", "live_family", LIVE_FAMILIES)
        passes = _choose_passes(family)
        models = _choose_models(family)
        lengths = _choose_words(
            "Tokens", "live_lengths", LIVE_LENGTHS, FIRST_LENGTHS, " tokens"
        )
        device = "cpu"
        if torch.cuda.is_available():
            device = choose_segment("On", "live_device", {"cpu": "CPU", "cuda": "GPU"})
    with st.popover("Limits of a cell", icon=":material/timer:"):
        memory = choose_step(
            "Memory of its process",
            "live_memory",
            GIBIBYTES,
            default="2",
            unit=" GiB",
            help="Whole process: Python and the libraries are in it.",
        )
        seconds = choose_step(
            "Time, all its runs", "live_seconds", SECONDS, default="10", unit=" s"
        )
    cells = make_cells(
        models, [int(n) for n in lengths], passes=[passes], device=device
    )
    limits = Limits(seconds=float(seconds), bytes=int(float(memory) * 2**30))
    return LivePlan(cells=tuple(cells), limits=limits)


def _choose_passes(family: CurveFamily) -> Passes:
    if family not in ("fusion", "backbone"):
        return "forward"
    return choose_segment(
        "Passes", "live_passes", PASS_NAMES, help="Training is forward and backward."
    )


def _choose_models(family: CurveFamily) -> list[str]:
    titles = {name: find_workload(name).title for name in names_of(family)}
    first = [name for name in titles if name in FIRST_MODELS] or list(titles)
    key = f"live_{family}"
    recall_words(key, first, titles)
    chosen = st.multiselect(
        "Models", list(titles), key=key, format_func=titles.__getitem__
    )
    publish_words(key, first)
    return [name for name in titles if name in chosen]


def _choose_words(
    label: str, key: str, words: Sequence[str], first: Sequence[str], unit: str
) -> list[str]:
    recall_words(key, first, words)
    chosen = st.multiselect(
        label, words, key=key, format_func=lambda word: f"{int(word):,}{unit}"
    )
    publish_words(key, first)
    return list(chosen)


def _draw_start(plan: LivePlan, is_running: bool) -> None:
    count = len(plan.cells)
    st.button(
        f"Measure {count} cell{'s' * (count != 1)}, {plan.about}"
        if count
        else "Measure",
        key="start_live",
        icon=":material/play_arrow:",
        type="primary",
        on_click=_start,
        args=(plan,),
        disabled=is_running or not count,
        help="Choose at least one model and one length." if not count else None,
    )


def _start(plan: LivePlan) -> None:
    live = LiveRun(plan.cells, plan.limits)
    st.session_state["_live"] = live
    jobs.start(PLACE, PLACE, live, turn=MEASURING)


def _draw_so_far(choice: ScalingChoice) -> None:
    """Draw the button that pauses, and the cells so far."""
    live: LiveRun = st.session_state["_live"]
    is_paused = live.pause.is_set()
    st.button(
        "Go on" if is_paused else "Pause",
        key="pause_live",
        icon=":material/play_arrow:" if is_paused else ":material/pause:",
        on_click=live.pause.clear if is_paused else live.pause.set,
    )
    if is_paused:
        nothing_yet(
            "The cell that is under way is finished first. A pause ends the run after "
            f"{LONGEST_PAUSE / 60:.0f} minutes."
        )
    run = live.run
    if run.results:
        made = _exhibit_so_far(choice, run)
        show(made.figure, key=PLACE, alt=made.alt, height=CURVES.height_of(made))


def _exhibit_so_far(choice: ScalingChoice, run: ScalingRun) -> Exhibit:
    """Return the curves so far, made again when another cell has come in."""
    shown = _beside(choice, run)
    kept = st.session_state.get("_live_exhibit")
    if kept is None or kept[0] != shown.key:
        made = make_exhibit(CURVES, shown, _controls(run))
        kept = st.session_state["_live_exhibit"] = (shown.key, made)
    return kept[1]


def _draw_result(choice: ScalingChoice, run: ScalingRun) -> None:
    """Draw what came out beside the recorded machine, and what was given up."""
    controls = _controls(run)
    curves = curves_of(run, controls.family, controls.passes)
    st.markdown(say_reading(curves, controls.length))
    for line in _given_up(run):
        st.caption(line)
    show_exhibit(CURVES, _beside(choice, run), controls, key=PLACE)
    st.download_button(
        "The run (JSON)",
        run.to_json().encode(),
        file_name=LIVE_NAME,
        mime="application/json",
        key="download_run",
        on_click="ignore",
        icon=":material/download:",
        help="`python -m fusionviz explain --scaling` reads it again.",
    )


def _given_up(run: ScalingRun) -> list[str]:
    """Return a line for each model of which a cell was given up: the shortest."""
    first: dict[str, str] = {}
    for one in run.results:
        if not one.is_done:
            title = find_workload(one.cell.workload).title
            told = f"{title}, {one.cell.length:,} tokens: {one.reason}"
            first.setdefault(one.cell.workload, told)
    return list(first.values())


def _controls(run: ScalingRun) -> CurveControls:
    """Return what shows a live run, read off at the longest that all reached."""
    cell = run.results[0].cell
    reached: dict[str, int] = dict.fromkeys(run.workloads, 0)
    for one in run.results:
        if one.is_done:
            reached[one.cell.workload] = one.cell.length
    length = min((n for n in reached.values() if n), default=cell.length)
    families = {find_workload(name).family for name in run.workloads}
    family = "part" if "part" in families else families.pop()
    return CurveControls(family=family, passes=cell.passes, length=length)


def _beside(choice: ScalingChoice, run: ScalingRun) -> ScalingChoice:
    """Return a live run with the recorded ones beside it."""
    names = choice.name.sample["runs_sha256"]
    recorded = dict(zip(names, choice.subject.runs, strict=True))
    return choice_of({LIVE_NAME: run, **recorded})
