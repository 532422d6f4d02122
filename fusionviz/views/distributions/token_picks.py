"""Picked tokens where they came from: patches of pictures, steps on a time axis."""

from html import escape

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.distributions.token_picks import Selection
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.subjects.tokens import TokenSide
from fusionviz.analysis.shared.time_axis import TimeAxis, time_axis
from fusionviz.views.shared.label_room import shorten
from fusionviz.views.shared.patches import frame_patches
from fusionviz.views.shared.pixels import picture_address
from fusionviz.views.shared.scale import Scale, depth_scale
from fusionviz.views.shared.style import (
    FONT_SIZE,
    MARK,
    dress,
    frame_picture,
    modality_colour,
    modality_name,
    modality_title,
)

LIT = 0.3
"""How much of itself a picture keeps where nothing is picked."""

STRIP_PIXELS = 750
"""Width of the strip where the page is narrowest."""

_BAR = 0.6
_FADED = "40"
"""Opacity of what is not picked, as a colour's last two digits."""

_GREY = 128.0


def draw_picked(selection: Selection) -> go.Figure:
    """Draw picked tokens lit, and in the anchor where they are sent.

    Args:
        selection: With nothing picked, all is lit.
    """
    if selection.pictures is not None:
        return _draw_pictures(selection, selection.pictures)
    return _draw_steps(selection)


def describe_picked(selection: Selection) -> str:
    """Return in words what `draw_picked` shows."""
    what = "Pictures" if selection.pictures is not None else "Steps on a time axis"
    if not selection.picked:
        return f"{what}; no token is picked."
    told = ", ".join(
        f"{count} of {modality_name(n)}" for n, count in selection.counts.items()
    )
    sent = ", ".join(
        f"{modality_name(name)} goes to {len(selection.goals(name))} of "
        f"{selection.anchor}"
        for name in selection.sent
    )
    return f"{what}, picked tokens are lit: {told}" + (f"; {sent}." if sent else ".")


def _draw_pictures(selection: Selection, pictures: Pictures) -> go.Figure:
    figure = make_subplots(
        rows=1,
        cols=len(selection.sides),
        subplot_titles=[_title(selection, side.name) for side in selection.sides],
        horizontal_spacing=0.03,
    )
    scale = None if pictures.depth_m is None else depth_scale([pictures.depth_m])
    for column, side in enumerate(selection.sides, 1):
        pixels = _dim(_paint(pictures, side.name, scale), side, selection)
        image = go.Image(source=picture_address(pixels), hoverinfo="skip")
        for trace in (image, *_frames(selection, side, pictures.width)):
            figure.add_trace(trace, row=1, col=column)
        frame_picture(
            figure, width=pictures.width, height=pictures.height, column=column
        )
    if scale is not None:
        figure.add_trace(scale.bar(x=1.0, y=0.5, length=0.8))
    figure.update_annotations(font_size=FONT_SIZE)
    return dress(figure).update_layout(margin_r=110)


def _title(selection: Selection, name: str) -> str:
    parts = _count(selection, name)
    if name == selection.anchor:
        parts += [
            f"dotted: where {modality_name(one)}'s are sent" for one in selection.sent
        ]
    return modality_title(name, ", ".join(parts))


def _count(selection: Selection, name: str) -> list[str]:
    counts = selection.counts
    return [f"{counts[name]} picked"] if name in counts else []


def _paint(pictures: Pictures, name: str, scale: Scale | None) -> NDArray[np.uint8]:
    if scale is not None and pictures.depth_m is not None and name == "depth":
        return scale.paint(pictures.depth_m)
    if pictures.rgb is None:
        return np.full((*pictures.size, 3), _GREY, np.uint8)
    return pictures.rgb


def _dim(
    pixels: NDArray[np.uint8], side: TokenSide, selection: Selection
) -> NDArray[np.uint8]:
    """Return a picture whose patches are grey but for those that are picked."""
    if not selection.picked or side.grid is None:
        return pixels
    mask = selection.picked.get(side.name, np.zeros(side.grid.places, bool))
    cell = pixels.shape[1] // side.grid.columns
    lit = np.zeros(pixels.shape[:2], bool)
    own = mask.reshape(side.grid).repeat(cell, axis=0).repeat(cell, axis=1)
    lit[: own.shape[0], : own.shape[1]] = own
    faint = _GREY + LIT * (pixels - _GREY)
    return np.where(lit[..., None], pixels, faint).astype(np.uint8)


def _frames(selection: Selection, side: TokenSide, width: int) -> list[go.Scatter]:
    """Return the frames of picked patches, dotted ones where others are sent."""
    if side.grid is None:
        return []
    corner = [(-0.5, -0.5)]
    frames = []
    if side.name in selection.picked:
        (own,) = np.nonzero(selection.picked[side.name])
        frames.append(frame_patches(own.tolist(), side.grid, corner, width))
    if side.name == selection.anchor:
        for name in selection.sent:
            goals = selection.goals(name).tolist()
            dotted = frame_patches(goals, side.grid, corner, width)
            frames.append(dotted.update(line={"dash": "dot", "width": 2}))
    return frames


def _draw_steps(selection: Selection) -> go.Figure:
    axis = time_axis(selection.sides)
    rows = {side.name: row for row, side in enumerate(reversed(selection.sides))}
    figure = go.Figure()
    for side in selection.sides:
        figure.add_trace(_bars(side, axis, rows[side.name], selection))
    for name, pairs in selection.sent.items():
        figure.add_trace(_ways(name, selection.anchor, pairs, axis, rows))
    title = "seconds" if axis.in_seconds else "step of the longest sequence"
    if axis.guessed:
        title += (
            f" ({axis.guessed} steps without a time stand between their neighbours)"
        )
    grid = {"showgrid": True, "gridcolor": "rgba(128,128,128,0.25)", "zeroline": False}
    figure.update_xaxes(
        title_text=title, title_standoff=4, range=list(axis.reach), **grid
    )
    figure.update_yaxes(
        tickvals=list(rows.values()),
        ticktext=[
            modality_title(name, "".join(_count(selection, name))) for name in rows
        ],
        showgrid=False,
        range=[-0.5, len(rows) - 0.5],
    )
    dress(figure, top=10)
    return figure.update_layout(
        barmode="overlay", margin={"l": 150, "b": 50, "r": 12}, showlegend=False
    )


def _bars(side: TokenSide, axis: TimeAxis, row: int, selection: Selection) -> go.Bar:
    span = axis.spans[side.name]
    mask = selection.picked.get(side.name, np.zeros(len(side), bool))
    lit = mask if selection.picked else np.ones(len(side), bool)
    wide = span[:, 1] - span[:, 0]
    pixels = wide / (axis.reach[1] - axis.reach[0]) * STRIP_PIXELS - 2
    written = [shorten(*one) for one in zip(side.labels, pixels, strict=True)]
    said = [escape(label) for label in side.labels]
    colour = modality_colour(side.name)
    edge = {
        "color": np.where(mask, MARK, "rgba(128,128,128,0.6)"),
        "width": np.where(mask, 2.0, 1.0),
    }
    return go.Bar(
        orientation="h",
        base=span[:, 0].round(4).tolist(),
        x=wide.round(4).tolist(),
        y=[row] * len(side),
        width=_BAR,
        marker={
            "color": [colour if one else f"{colour}{_FADED}" for one in lit.tolist()],
            "line": edge,
        },
        text=[escape(one) if side.name == selection.anchor else "" for one in written],
        textposition="inside",
        insidetextanchor="middle",
        textfont_size=14,
        constraintext="none",
        textangle=0,
        customdata=said,
        hovertemplate="%{customdata}<extra>" + modality_name(side.name) + "</extra>",
        name=side.name,
    )


def _ways(
    name: str,
    anchor: str,
    pairs: NDArray[np.int64],
    axis: TimeAxis,
    rows: dict[str, int],
) -> go.Scatter:
    """Return lines from picked steps to where most of their mass is sent."""
    start = axis.spans[name].mean(axis=1)[pairs[:, 0]]
    end = axis.spans[anchor].mean(axis=1)[pairs[:, 1]]
    x = np.stack([start, end, np.full(len(pairs), np.nan)], axis=1).ravel()
    ends = [rows[name] - _BAR / 2, rows[anchor] + _BAR / 2, None]
    return go.Scatter(
        x=[None if np.isnan(one) else round(one, 4) for one in x.tolist()],
        y=ends * len(pairs),
        mode="lines",
        line={"color": MARK, "width": 1.5},
        hoverinfo="skip",
        name=f"{name} sent",
    )
