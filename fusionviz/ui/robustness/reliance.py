"""What each modality is worth to each model."""

from fusionviz.analysis.robustness.curves import titles_of
from fusionviz.exhibits.robustness.reliance import RELIANCE, RelianceControls
from fusionviz.ui.robustness.choice import FailureChoice
from fusionviz.ui.robustness.reports import (
    current_report,
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
    report = current_report(choice)
    if report is None:
        nothing_yet(nothing_recorded(choice), visible)
        return
    models = [one for one in report.subject.models if one.reliance]
    titles = dict(zip((one.name for one in models), titles_of(models), strict=True))
    model = ""
    if titles:
        with controls_row("reliance_controls"):
            model = choose_name("Model", "robust_model", titles, width=300)
    if visible:
        show_exhibit(RELIANCE, report, RelianceControls(model=model))
