"""The tabs of the Distributions page."""

from fusionviz.ui.distributions import distance, embedding, samples, training
from fusionviz.ui.shared.subjects import TokenChoice
from fusionviz.ui.shared.tabs import draw_tabs

TABS = {
    "Embedding": embedding.draw_panel,
    "Distance": distance.draw_panel,
    "Many samples": samples.draw_panel,
    "Training and λ": training.draw_panel,
}


def draw_distributions(choice: TokenChoice) -> None:
    """Draw the page for a subject."""
    draw_tabs(TABS, choice)
