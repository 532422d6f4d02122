"""What of a stack of attention is looked at, and how its panels are titled."""

from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.shared.attention.stack import AttentionStack
from fusionviz.views.shared.style import DIVERGING, FONT_SIZE, SEQUENTIAL

Order = Literal["sequence", "modality"]
"""Tokens as they come, or those of each modality together."""

ORDERS: tuple[Order, ...] = ("sequence", "modality")


@dataclass(frozen=True, kw_only=True, eq=False)
class StackView:
    """One row of one head of a stack of attention.

    Attributes:
        stack: The arrays.
        layer: From 0.
        head: From 0, or `MEAN`.
        query: Row, from 0.
        order: Of the tokens along the matrix.
    """

    stack: AttentionStack
    layer: int
    head: int
    query: int
    order: Order = "sequence"

    @cached_property
    def matrix(self) -> NDArray[np.float32]:
        """The head's matrix, (query, key)."""
        return self.stack.matrix(self.layer, self.head)

    @property
    def row(self) -> NDArray[np.float32]:
        """The row of the query, (key,)."""
        return self.matrix[self.query]

    @cached_property
    def scale(self) -> tuple[float, float, str]:
        """Lowest and highest value of the colours, and their name.

        The row's largest weight, so that the row can be read; matrix and maps share
        it. From 0, or even around 0 where any weight of the head is negative.
        """
        matrix = self.matrix
        most = float(np.nan_to_num(np.abs(self.row)).max())
        most = most or float(np.nan_to_num(np.abs(matrix)).max()) or 1e-6
        if float(np.nan_to_num(matrix).min()) < 0:
            return -most, most, DIVERGING
        return 0.0, most, SEQUENTIAL


def write_title(
    figure: go.Figure, text: str, *, column: int, right: float | None = None
) -> None:
    """Write two lines above a panel."""
    start = next(figure.select_xaxes(row=1, col=column)).domain[0]
    figure.add_annotation(
        text=text,
        x=start if right is None else right,
        y=1.0,
        yshift=4,
        xref="paper",
        yref="paper",
        xanchor="left" if right is None else "right",
        yanchor="bottom",
        align="left" if right is None else "right",
        showarrow=False,
        font_size=FONT_SIZE,
    )


def short(text: str, longest: int = 26) -> str:
    """Return a reader's words, made safe and cut to what a chart can carry."""
    return escape(text if len(text) <= longest else text[: longest - 1] + "…")
