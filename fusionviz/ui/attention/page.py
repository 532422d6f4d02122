"""The tabs of the Attention page."""

from fusionviz.ui.attention import (
    across,
    brought,
    compare,
    matter,
    one_head,
    overview,
)
from fusionviz.ui.shared.subjects import Picked, draw_title_line
from fusionviz.ui.shared.tabs import draw_tabs

TABS = {
    "Overview": overview.draw_panel,
    "One head": one_head.draw_panel,
    "Across layers": across.draw_panel,
    "Does it matter?": matter.draw_panel,
    "A and B": compare.draw_panel,
    "Other attention": brought.draw_panel,
}


def draw_attention(picked: Picked) -> None:
    """Draw the page for a subject."""
    overview.open_head()
    draw_title_line(picked)
    draw_tabs(TABS, picked)
