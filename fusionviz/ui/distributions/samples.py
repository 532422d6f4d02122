"""The same over many samples, with intervals."""

from collections import OrderedDict
from collections.abc import Callable

import streamlit as st

from fusionviz.analysis.distributions.sample_stages import SampleStages
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.exhibits.distributions.sample_stages import (
    FACTORS,
    LARGEST_SEED,
    SAMPLE_STAGES,
    SamplesControls,
    exhibit_samples,
    measure_samples,
)
from fusionviz.exhibits.shared.exhibit import Exhibit, Request
from fusionviz.ui.shared import jobs
from fusionviz.ui.shared.controls import choose_bound, choose_number, controls_row
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import nothing_yet, panel
from fusionviz.ui.shared.subjects import TokenChoice

ReadChoice = TokenChoice[AlignMambaSubject]

COUNTS = (16, 32, 64, 128, 256)
LEVELS = {"90 %": 0.9, "95 %": 0.95, "99 %": 0.99}
SECONDS = {
    "rooms": 0.1,
    "nyuv2": 0.2,
    "nyudv2": 0.07,
    "sentiment": 0.05,
    "mosi": 0.05,
}
"""What a sample takes about, by data set, on two cores."""

KEPT = 16
_PLACE = "distributions_samples"


@panel
def draw_panel(choice: TokenChoice, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    read = choice.read_by_model
    if read is None:
        nothing_yet(
            "Without a model there is no test set with more samples like this one: "
            "choose a checkpoint under “Read by”.",
            visible,
        )
        return
    if read.subject.kin is None:
        nothing_yet(
            "The test set of this checkpoint is not known, and one sample has no "
            "spread: choose another checkpoint.",
            visible,
        )
        return
    with controls_row("n_controls"):
        controls = _choose()
        if visible:
            _draw_button(read, controls)
    if visible:
        _draw_result(read, controls)


def _choose() -> SamplesControls:
    count = st.segmented_control(
        "Samples",
        COUNTS,
        default=64,
        key="n_samples",
        required=True,
        bind="query-params",
        help="Of the test set that the checkpoint was measured on; fewer where it has "
        "fewer.",
    )
    with st.popover("More", icon=":material/tune:", key="n_more"):
        level = choose_bound("Intervals", "n_level", LEVELS, default="95 %")
        factor = st.number_input(
            "σ in median distances",
            *FACTORS,
            1.0,
            0.1,
            key="n_sigma",
            bind="query-params",
            help="Bandwidth of the kernel; the training loss has 1.",
        )
        seed = choose_number(
            "Seed of folds and intervals", "n_seed", default=0, last=LARGEST_SEED
        )
    return SamplesControls(
        samples=int(count or 64),
        bandwidth_factor=round(float(factor), 6),
        seed=int(seed),
        level=level,
    )


def _draw_button(read: ReadChoice, controls: SamplesControls) -> None:
    inputs = _inputs(read, controls)
    job = jobs.job(_PLACE, inputs)
    st.button(
        "Measure",
        key="n_run",
        icon=":material/play_arrow:",
        type="primary",
        on_click=_start,
        args=(inputs, read.subject, controls),
        disabled=inputs in _kept() or (job is not None and job.running),
    )


def _draw_result(read: ReadChoice, controls: SamplesControls) -> None:
    inputs = _inputs(read, controls)
    kept, job = _kept().get(inputs), jobs.job(_PLACE, inputs)
    if kept is None and job is None:
        seconds = 1 + SECONDS[str(read.subject.kin)] * controls.samples
        nothing_yet(
            f"**Measure** reads {controls.samples} samples of the test set "
            f"({read.subject.kin}) with this model, and shows MMD² and A-distance "
            "between its modalities at each stage with intervals over samples: about "
            f"{seconds:.0f} s on two cores. It can be stopped."
        )
        return
    if kept is None and job is not None and job.running:
        jobs.watch(_PLACE)
        return
    if kept is None and job is not None:
        if job.error is not None:
            nothing_yet(job.error)
            return
        kept = job.result
    if kept is not None:
        _show(read, controls, kept)


def _show(read: ReadChoice, controls: SamplesControls, stages: SampleStages) -> None:
    key = f"{_inputs(read, controls)}-{controls.level}-{read.key}"
    request = Request(subject=read.subject, controls=controls)
    exhibit = _exhibit(f"{key}-{len(stages.samples)}", stages, request)
    show_exhibit(SAMPLE_STAGES, read, controls, exhibit=exhibit)


def _start(inputs: str, subject: AlignMambaSubject, controls: SamplesControls) -> None:
    kept = _kept()

    def work(tell: Callable[[float, str], bool]) -> SampleStages:
        request = Request(subject=subject, controls=controls, progress=tell)
        stages = measure_samples(request)
        if stages.is_whole:
            kept[inputs] = stages
            while len(kept) > KEPT:
                kept.popitem(last=False)
        return stages

    jobs.start(_PLACE, inputs, work)


def _inputs(read: ReadChoice, controls: SamplesControls) -> str:
    """Return all that a measurement depends on; the sample at hand is not in it."""
    sha256 = "" if read.card is None else read.card.sha256
    return (
        f"{sha256}-{read.subject.kin}-{controls.samples}-{controls.bandwidth_factor}-"
        f"{controls.seed}"
    )


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept() -> OrderedDict[str, SampleStages]:
    """Return what has been measured to the end, shared between sessions."""
    return OrderedDict()


@st.cache_resource(max_entries=16, show_spinner="Intervals are drawn …")
def _exhibit(
    key: str,
    _stages: SampleStages,
    _request: Request[SamplesControls, AlignMambaSubject],
) -> Exhibit:
    return exhibit_samples(_stages, _request)
