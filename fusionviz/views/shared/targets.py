"""Unseen markers over a chart: they say what is below them, and carry clicks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

UNSEEN = {"marker": {"opacity": 0}}
"""Of markers that are selected and of those that are not."""


def click_targets(
    x: Sequence[float] | NDArray[np.floating],
    y: Sequence[float] | NDArray[np.floating],
    *,
    data: Sequence[Any],
    texts: Sequence[str],
    size: float,
    action: str = "",
    symbol: str = "square",
) -> go.Scatter:
    """Return unseen markers, to click and to hover.

    Args:
        x: Of each.
        y: Of each.
        data: What each carries, for whoever hears the click.
        texts: What the hover says of each.
        size: Of a marker, pixels: they must not hide each other.
        action: What a click does, below the text of the hover.
        symbol: Shape of a marker.
    """
    below = f"<br>{action}" if action else ""
    return go.Scatter(
        x=x,
        y=y,
        mode="markers",
        marker={"opacity": 0, "size": size, "symbol": symbol},
        customdata=data,
        text=texts,
        hovertemplate=f"%{{text}}{below}<extra></extra>",
        selected=UNSEEN,
        unselected=UNSEEN,
        showlegend=False,
    )
