"""Distributions of a model of one's own: its tokens in a plane, and how far apart."""

from fusionviz.ui.distributions import distance, embedding
from fusionviz.ui.shared.data.arrays import ArraysChoice
from fusionviz.ui.shared.tabs import draw_tabs

TABS = {
    "Embedding": embedding.draw_panel,
    "Distance": distance.draw_panel,
}


def draw_arrays(choice: ArraysChoice) -> None:
    """Draw the page for arrays.

    Raises:
        InputError: There are no tokens among them, or their widths differ.
    """
    draw_tabs(TABS, choice.tokens)
