"""A colour scale that many small pictures share, and its bar."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.views.shared.bars import carry_bar, upright_bar
from fusionviz.views.shared.colours import colour_table
from fusionviz.views.shared.pair import depth_limits
from fusionviz.views.shared.style import SEQUENTIAL, three_digits

UNKNOWN = 128
"""Grey of what has no value."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The sequential colours from one value to another.

    Attributes:
        title: What is measured, with its unit.
        low: Value of the darkest colour; values below have it too.
        high: Value of the brightest.
        cut: Whether values above `high` are shown, so that the bar has to say so.
    """

    title: str
    low: float
    high: float
    cut: bool = False

    def paint(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """Return values as colours, (height, width, 3); what is no number is grey."""
        reach = max(self.high - self.low, 1e-12)
        finite = np.isfinite(values)
        share = np.clip((np.where(finite, values, self.low) - self.low) / reach, 0, 1)
        colours = colour_table(SEQUENTIAL)[np.rint(255 * share).astype(int)]
        colours[~finite] = UNKNOWN
        return colours

    def bar(
        self, *, x: float, y: float, length: float, anchor: str = "left"
    ) -> go.Scatter:
        """Return a trace that draws nothing but the upright colour bar.

        Args:
            x: Where it stands in parts of the figure's width.
            y: Its middle in parts of the figure's height.
            length: In parts of the figure's height.
            anchor: Which of its edges is at x.
        """
        ticks = np.linspace(self.low, self.high, 3)
        digits = 1 if self.high - self.low >= 1 else 2
        coarse = self.high - self.low < 0.1
        names = [three_digits(t) if coarse else f"{t:.{digits}f}" for t in ticks]
        if self.cut:
            names[-1] = "≥ " + names[-1]
        marks = dict(zip(ticks.tolist(), names, strict=True))
        place = {"xanchor": anchor, "y": y, "xpad": 4, "ypad": 0}
        bar = upright_bar(
            x=x, length=length, title=self.title, ticks=marks, place=place
        )
        high = max(self.high, self.low + 1e-12)
        return carry_bar(bar, low=self.low, high=high, colours=SEQUENTIAL)


def depth_scale(maps: Iterable[NDArray[np.float32]]) -> Scale:
    """Return the scale that depth maps share, near dark and far bright."""
    near, far, cut = depth_limits(np.concatenate([one.ravel() for one in maps]))
    return Scale(title="depth, m", low=near, high=far, cut=cut)
