"""What each modality is worth to each model."""

from fusionviz.analysis.robustness.curves import titles_of
from fusionviz.exhibits.robustness.reliance import RELIANCE, RelianceControls
from fusionviz.training.robustness.report import RobustnessReport
from fusionviz.ui.robustness.choice import FailureChoice
from fusionviz.ui.robustness.reports import (
    choose_report,
    nothing_recorded,
    watch_measuring,
)
from fusionviz.ui.shared.controls import choose_name, controls_row
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import nothing_yet, panel


@panel
def draw_panel(choice: FailureChoice, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    if visible:
        watch_measuring(choice)
    with controls_row("reliance_controls"):
        report = choose_report(choice, "reliance_set")
        model = "" if report is None else _choose_model(report.subject)
    if report is None:
        nothing_yet(nothing_recorded(choice), visible)
    elif visible:
        show_exhibit(RELIANCE, report, RelianceControls(model=model))


def _choose_model(report: RobustnessReport) -> str:
    """Draw the choice of a model, and return its name; empty where there is none."""
    models = [one for one in report.models if one.reliance]
    titles = dict(zip((one.name for one in models), titles_of(models), strict=True))
    return choose_name("Model", "robust_model", titles, width=300) if titles else ""
