"""One modality's tokens in one panel: points, their middle, and how they spread."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.distributions.embedding import Cloud
from fusionviz.analysis.distributions.stage_tokens import Links
from fusionviz.views.shared.style import (
    MARK,
    modality_colour,
    modality_name,
)

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "pentagon", "star")
"""Of the anchor, and of the others in their order: nothing is told by colour alone."""

POINT_SIZE = 6
OPACITY, FADED = 0.75, 0.3
_QUIET, _FAINT = "rgba(128,128,128,0.7)", "rgba(128,128,128,0.35)"
_FEW = 24
"""Picked points of a cloud up to which they are enlarged."""

_MANY = 80
"""Lines from which on they are fainter."""

Picked = Mapping[str, NDArray[np.bool_]]
"""Tokens of one stage that are picked, by modality, (token,)."""


def symbols_of(names: Sequence[str], anchor: str) -> dict[str, str]:
    """Return the marker of each modality."""
    others = [name for name in names if name != anchor]
    symbols = {
        name: SYMBOLS[1 + number % (len(SYMBOLS) - 1)]
        for number, name in enumerate(others)
    }
    return symbols | {anchor: SYMBOLS[0]}


def cloud_traces(cloud: Cloud, symbol: str, picked: Picked) -> list[go.Scatter]:
    """Return what draws a cloud, from below: ellipse, points, picked ones.

    Each point's customdata is (modality, token, whether it was moved to the anchor).

    Args:
        cloud: One modality's tokens.
        symbol: Of its points.
        picked: At this stage; where any is, all others fade.
    """
    mask = picked.get(cloud.name)
    chosen = np.zeros(len(cloud.tokens), bool) if mask is None else mask[cloud.tokens]
    shape = np.where(cloud.empty, f"{symbol}-open", symbol)
    opacity = FADED if picked else OPACITY
    colour = modality_colour(cloud.name)
    line = {"width": np.where(cloud.empty, 1.2, 0.0), "color": colour}
    marker = {"color": colour, "size": POINT_SIZE, "symbol": shape, "line": line}
    traces = [_points(cloud, slice(None), marker | {"opacity": opacity})]
    if chosen.any():
        is_few = chosen.sum() <= _FEW
        bright = {
            "color": colour,
            "size": POINT_SIZE + (4 if is_few else 1),
            "symbol": shape[chosen],
            "opacity": 1.0,
            "line": {"width": 2 if is_few else 1, "color": MARK},
        }
        traces.append(_points(cloud, chosen, bright))
    if cloud.ellipse is not None:
        traces.insert(0, _outline(cloud.ellipse, colour, cloud.name))
    return traces


def centre_trace(cloud: Cloud, *, is_anchor: bool) -> go.Scatter:
    """Return the centre, edged so that it stands out of its own points.

    Upright for the anchor and slanted for others, so that two at one place are seen.
    """
    edge = {"color": "rgba(255,255,255,0.95)", "width": 1.5}
    symbol = "cross" if is_anchor else "x"
    look = {"symbol": symbol, "size": 14, "color": modality_colour(cloud.name)}
    return go.Scatter(
        x=[round(float(cloud.centre[0]), 4)],
        y=[round(float(cloud.centre[1]), 4)],
        mode="markers",
        marker=look | {"line": edge},
        text=[f"centre of {modality_name(cloud.name)}"],
        hovertemplate="%{text}<extra></extra>",
        legendgroup=cloud.name,
        name=f"{cloud.name} centre",
        showlegend=False,
    )


def link_trace(
    clouds: Sequence[Cloud], links: Links, anchor: str, picked: Picked
) -> go.Scatter:
    """Return lines between tokens that belong together; of picked ones, if any are."""
    at = {
        cloud.name: dict(zip(cloud.tokens.tolist(), cloud.places, strict=True))
        for cloud in clouds
    }
    x: list[float | None] = []
    y: list[float | None] = []
    for name, pairs in links.items():
        for here, there in pairs.tolist():
            start, end = at[name].get(here), at[anchor].get(there)
            ends = ((name, here), (anchor, there))
            is_wanted = not picked or any(_has(picked, *one) for one in ends)
            if start is not None and end is not None and is_wanted:
                x += [*np.round([start[0], end[0]], 4).tolist(), None]
                y += [*np.round([start[1], end[1]], 4).tolist(), None]
    colour = MARK if picked else _FAINT if len(x) > 3 * _MANY else _QUIET
    line = {"width": 1, "color": colour}
    return go.Scatter(
        x=x,
        y=y,
        mode="lines",
        line=line,
        hoverinfo="skip",
        legendgroup="links",
        showlegend=False,
        name="links",
    )


def _has(picked: Picked, name: str, token: int) -> bool:
    mask = picked.get(name)
    return mask is not None and bool(mask[token])


def legend_traces(
    names: Sequence[str], symbols: Mapping[str, str], *, empty: bool, links: bool
) -> list[go.Scatter]:
    """Return traces without points that stand for others in the legend.

    Args:
        names: Modalities, in the order in which they are named.
        symbols: Of each.
        empty: Whether there are hollow points.
        links: Whether there are lines between tokens.
    """
    grey = "#8A8A8A"
    modalities = [
        _key(
            modality_name(name),
            "markers",
            group=name,
            marker=_look(name, symbols[name]),
        )
        for name in names
    ]
    others = [
        _key("centre", "markers", marker={"symbol": "x", "size": 11, "color": grey}),
        _key("95 % of a Gaussian", "lines", line={"color": grey, "width": 2}),
    ]
    if empty:
        marker = {"symbol": "diamond-open", "size": 9, "color": grey}
        others.append(_key("received nothing", "markers", marker=marker))
    if links:
        line = {"color": _QUIET, "width": 1.5}
        others.append(_key("belong together", "lines", group="links", line=line))
    return [*modalities, *others]


def _look(name: str, symbol: str) -> dict[str, Any]:
    return {"symbol": symbol, "size": 10, "color": modality_colour(name)}


def _key(
    title: str,
    mode: str,
    group: str | None = None,
    **look: Any,  # noqa: ANN401
) -> go.Scatter:
    return go.Scatter(
        x=[None],
        y=[None],
        mode=mode,
        name=title,
        legendgroup=group or title,
        hoverinfo="skip",
        **look,
    )


def _points(
    cloud: Cloud, which: slice | NDArray[np.bool_], marker: dict[str, Any]
) -> go.Scatter:
    data = [[cloud.name, token, cloud.moved] for token in cloud.tokens[which].tolist()]
    said = [
        escape(label) + (", received nothing" if empty else "")
        for label, empty in zip(
            np.array(cloud.labels)[which], cloud.empty[which], strict=True
        )
    ]
    same = {"marker": {"opacity": marker["opacity"]}}
    return go.Scatter(
        x=cloud.places[which, 0].round(4).astype(np.float32),
        y=cloud.places[which, 1].round(4).astype(np.float32),
        mode="markers",
        marker=marker,
        customdata=data,
        text=said,
        hovertemplate="%{text}<extra></extra>",
        selected=same,
        unselected=same,
        legendgroup=cloud.name,
        name=cloud.name,
        showlegend=False,
    )


def _outline(points: NDArray[np.float64], colour: str, name: str) -> go.Scatter:
    return go.Scatter(
        x=points[:, 0].round(4),
        y=points[:, 1].round(4),
        mode="lines",
        line={"color": colour, "width": 2},
        hoverinfo="skip",
        legendgroup=name,
        name=f"{name} ellipse",
        showlegend=False,
    )
