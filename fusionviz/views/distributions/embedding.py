"""Tokens of all modalities in one plane, a panel a stage."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fusionviz.analysis.distributions.embedding import (
    METHOD_TITLES,
    Embedding,
    Panel,
)
from fusionviz.analysis.distributions.token_plane import Points
from fusionviz.analysis.shared.subjects.tokens import STAGE_TITLES, Stage
from fusionviz.views.distributions.token_clouds import (
    Picked,
    centre_trace,
    cloud_traces,
    legend_traces,
    link_trace,
    symbols_of,
)
from fusionviz.views.shared.style import (
    FONT_SIZE,
    dress,
    in_percent,
    modality_name,
    three_digits,
)

LINE_PIXELS = 19
NOTE_SIZE = 14
_AROUND = 1.06
"""How much further than the outermost token axes reach."""

_CUT = 100
"""Of so many tokens of a panel one may lie beyond each edge, lest it decide."""


def draw_embedding(
    embedding: Embedding,
    picked: Mapping[Stage, Picked] | None = None,
    *,
    links: bool = False,
) -> go.Figure:
    """Draw the panels side by side on shared axes; the anchor is drawn below.

    Args:
        embedding: What to draw.
        picked: Tokens to bring out, at each stage.
        links: Whether to draw lines between tokens that belong together.
    """
    panels = embedding.panels
    figure = make_subplots(
        rows=1, cols=len(panels), shared_yaxes=True, horizontal_spacing=0.015
    )
    names = [cloud.name for cloud in panels[-1].clouds]
    symbols = symbols_of(names, embedding.anchor)
    for column, panel in enumerate(panels, 1):
        at = (picked or {}).get(panel.stage, {})
        for trace in _traces(panel, embedding.anchor, symbols, at, links=links):
            figure.add_trace(trace, row=1, col=column)
    empty = any(cloud.empty.any() for panel in panels for cloud in panel.clouds)
    shows_links = links and any(panel.links for panel in panels)
    keys = legend_traces(names, symbols, empty=empty, links=shows_links)
    figure.add_traces(keys)
    _set_axes(figure, embedding)
    lines_above = 1 + max(len(_notes(panel, embedding)) for panel in panels)
    _add_titles(figure, embedding, lines_above)
    top = LINE_PIXELS * lines_above + 36
    dress(figure, top=top)
    legend = {"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top"}
    return figure.update_layout(
        legend=legend, margin={"l": 62, "b": 54, "r": 8}, dragmode="lasso"
    )


def _traces(
    panel: Panel,
    anchor: str,
    symbols: Mapping[str, str],
    picked: Picked,
    *,
    links: bool,
) -> Iterator[go.Scatter]:
    """Return what draws a panel, from below: lines, the anchor, others, centres."""
    if links and panel.links:
        yield link_trace(panel.clouds, panel.links, anchor, picked)
    for cloud in reversed(panel.clouds):
        yield from cloud_traces(cloud, symbols[cloud.name], picked)
    for cloud in panel.clouds:
        yield centre_trace(cloud, is_anchor=cloud.name == anchor)


def describe_embedding(embedding: Embedding) -> str:
    """Return in words what `draw_embedding` shows."""
    clouds = embedding.panels[-1].clouds
    names = " and ".join(modality_name(cloud.name) for cloud in clouds)
    said = [f"Tokens of {names} in a plane by {METHOD_TITLES[embedding.method]}"]
    for panel in embedding.panels:
        title = STAGE_TITLES[panel.stage]
        if panel.stage == "raw":
            said.append(f"{title}: each modality in a space of its own")
        elif panel.separations:
            apart = ", ".join(
                f"{one.title} {three_digits(one.centres)}" for one in panel.separations
            )
            said.append(f"{title}: centres apart {apart}")
        else:
            said.append(f"{title}: one modality")
    return "; ".join(said) + "."


def _notes(panel: Panel, embedding: Embedding) -> list[str]:
    """Return the lines under a panel's title."""
    if panel.stage == "raw":
        notes = ["a space for each,", "turned to fit"]
        gone = ", ".join(modality_name(name) for name in panel.left_out)
        return [*notes, f"no features: {gone}"] if gone else notes
    notes = _say_apart(panel, embedding.anchor)
    if panel.stage == "aligned":
        hollow = sum(int(cloud.empty.sum()) for cloud in panel.clouds)
        notes += [f"hollow: {hollow} got nothing"] if hollow else []
    cut = [cloud for cloud in panel.clouds if len(cloud.tokens) < cloud.count]
    if cut:
        few = max(cut, key=lambda cloud: cloud.count)
        notes.append(f"{len(few.tokens)} of {few.count} tokens shown")
    outside = _beyond(panel, embedding)
    return [*notes, f"{outside} beyond the edges"] if outside else notes


def _say_apart(panel: Panel, anchor: str) -> list[str]:
    """Return how far the centres are from the anchor's, or from each other's."""
    apart = [
        one for one in panel.separations if one.second == anchor
    ] or panel.separations
    if len(apart) == 2 and {one.second for one in apart} == {anchor}:
        each = [
            f"{modality_name(one.first)} {three_digits(one.centres)}" for one in apart
        ]
        return [f"centres, from {modality_name(anchor)}'s:", ", ".join(each)]
    if not apart:
        return ["one modality"]
    mean = three_digits(float(np.mean([one.centres for one in apart])))
    if len(apart) == 1:
        return [f"centres {mean} apart"]
    return [f"centres {mean} apart,", f"mean of {len(apart)} pairs"]


def _add_titles(figure: go.Figure, embedding: Embedding, lines: int) -> None:
    """Write each panel's title and notes above it, from a common first line down."""
    for column, panel in enumerate(embedding.panels, 1):
        (axis,) = figure.select_xaxes(row=1, col=column)
        notes = _notes(panel, embedding)
        spare = ["&nbsp;"] * (lines - 1 - len(notes))
        small = [f'<span style="font-size:{NOTE_SIZE}px">{one}</span>' for one in notes]
        figure.add_annotation(
            text="<br>".join([f"<b>{STAGE_TITLES[panel.stage]}</b>", *small, *spare]),
            x=sum(axis.domain) / 2,
            y=1,
            yshift=3,
            xref="paper",
            yref="paper",
            xanchor="center",
            yanchor="bottom",
            showarrow=False,
            font_size=FONT_SIZE,
        )


def _set_axes(figure: go.Figure, embedding: Embedding) -> None:
    """Give all panels the same two axes, each as long as its tokens need."""
    low, high = (ends.tolist() for ends in _limits(embedding))
    look: dict[str, Any] = {
        "showgrid": True,
        "gridcolor": "rgba(128,128,128,0.25)",
        "zeroline": True,
        "zerolinewidth": 1,
        "zerolinecolor": "rgba(128,128,128,0.5)",
    }
    figure.update_xaxes(range=[low[0], high[0]], matches="x", nticks=5, **look)
    figure.update_yaxes(range=[low[1], high[1]], nticks=6, **look)
    for column in range(1, len(embedding.panels) + 1):
        title = _axis_title(embedding, 0)
        figure.update_xaxes(title_text=title, title_standoff=4, row=1, col=column)
    figure.update_yaxes(
        title_text=_axis_title(embedding, 1), title_standoff=4, row=1, col=1
    )


def _limits(embedding: Embedding) -> tuple[Points, Points]:
    """Return the ends of both axes, for all panels.

    A hundredth of a panel's tokens may lie beyond each. Ellipses are held, too, as
    far as that takes no more than a third of the way again.
    """
    ends, ellipses = [], []
    for panel in embedding.panels:
        places = np.sort(np.concatenate([one.places for one in panel.clouds]), axis=0)
        spare = len(places) // _CUT
        ends += [places[spare], places[len(places) - 1 - spare]]
        ellipses += [one.ellipse for one in panel.clouds if one.ellipse is not None]
    low, high = np.min(ends, axis=0), np.max(ends, axis=0)
    around = np.concatenate([np.array([low, high]), *ellipses])
    third = (high - low) / 3
    low = np.maximum(around.min(axis=0), low - third)
    high = np.minimum(around.max(axis=0), high + third)
    half = np.maximum((high - low) / 2, 0.02 * embedding.reach) * _AROUND
    middle = (low + high) / 2
    return middle - half, middle + half


def _beyond(panel: Panel, embedding: Embedding) -> int:
    """Return how many tokens of a panel lie beyond the axes' ends."""
    low, high = _limits(embedding)
    places = np.concatenate([one.places for one in panel.clouds])
    return int(((places < low) | (places > high)).any(axis=1).sum())


def _axis_title(embedding: Embedding, axis: int) -> str:
    """Return what an axis is, with its share of the variance, where it has one."""
    name = f"axis {axis + 1}"
    if embedding.explained is None:
        return f"{METHOD_TITLES[embedding.method]} {name} (no unit)"
    return f"{name}: {in_percent(embedding.explained[axis], decimals=1)} of variance"
