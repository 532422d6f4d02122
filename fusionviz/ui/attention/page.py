"""The tabs of the Attention page."""

from fusionviz.ui.attention import across, compare, matter, one_head, other, overview
from fusionviz.ui.shared.subjects import MangoChoice, draw_title_line
from fusionviz.ui.shared.tabs import draw_tabs

TABS = {
    "Overview": overview.draw_panel,
    "One head": one_head.draw_panel,
    "Across layers": across.draw_panel,
    "Does it matter?": matter.draw_panel,
    "A and B": compare.draw_panel,
    "Other attention": other.draw_panel,
}


def draw_attention(choice: MangoChoice) -> None:
    """Draw the page for a subject."""
    overview.open_head()
    draw_title_line(choice)
    draw_tabs(TABS, choice)
