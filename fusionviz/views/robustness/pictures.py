"""Pictures in rows and columns of panels, with a title above each."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.views.shared.pixels import picture_address
from fusionviz.views.shared.style import FONT_SIZE

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

_HIDDEN = {
    "visible": False,
    "constrain": "domain",
    "showgrid": False,
    "zeroline": False,
}


class PictureGrid:
    """Panels of pictures, which become a figure at once.

    Plotly takes longer for a figure that is changed panel by panel.

    Args:
        rows: Of panels.
        columns: Of panels.
        across: Between columns, in parts of the figure's width.
        down: Between rows, in parts of its height.
    """

    def __init__(self, rows: int, columns: int, *, across: float, down: float) -> None:
        self.rows, self.columns, self.across, self.down = rows, columns, across, down
        self.traces: list[go.Image | go.Heatmap] = []
        self.layout: dict[str, Any] = {"annotations": []}

    def place(self, pixels: NDArray[np.uint8], row: int, column: int) -> None:
        """Place a picture, (height, width, 3), in a panel; both count from 0.

        Pixels are square, y points down, and pixel centres lie at whole numbers.
        """
        number = self._number(row, column)
        x, y = f"x{number}", f"y{number}"
        image = go.Image(
            source=picture_address(pixels), hoverinfo="skip", xaxis=x, yaxis=y
        )
        self.traces.append(image)
        height, width = pixels.shape[:2]
        left, right, bottom, top = self._box(row, column)
        self.layout[f"xaxis{number}"] = {
            **_HIDDEN,
            "domain": [left, right],
            "anchor": y,
            "range": [-0.5, width - 0.5],
        }
        self.layout[f"yaxis{number}"] = {
            **_HIDDEN,
            "domain": [bottom, top],
            "anchor": x,
            "range": [height - 0.5, -0.5],
            "scaleanchor": x,
            "constraintoward": "top",  # under its title, where width is what limits
        }

    def hover(self, trace: go.Heatmap, row: int, column: int) -> None:
        """Lay an invisible map that says something over a panel's picture."""
        number = self._number(row, column)
        trace.xaxis, trace.yaxis = f"x{number}", f"y{number}"
        self.traces.append(trace)

    def title(self, text: str, row: int, column: int) -> None:
        """Write lines above a panel."""
        left, right, _, top = self._box(row, column)
        self._write(text, (left + right) / 2, top, yanchor="bottom", yshift=2)

    def note(self, text: str, row: int, column: int) -> None:
        """Write a word in white in the middle of a panel."""
        left, right, bottom, top = self._box(row, column)
        middle = (left + right) / 2, (bottom + top) / 2
        self._write(text, *middle, font={"size": FONT_SIZE, "color": "white"})

    def figure(self, *more: go.Scatter) -> go.Figure:
        """Return the figure.

        Args:
            more: Traces that draw colour bars, or squares in the legend.
        """
        figure = go.Figure({"data": [*self.traces, *more], "layout": self.layout})
        hidden = {"visible": False, "domain": [0, 1]}  # of what draws nothing itself
        return figure.update_layout(xaxis=hidden, yaxis=hidden)

    def _write(self, text: str, x: float, y: float, **look: Any) -> None:  # noqa: ANN401
        self.layout["annotations"].append(
            {
                "text": text,
                "x": x,
                "y": y,
                "xref": "paper",
                "yref": "paper",
                "xanchor": "center",
                "showarrow": False,
                "font": {"size": FONT_SIZE - 1},
                **look,
            }
        )

    def _number(self, row: int, column: int) -> int:
        """Return the number of a panel's axes; the first are left to what has none."""
        return 2 + row * self.columns + column

    def _box(self, row: int, column: int) -> tuple[float, float, float, float]:
        """Return left, right, bottom and top of a panel, in parts of the figure."""
        width = (1 - self.across * (self.columns - 1)) / self.columns
        height = (1 - self.down * (self.rows - 1)) / self.rows
        left, top = column * (width + self.across), 1 - row * (height + self.down)
        return left, left + width, max(0.0, top - height), top
