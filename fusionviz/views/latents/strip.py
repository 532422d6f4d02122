"""A row of RGB-D pairs: colours above depth, all depths on one scale."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.views.latents.mosaic import Mosaic
from fusionviz.views.shared.scale import depth_scale
from fusionviz.views.shared.style import MODALITY_NAMES, dress, modality_title

PAGE_PIXELS = 820
"""Width that pictures have where the page is narrowest."""

LARGEST_CELL = 210


def draw_strip(
    pairs: Sequence[Pictures],
    *,
    titles: Sequence[str],
    notes: Sequence[str],
    height: int = 480,
) -> go.Figure:
    """Draw pairs side by side.

    Args:
        pairs: With both modalities, of one size.
        titles: Above each pair.
        notes: Below each pair.
        height: Pixels.
    """
    cell = min(PAGE_PIXELS / len(pairs), LARGEST_CELL)
    mosaic = Mosaic(rows=2, columns=len(pairs), cell_pixels=cell, notes=(1,))
    scale = depth_scale(np.asarray(pair.depth_m) for pair in pairs)
    pictures = (
        [np.asarray(pair.rgb) for pair in pairs],
        [scale.paint(np.asarray(pair.depth_m)) for pair in pairs],
    )
    words = [mosaic.headings(titles), mosaic.words([notes])]
    figure = go.Figure([*words, scale.bar(x=0.0, y=0.5, length=0.7, anchor="right")])
    figure.update_layout(images=mosaic.pictures(pictures))
    mosaic.name_rows(figure, [modality_title(name) for name in MODALITY_NAMES])
    mosaic.fit(figure, towards="left")
    dress(figure, height=height, top=8)
    return figure.update_layout(margin_l=84)
