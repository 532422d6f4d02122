"""What the backbone reads: its hidden attention over the interleaved sequence."""

from fusionviz.ui.shared.controls import controls_row
from fusionviz.ui.shared.notices import nothing_yet, panel
from fusionviz.ui.shared.stack_viewer import Viewer
from fusionviz.ui.shared.subjects import TokenChoice

VIEWER = Viewer(prefix="h", chart="transport_hidden", order="sequence")


@panel
def draw_panel(choice: TokenChoice, visible: bool) -> None:
    """Draw the tab. Its values are in the address while it is hidden, too."""
    if not visible:
        return
    read = choice.read_by_model
    if read is None:
        nothing_yet(
            "Hidden attention is what a model's backbone reads, and no model reads "
            "these features: choose one at “Read by”."
        )
        return
    with controls_row("h_controls"):
        controls = VIEWER.choose_hidden(read)
    VIEWER.show_hidden(read, controls)
