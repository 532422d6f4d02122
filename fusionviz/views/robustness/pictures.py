"""Pictures in rows and columns of panels, with a title above each."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.segmentation import Segmentation
from fusionviz.views.shared.class_changes import FAINT
from fusionviz.views.shared.pixels import picture_address
from fusionviz.views.shared.segmentation import ground_of, paint_classes
from fusionviz.views.shared.style import FONT_SIZE, frame_picture

LEGEND_BELOW = {
    "orientation": "h",
    "x": 0.5,
    "xanchor": "center",
    "y": -0.02,
    "yanchor": "top",
    "itemclick": False,
    "itemdoubleclick": False,
}
"""Of the names of classes, under all panels."""


def place_picture(
    figure: go.Figure, pixels: NDArray[np.uint8], row: int, column: int
) -> None:
    """Place a picture, (height, width, 3), in a panel."""
    image = go.Image(source=picture_address(pixels), hoverinfo="skip")
    figure.add_trace(image, row=row, col=column)
    height, width = pixels.shape[:2]
    frame_picture(figure, width=width, height=height, row=row, column=column)


def write_title(figure: go.Figure, text: str, row: int, column: int) -> None:
    """Write lines above a panel."""
    axes = figure.get_subplot(row, column)
    figure.add_annotation(
        text=text,
        x=sum(axes.xaxis.domain) / 2,
        y=axes.yaxis.domain[1],
        xref="paper",
        yref="paper",
        xanchor="center",
        yanchor="bottom",
        yshift=2,
        showarrow=False,
        font={"size": FONT_SIZE - 1},
    )


def paint_changes(
    before: Segmentation, after: Segmentation, pictures: Pictures
) -> NDArray[np.uint8]:
    """Return classes over a picture, strong where they are others than before."""
    moved, ground = before.labels != after.labels, ground_of(pictures)
    strong = paint_classes(after.labels, after.classes, ground, cover=1.0)
    faint = paint_classes(after.labels, after.classes, ground, cover=FAINT)
    return np.where(moved[..., None], strong, faint)
