"""One sample's bits per dimension among those of others."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.latents.oddness import Oddness
from fusionviz.views.shared.style import (
    FONT_SIZE,
    MARK,
    dress,
    in_percent,
    three_digits,
)

BARS = 32
OTHERS = "#7C8894"
_GREY = "#8A8A8A"


def draw_oddness(oddness: Oddness) -> go.Figure:
    """Draw the others' histogram with the sample in it; alone where there are none.

    Args:
        oddness: The sample and the others.
    """
    figure = go.Figure()
    if oddness.others is not None:
        _draw_others(figure, oddness.others, oddness.median)
    else:
        _say_alone(figure)
    # A point that cannot be seen keeps the sample inside the axis, however odd it is.
    sample = go.Scatter(
        x=[oddness.bits_per_dim], y=[0], mode="markers", marker_opacity=0
    )
    figure.add_trace(sample.update(hoverinfo="skip"))
    figure.add_vline(
        x=oddness.bits_per_dim,
        line={"color": MARK, "width": 4},
        annotation={
            "text": f"<b>this pair: {three_digits(oddness.bits_per_dim)}</b>",
            "yref": "paper",
            "y": 1.0,
            "yanchor": "bottom",
            "yshift": 20,
            "xanchor": "center",
        },
    )
    figure.update_xaxes(title="bits per dimension: what costs fewer is more expected")
    figure.update_annotations(font_size=FONT_SIZE)
    dress(figure, top=64)
    return figure.update_layout(
        showlegend=False, bargap=0.06, margin={"l": 10, "r": 10, "b": 50}
    )


def _say_alone(figure: go.Figure) -> None:
    figure.update_yaxes(visible=False)
    figure.add_annotation(
        text="Other samples have not been measured:<br>nothing to compare with yet",
        x=0.02,
        y=0.5,
        xref="paper",
        yref="paper",
        xanchor="left",
        showarrow=False,
    )


def describe_oddness(oddness: Oddness) -> str:
    """Return in words what `draw_oddness` shows."""
    bits = f"{three_digits(oddness.bits_per_dim)} bits per dimension"
    words = how_odd(oddness)
    return f"This pair costs {bits}" + ("." if words is None else f": it is {words}.")


def how_odd(oddness: Oddness) -> str | None:
    """Return the sample's place among the others in words; None without others."""
    if oddness.others is None or oddness.odder_than is None:
        return None
    share = in_percent(oddness.odder_than, decimals=0, down=True)
    return f"odder than {share} of {len(oddness.others)} samples"


def _draw_others(figure: go.Figure, others: NDArray[np.float64], median: float) -> None:
    figure.add_trace(
        go.Histogram(
            x=others,
            nbinsx=BARS,
            marker_color=OTHERS,
            hovertemplate="%{x} bits: %{y} samples<extra></extra>",
        )
    )
    figure.add_vline(
        x=median,
        line={"color": _GREY, "dash": "dash", "width": 2},
        annotation={
            "text": f"median {three_digits(median)}",
            "yref": "paper",
            "y": 1.0,
            "yanchor": "bottom",
            "xanchor": "center",
        },
    )
    figure.update_yaxes(title=f"of {others.size} samples", rangemode="nonnegative")
