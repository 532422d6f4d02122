"""Can the latents be trusted?"""

from fusionviz.exhibits.latents_trust import LayerCostsControls
from fusionviz.ui.exhibits import show_exhibit
from fusionviz.ui.subjects import Picked


def draw_panel(picked: Picked, visible: bool) -> None:
    """Draw the tab."""
    if visible:
        show_exhibit("latents-layer-costs", picked, LayerCostsControls())
