"""The one look of all figures: colours, type, and how a picture is framed."""

import colorsys
import zlib
from collections.abc import Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

MODALITY_COLOURS = {
    "rgb": "#E69F00",
    "video": "#E69F00",
    "depth": "#0072B2",
    "text": "#009E73",
    "audio": "#CC79A7",
    "thermal": "#D55E00",
}
"""Okabe and Ito's colours, safe for colour-blind eyes; the same on every page."""

OTHER_COLOURS = ("#54CC70", "#843CE8", "#B43C28", "#546C70", "#549CE8", "#6CCCA0")
"""For modalities that have no colour of their own.

They differ from those that have, from `MARK` and from one another by CIELAB distances
of about 17 and more, also as protanopes and deuteranopes see them (Machado et al.
2009); so do the known ones.
"""

_SENSORS = (
    ("eeg", "touch", "tactile"),
    ("lidar", "ecg", "heart"),
    ("radar", "emg", "force"),
    ("imu", "motion", "accelerometer"),
    ("gaze", "eye", "pose"),
    ("eda", "gsr", "skin"),
)
"""Those that are often there together have different ones of `OTHER_COLOURS`."""

MODALITY_NAMES = {"rgb": "RGB", "depth": "depth"}

LAYER_COLOURS = {
    "mmca": "#7A55B8",
    "imca": "#2A9DA5",
    "lica": "#B5A642",
    "coupling": "#8A8A8A",
    "mixing": "#A3A3A3",
    "actnorm": "#BDBDBD",
}

CLASS_COLOURS = {
    "bed": "#E67FAF",
    "books": "#8C5A2B",
    "ceiling": "#BFD8E8",
    "chair": "#D1495B",
    "floor": "#B08968",
    "furniture": "#7B6FC4",
    "objects": "#F2C14E",
    "picture": "#2FA8A0",
    "sofa": "#3B8E4F",
    "table": "#E8853A",
    "tv": "#2B3A67",
    "wall": "#CFC9BC",
    "window": "#4FA3E0",
}
"""NYU's 13 classes; large quiet surfaces are pale, things are strong."""

SEQUENTIAL = "Cividis"
DIVERGING = "RdBu"
MARK = "#FF2FD6"
"""For what the reader has picked: a colour that no scale and no modality has."""

FONT_SIZE = 15
PAPER = "rgba(0,0,0,0)"


def class_colours(names: Sequence[str]) -> list[str]:
    """Return a colour for each class: the 13 have their own, others are spread out.

    Hues go round by the golden angle, so that neighbours in the list differ most.
    """
    return [
        CLASS_COLOURS.get(name) or _spread_colour(index)
        for index, name in enumerate(names)
    ]


def _spread_colour(index: int) -> str:
    lightness = (0.45, 0.6, 0.72)[index % 3]
    rgb = colorsys.hls_to_rgb(index * 0.381966 % 1, lightness, 0.5)
    return "#" + "".join(f"{round(255 * part):02x}" for part in rgb)


def modality_colour(modality: str) -> str:
    """Return a modality's colour; one without its own has the same one every time.

    Two such names may share a colour: there are six.
    """
    if modality in MODALITY_COLOURS:
        return MODALITY_COLOURS[modality]
    for colour, names in zip(OTHER_COLOURS, _SENSORS, strict=True):
        if modality in names:
            return colour
    drawn = zlib.crc32(modality.encode(errors="replace"))
    return OTHER_COLOURS[drawn % len(OTHER_COLOURS)]


def modality_title(modality: str, detail: str = "") -> str:
    """Return a panel's title in its modality's colour: a dot, the name, a detail."""
    name = escape(MODALITY_NAMES.get(modality, modality))
    dot = f'<span style="color:{modality_colour(modality)}">●</span>'
    return f"{dot} <b>{name}</b>" + (f"  {detail}" if detail else "")


def dress(figure: go.Figure, *, height: int, top: int = 34) -> go.Figure:
    """Give a figure the common type, margins and a transparent ground."""
    size = {"size": FONT_SIZE}
    # Streamlit's theme would set these smaller than the rest. Pictures have none.
    axes = {
        axis.plotly_name: {"tickfont": size, "title": {"font": size}}
        for axis in (*figure.select_xaxes(), *figure.select_yaxes())
        if axis.visible is not False
    }
    return figure.update_layout(
        height=height,
        margin={"l": 4, "r": 4, "t": top, "b": 4},
        font=size,
        paper_bgcolor=PAPER,
        plot_bgcolor=PAPER,
        hoverlabel={"font": size},
        legend={"font": size, "itemsizing": "constant"},
        dragmode="pan",
        **axes,
    )


def frame_picture(
    figure: go.Figure, *, width: float, height: float, row: int = 1, column: int = 1
) -> None:
    """Set a panel's axes to a picture's pixels: square, y down, nothing around it.

    Pixel centres lie at whole numbers, as in every image trace of Plotly.
    """
    hidden = {
        "visible": False,
        "constrain": "domain",
        "showgrid": False,
        "zeroline": False,
    }
    figure.update_xaxes(range=[-0.5, width - 0.5], row=row, col=column, **hidden)
    x_axis = next(figure.select_xaxes(row=row, col=column)).plotly_name
    figure.update_yaxes(
        range=[height - 0.5, -0.5],
        scaleanchor=x_axis.replace("axis", ""),
        row=row,
        col=column,
        **hidden,
    )


def add_scale_bar(
    figure: go.Figure, ends: tuple[str, str], *, middle: float, length: float
) -> dict:
    """Write the two ends of a level colour bar, and return the bar.

    Args:
        figure: Where the bar stands under the panels.
        ends: What the lowest and the highest colour mean, with unit.
        middle: Of the bar, in parts of the figure's width.
        length: Of the bar, in parts of the figure's width.
    """
    places = {"left": middle - length / 2, "right": middle + length / 2}
    for (side, x), text in zip(places.items(), ends, strict=True):
        figure.add_annotation(
            text=text,
            x=x,
            y=0,
            yshift=-24,
            xref="paper",
            yref="paper",
            xanchor=side,
            yanchor="top",
            showarrow=False,
            font_size=FONT_SIZE,
        )
    return {
        "orientation": "h",
        "x": middle,
        "len": length,
        "y": -0.02,
        "yanchor": "top",
        "xpad": 0,
        "ypad": 2,
        "thickness": 12,
        "outlinewidth": 0,
        "tickvals": [],
    }


def carry_bar(bar: dict, *, low: float, high: float, colours: Any) -> go.Scatter:  # noqa: ANN401
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


def write_above(
    figure: go.Figure,
    text: str,
    *,
    x: float,
    y: float,
    shift: int,
    anchor: str = "center",
) -> None:
    """Write lines `shift` pixels above a height, places in parts of the figure."""
    figure.add_annotation(
        text=text,
        x=x,
        y=y,
        yshift=shift,
        xref="paper",
        yref="paper",
        xanchor=anchor,
        yanchor="bottom",
        align=anchor,
        showarrow=False,
        font_size=FONT_SIZE,
    )


def three_digits(value: float) -> str:
    """Return a number with three significant digits and no needless exponent."""
    if value == 0:
        return "0"
    if value < 0:
        return "−" + three_digits(-value)
    if 1e-3 <= value < 1e5:
        digits = f"{value:#.3g}"
        return f"{value:.0f}" if "e" in digits else digits.removesuffix(".")
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{mantissa} × 10{_superscript(int(exponent))}"


def _superscript(number: int) -> str:
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
