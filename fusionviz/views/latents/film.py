"""The flow as a film: to run through, or all frames of the way there at once."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fusionviz.analysis.latents.film import Film
from fusionviz.views.latents.mosaic import Mosaic
from fusionviz.views.shared.player import add_player, line_at
from fusionviz.views.shared.scale import Scale, depth_scale
from fusionviz.views.shared.style import (
    FONT_SIZE,
    MODALITY_NAMES,
    dress,
    modality_title,
    three_digits,
)

NAMES = tuple(MODALITY_NAMES)
CURVES = {
    "deviation": ("standard deviation", "#8A8A8A", "solid"),
    "mean_size": ("mean |token|", "#009E73", "dash"),
}


def draw_film(film: Film) -> go.Figure:
    """Draw one frame, with a slider that runs from the pictures to noise and back.

    On the left what the codec makes of the tokens, beside it the size of each token;
    on the right the tokens' spread and log|det| over all frames.

    Args:
        film: Frames there and back.
    """
    figure = _panels()
    mosaic = Mosaic(rows=2, columns=2, cell_pixels=180, shape=film.pictures[0].shape)
    scales = _scales(film)
    headings = mosaic.headings(["decoded", "token sizes"])
    figure.add_trace(headings, row=1, col=1)
    for scale, x in zip(scales, (0.42, 0.51), strict=True):
        figure.add_trace(scale.bar(x=x, y=0.5, length=0.7), row=1, col=1)
    figure.update_layout(images=_shown(film, mosaic, scales, 0))
    mosaic.name_rows(figure, [modality_title(name) for name in NAMES])
    mosaic.fit(figure)
    _draw_curves(figure, film)
    # A frame has to name a trace of each panel: of one without, all are taken away.
    moving = [0]
    for row in (1, 2):
        figure.add_trace(_line_at(film, 0, row), row=row, col=2)
        moving.append(len(figure.data) - 1)
    frames = [
        go.Frame(
            data=[headings, *(_line_at(film, frame, row) for row in (1, 2))],
            traces=moving,
            layout={"images": _shown(film, mosaic, scales, frame)},
        )
        for frame in range(len(film.names))
    ]
    figure.update_annotations(font_size=FONT_SIZE)
    dress(figure)
    add_player(figure, frames, film.ticks, prefix="tokens: ", milliseconds=900)
    legend = {"orientation": "h", "x": 1, "xanchor": "right", "y": 0.5}
    return figure.update_layout(legend={**legend, "yanchor": "middle"})


def _panels() -> go.Figure:
    return make_subplots(
        rows=2,
        cols=2,
        specs=[[{"rowspan": 2}, {}], [None, {}]],
        column_widths=[0.55, 0.45],
        horizontal_spacing=0.24,
        vertical_spacing=0.22,
        subplot_titles=["", "<b>tokens</b>, no unit", "<b>log|det| so far</b>, nats"],
    )


def draw_all_frames(film: Film) -> go.Figure:
    """Draw the way from x to z: RGB, depth, token sizes after each block.

    Under each block log|det| so far.

    Args:
        film: Its way there is drawn.
    """
    places = [frame for frame in range(film.turn + 1) if film.ends_block[frame]]
    count = len(places)
    cell = min(820 / count, 105)
    mosaic = Mosaic(
        rows=4,
        columns=count,
        cell_pixels=cell,
        notes=(3,),
        shape=film.pictures[0].shape,
    )
    scales = _scales(film)
    columns = [_pictures(film, scales, frame) for frame in places]
    rows = [
        [column[row][side] for column in columns] for side in (0, 1) for row in (0, 1)
    ]
    titles = [film.ticks[frame] for frame in places]
    notes = [f"{three_digits(film.log_det[frame])} nats" for frame in places]
    figure = go.Figure([mosaic.headings(titles), mosaic.words([notes])])
    figure.add_traces(
        [
            scale.bar(x=0.0, y=y, length=0.42, anchor="right")
            for scale, y in zip(scales, (0.75, 0.25), strict=True)
        ]
    )
    figure.update_layout(images=mosaic.pictures(rows))
    mosaic.name_rows(
        figure,
        [modality_title(name, kind) for kind in ("", "tokens") for name in NAMES],
    )
    mosaic.fit(figure, towards="left")
    dress(figure, top=8)
    return figure.update_layout(margin_l=84)


def describe_film(film: Film) -> str:
    """Return in words what both pictures show."""
    deviation, turn = film.deviation, film.turn
    return (
        f"The tokens of a pair at {turn} stops and back, decoded, with the "
        f"size of each token. Their standard deviation goes from "
        f"{three_digits(float(deviation[0]))} to {three_digits(float(deviation[turn]))}"
        f", log|det| to {three_digits(float(film.log_det[turn]))} nats."
    )


def _scales(film: Film) -> tuple[Scale, Scale]:
    """Return the scales of depth, that of the first frame, and of token sizes."""
    depth = depth_scale([np.asarray(film.pictures[0].depth_m)])
    tokens = Scale(title="no unit", low=0.0, high=float(film.token_size.max()))
    return depth, tokens


def _pictures(
    film: Film, scales: Sequence[Scale], frame: int
) -> list[list[np.ndarray]]:
    """Return RGB and its token sizes, depth and its token sizes."""
    depth, tokens = scales
    decoded = film.pictures[frame]
    sizes = [tokens.paint(one) for one in film.token_size[frame]]
    painted = depth.paint(np.asarray(decoded.depth_m))
    return [[np.asarray(decoded.rgb), sizes[0]], [painted, sizes[1]]]


def _shown(
    film: Film, mosaic: Mosaic, scales: Sequence[Scale], frame: int
) -> list[dict]:
    return mosaic.pictures(_pictures(film, scales, frame))


def _draw_curves(figure: go.Figure, film: Film) -> None:
    frames = list(range(len(film.names)))
    for field, (name, colour, dash) in CURVES.items():
        curve = _curve(frames, getattr(film, field), film, name, colour, dash)
        figure.add_trace(curve, row=1, col=2)
    curve = _curve(frames, film.log_det, film, "log|det|", "#7A55B8", "solid")
    figure.add_trace(curve.update(showlegend=False), row=2, col=2)
    shown = [frame for frame in frames if film.ends_block[frame]]
    names = [film.ticks[frame] for frame in shown]
    axis = {"tickvals": shown, "ticktext": names, "zeroline": False}
    figure.update_xaxes(col=2, tickfont_size=14, **axis)
    figure.update_yaxes(col=2, tickfont_size=14, nticks=5)
    figure.update_yaxes(row=1, col=2, rangemode="tozero")


def _curve(
    frames: list[int],
    values: np.ndarray,
    film: Film,
    name: str,
    colour: str,
    dash: str,
) -> go.Scatter:
    return go.Scatter(
        x=frames,
        y=values,
        text=film.names,
        mode="lines+markers",
        line={"color": colour, "width": 3, "dash": dash},
        name=name,
        hovertemplate="%{text}: %{y:.3g}<extra>" + name + "</extra>",
    )


def _line_at(film: Film, frame: int, row: int) -> go.Scatter:
    """Return the upright line at a frame, over the whole height of a chart."""
    if row == 1:
        low, high = 0.0, float(max(film.deviation.max(), film.mean_size.max()))
    else:
        low, high = float(film.log_det.min()), float(film.log_det.max())
    return line_at(frame, (low, high))
