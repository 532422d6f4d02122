"""Milliseconds of every step."""

from fusionviz.ui.shared.charts import show
from fusionviz.ui.shared.how_to_read import how_to_read
from fusionviz.ui.shared.readings import Readings
from fusionviz.views.inputs.timing import describe_timing, draw_timing


def draw_panel(readings: Readings, visible: bool) -> None:
    """Draw the tab."""
    if not visible:
        return
    steps = readings.milliseconds
    show(draw_timing(steps), key="timing", alt=describe_timing(steps))
    how_to_read(
        "Wall-clock time of each step when this pair was first read with these "
        "checkpoints: one run, on the device that the sidebar names. Going back to a "
        "pair takes what was kept, and does not run the models again. The first run "
        "after a start also pays for compiling and for memory.",
        key="timing",
    )
