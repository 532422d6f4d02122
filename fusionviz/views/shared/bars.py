"""Colour bars: level ones under the panels, upright ones beside them."""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from fusionviz.views.shared.style import FONT_SIZE

BESIDE_PICTURE = {"xanchor": "left", "thickness": 11, "xpad": 0, "ypad": 2}
"""Of an upright bar at a picture's right edge, as tall as the picture."""


def level_bar(
    *,
    middle: float,
    length: float,
    y: float = -0.02,
    anchor: str = "top",
    yref: str = "paper",
    padding: int = 2,
) -> dict[str, Any]:
    """Return a level colour bar without words: whoever draws it writes its ends.

    Args:
        middle: Of the bar, in parts of the figure's width.
        length: Of the bar, in parts of the figure's width.
        y: Of its `anchor`, in parts of what `yref` names.
        anchor: Which of its edges is at y: `top` or `bottom`.
        yref: `paper`, the plot, or `container`, the whole figure.
        padding: Pixels above and below.
    """
    place = {} if yref == "paper" else {"yref": yref}
    return {
        "orientation": "h",
        "x": middle,
        "len": length,
        "y": y,
        **place,
        "yanchor": anchor,
        "xpad": 0,
        "ypad": padding,
        "thickness": 12,
        "outlinewidth": 0,
        "tickvals": [],
    }


def add_scale_bar(
    figure: go.Figure, ends: tuple[str, str], *, middle: float, length: float
) -> dict[str, Any]:
    """Write the two ends of a level colour bar under the panels, and return the bar.

    Args:
        figure: Where the bar stands.
        ends: What the lowest and the highest colour mean, with unit.
        middle: Of the bar, in parts of the figure's width.
        length: Of the bar, in parts of the figure's width.
    """
    first, last = ends
    write_end(figure, first, x=middle - length / 2, side="left", shift=-24)
    write_end(figure, last, x=middle + length / 2, side="right", shift=-24)
    return level_bar(middle=middle, length=length)


def write_end(
    figure: go.Figure,
    text: str,
    *,
    x: float,
    side: str,
    shift: int,
    edge: str = "top",
) -> None:
    """Write what an end of a level colour bar means.

    Args:
        figure: It has the bar.
        text: With the unit.
        x: Of the text's `side`, `left` or `right`, in parts of the figure's width.
        side: Of the text that stands at x.
        shift: Pixels from the lower edge of the panels, negative: below.
        edge: Of the text that stands there, `top` or `bottom`.
    """
    figure.add_annotation(
        text=text,
        x=x,
        y=0,
        yshift=shift,
        xref="paper",
        yref="paper",
        xanchor=side,
        yanchor=edge,
        showarrow=False,
        font_size=FONT_SIZE,
    )


def upright_bar(
    *,
    x: float,
    length: float,
    title: str = "",
    ticks: Mapping[float, str] | int,
    small: bool = False,
    place: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return an upright colour bar.

    Args:
        x: Of its left edge, in parts of the figure's width.
        length: In parts of the figure's height.
        title: Above it, with the unit.
        ticks: What is written at some values, or how many values at most have a tick.
        small: Whether the ticks' type is one pixel smaller than all else.
        place: Further what Plotly's colour bars have, `y` or `xpad`.
    """
    marks: dict[str, Any] = {"nticks": ticks}
    if not isinstance(ticks, int):
        marks = {"tickvals": list(ticks), "ticktext": list(ticks.values())}
    if title:
        size = {"size": FONT_SIZE}
        marks["title"] = {"text": title, "side": "top", "font": size}
    return {
        **marks,
        "tickfont": {"size": FONT_SIZE - small},
        "thickness": 12,
        "outlinewidth": 0,
        "len": length,
        "x": x,
        **(place or {}),
    }


def carry_bar(
    bar: dict[str, Any],
    *,
    low: float,
    high: float,
    colours: Any,  # noqa: ANN401 - a scale by name, or its stops
) -> go.Scatter:
    """Return a trace that draws nothing but a colour bar.

    Args:
        bar: Where it stands and what is written on it.
        low: Value of its first colour.
        high: Value of its last.
        colours: A colour scale, by name or as Plotly takes it.
    """
    marker = {
        "color": [low],
        "cmin": low,
        "cmax": high,
        "colorscale": colours,
        "colorbar": bar,
        "showscale": True,
        "opacity": 0,
    }
    return go.Scatter(
        x=[None],
        y=[None],
        mode="markers",
        marker=marker,
        showlegend=False,
        hoverinfo="skip",
    )
