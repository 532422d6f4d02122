"""Keys of attention as bars, and what stands below charts of attention."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.shared.attention.stack import AttentionStack
from fusionviz.views.shared.stacks.grids import modality_colours
from fusionviz.views.shared.stacks.view import short
from fusionviz.views.shared.style import FONT_SIZE, dress

SHOWN_KEYS = 12


def draw_key_bars(
    figure: go.Figure,
    stack: AttentionStack,
    shown: NDArray[np.int64],
    lengths: NDArray[np.floating],
    *,
    column: int,
    hover: str,
    letters: int = 14,
    **look: Any,  # noqa: ANN401 - of `go.Bar`
) -> None:
    """Draw some keys as bars in their modalities' colours, the first one at the bottom.

    Args:
        figure: To draw on.
        stack: Whose keys.
        shown: Which of them.
        lengths: Of all keys' bars.
        column: Of the panel.
        hover: How a length is told.
        letters: Of a name beside its bar.
        look: As `go.Bar` takes it.
    """
    keys, colours = stack.keys, modality_colours(stack)
    figure.add_trace(
        go.Bar(
            x=lengths[shown],
            y=list(range(len(shown))),
            orientation="h",
            marker_color=[colours[keys.modalities[keys.index[i]]] for i in shown],
            hovertext=[short(keys.names[i]) for i in shown],
            hovertemplate=f"%{{hovertext}}: {hover}<extra></extra>",
            showlegend=False,
            **look,
        ),
        row=1,
        col=column,
    )
    figure.update_yaxes(
        tickvals=list(range(len(shown))),
        ticktext=[short(keys.names[i], letters) for i in shown],
        row=1,
        col=column,
    )


def finish(figure: go.Figure, *, top: int) -> go.Figure:
    """Return a chart of attention with its look, and its legend under the ticks.

    The legend is at the lower edge, however high the chart is.

    Args:
        figure: With all panels.
        top: Pixels above them.
    """
    figure.update_annotations(font_size=FONT_SIZE)
    dress(figure, top=top)
    legend = {"orientation": "h", "x": 1, "xanchor": "right", "y": 0}
    legend |= {"yref": "container", "yanchor": "bottom"}
    legend |= {"itemclick": False, "itemdoubleclick": False}
    return figure.update_layout(legend=legend, margin={"b": 56, "l": 10})
