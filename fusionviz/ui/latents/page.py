"""The tabs of the Latents page."""

from fusionviz.ui.latents import between, film, sampling, traverse, trust
from fusionviz.ui.shared.subjects import MangoChoice, draw_title_line
from fusionviz.ui.shared.tabs import draw_tabs

TABS = {
    "Traverse": traverse.draw_panel,
    "Between two": between.draw_panel,
    "Sample and complete": sampling.draw_panel,
    "Trust": trust.draw_panel,
    "Flow film": film.draw_panel,
}


def draw_latents(choice: MangoChoice) -> None:
    """Draw the page for a subject."""
    draw_title_line(choice)
    draw_tabs(TABS, choice)
