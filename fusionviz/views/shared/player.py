"""A slider inside a figure, and buttons that play it: no server is asked."""

from collections.abc import Sequence

import plotly.graph_objects as go

from fusionviz.views.shared.style import FONT_SIZE, MARK

ROOM = 96
"""Pixels under the figure that the slider needs."""

_LINE = {"color": MARK, "width": 3}

_BUTTON = {"bgcolor": "rgba(128,128,128,0.16)", "bordercolor": "#8A8A8A"}


def add_player(
    figure: go.Figure,
    frames: Sequence[go.Frame],
    labels: Sequence[str],
    *,
    prefix: str,
    start: int = 0,
    milliseconds: int = 700,
) -> None:
    """Give a figure its frames, and a slider with play and pause under it.

    Args:
        figure: Shows the frame `start` already.
        frames: What the traces that move are in each.
        labels: Of the frames, on the slider.
        prefix: Said before the label of the frame that is shown.
        start: The frame that the figure shows.
        milliseconds: Each frame stays for, when played.
    """
    names = [str(index) for index in range(len(frames))]
    figure.frames = [
        frame.update(name=name) for frame, name in zip(frames, names, strict=True)
    ]
    steps = [
        {"method": "animate", "label": label, "args": [[name], _timing(0)]}
        for name, label in zip(names, labels, strict=True)
    ]
    slider = _slider(steps, prefix) | {"active": start}
    buttons = _buttons(milliseconds)
    figure.update_layout(sliders=[slider], updatemenus=[buttons], margin_b=ROOM)


def line_at(
    x: float, reach: tuple[float, float], *, axes: int | None = None
) -> go.Scatter:
    """Return the upright line that follows the slider over a chart.

    Args:
        x: Where it stands.
        reach: Lowest and highest end.
        axes: Number of the chart's axes, where the line is not added by row and column.
    """
    place = {} if axes is None else {"xaxis": f"x{axes}", "yaxis": f"y{axes}"}
    return go.Scatter(
        x=[x, x],
        y=list(reach),
        mode="lines",
        line=_LINE,
        hoverinfo="skip",
        showlegend=False,
        **place,
    )


def _slider(steps: Sequence[dict], prefix: str) -> dict:
    return {
        "steps": list(steps),
        "x": 0.13,
        "len": 0.86,
        "y": 0,
        "yanchor": "top",
        "pad": {"t": 26, "b": 0},
        "currentvalue": {
            "prefix": prefix,
            "xanchor": "left",
            "offset": 8,
            "font": {"size": FONT_SIZE},
        },
        "font": {"size": 14},
        "tickcolor": "#8A8A8A",
        "activebgcolor": "#8A8A8A",
        **_BUTTON,
    }


def _buttons(milliseconds: int) -> dict:
    play = {"label": "▶", "method": "animate", "args": [None, _timing(milliseconds)]}
    pause = {"label": "❚❚", "method": "animate", "args": [[None], _timing(0)]}
    return {
        "type": "buttons",
        "direction": "left",
        "buttons": [play, pause],
        "showactive": False,
        "x": 0,
        "xanchor": "left",
        "y": 0,
        "yanchor": "top",
        "pad": {"t": 44, "r": 8},
        "font": {"size": FONT_SIZE},
        **_BUTTON,
    }


def _timing(milliseconds: int) -> dict:
    return {
        "mode": "immediate",
        "fromcurrent": True,
        # What moves are lines, words and `layout.images`, which need no redrawing of
        # the whole figure: that takes three times as long.
        "frame": {"duration": milliseconds, "redraw": False},
        "transition": {"duration": 0},
    }
