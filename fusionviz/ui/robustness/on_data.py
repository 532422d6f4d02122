"""The test set: curves with bands, subsets, summaries; recorded or measured here."""

from fusionviz.analysis.robustness.curves import (
    METRICS,
    metrics_of,
    summarised,
    what_fails,
)
from fusionviz.exhibits.robustness.curves import LOSSES, CurvesControls
from fusionviz.exhibits.robustness.tables import (
    SUBSETS,
    SUMMARIES,
    SubsetsControls,
    SummariesControls,
)
from fusionviz.training.robustness.report import RobustnessReport
from fusionviz.ui.robustness.choice import FailureChoice
from fusionviz.ui.robustness.reports import (
    choose_report,
    draw_measuring,
    measured_here,
    nothing_recorded,
    watch_measuring,
)
from fusionviz.ui.shared.controls import choose_name, choose_segment, controls_row
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import nothing_yet, panel
from fusionviz.ui.shared.subjects import SubjectChoice

PICTURES = {"curves": "Curves", "subsets": "Subsets", "summaries": "Summaries"}


@panel
def draw_panel(choice: FailureChoice, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    trouble = watch_measuring(choice) if visible else None
    with controls_row("robust_controls"):
        report = choose_report(choice, "robust_set")
        picture = choose_segment("Picture", "robust_picture", PICTURES)
        controls = None if report is None else _choose(report.subject, picture)
        draw_measuring(choice, visible)
    if not visible:
        return
    if trouble is not None:
        nothing_yet(trouble)
    if report is None or controls is None:
        nothing_yet(nothing_recorded(choice))
        return
    _say_what_it_is(choice, report.subject)
    _show(report, controls)


def _choose(
    report: RobustnessReport, picture: str
) -> CurvesControls | SubsetsControls | SummariesControls:
    metric = ""
    names = metrics_of(report)
    if names:
        metric = choose_name(
            "Figure",
            "robust_metric",
            {name: METRICS[name] for name in names},
            default=report.metric,
            width=160,
        )
    if picture == "subsets":
        return SubsetsControls(metric=metric)
    if picture == "curves":
        known = what_fails(report)
        what = _choose_what("robust_what", known) if known else ""
        return CurvesControls(what=what, metric=metric)
    known = summarised(report)
    what = _choose_what("robust_protocol", known) if known else ""
    return SummariesControls(what=what, metric=metric)


def _choose_what(key: str, known: dict[str, str]) -> str:
    return choose_name("What fails", key, known, width=230)


def _say_what_it_is(choice: FailureChoice, report: RobustnessReport) -> None:
    where = "Measured here" if report is measured_here(choice) else "Recorded"
    nothing_yet(
        f"**{where}**: {_counted(report)} on {report.samples} test samples of "
        f"{report.data}, {report.date}, {report.machine}."
    )


def _counted(report: RobustnessReport) -> str:
    """Return how many models there are; a MANGO counts once for each way it has."""
    count = len(report.models)
    return "1 model" if count == 1 else f"{count} models"


def _show(
    report: SubjectChoice[RobustnessReport],
    controls: CurvesControls | SubsetsControls | SummariesControls,
) -> None:
    if isinstance(controls, CurvesControls):
        show_exhibit(LOSSES, report, controls)
    elif isinstance(controls, SubsetsControls):
        show_exhibit(SUBSETS, report, controls)
    else:
        show_exhibit(SUMMARIES, report, controls)
