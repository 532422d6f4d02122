"""The one look of all figures: colours, type, and how a picture is framed."""

import colorsys
import math
import zlib
from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go

from fusionviz.views.shared.colours import hex_of

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
2009); so do the known ones, and as tritanopes see them, too.
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
    "autoregressive": "#B5654A",
    "coupling": "#8A8A8A",
    "mixing": "#A3A3A3",
    "actnorm": "#BDBDBD",
}

CLASS_COLOURS = {
    "bed": "#E67FAF",
    "books": "#8A5829",
    "ceiling": "#BFD8E8",
    "chair": "#CB4252",
    "floor": "#B89172",
    "furniture": "#7B6FC4",
    "objects": "#F2C14E",
    "picture": "#239A8F",
    "sofa": "#227F4D",
    "table": "#E8853A",
    "tv": "#2B3A67",
    "wall": "#CFC9BC",
    "window": "#58A8E6",
}
"""NYU's 13 classes; large quiet surfaces are pale, things are strong.

Any two differ by CIELAB distances of 12 and more, also as protanopes, deuteranopes and
tritanopes see them (Machado et al. 2009).
"""

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
    return hex_of(round(255 * part) for part in rgb)


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


def modality_name(modality: str) -> str:
    """Return what a modality is called on a chart; a reader's own name is made safe."""
    return escape(MODALITY_NAMES.get(modality, modality))


def modality_title(modality: str, detail: str = "") -> str:
    """Return a panel's title in its modality's colour: a dot, the name, a detail."""
    name = modality_name(modality)
    dot = f'<span style="color:{modality_colour(modality)}">●</span>'
    return f"{dot} <b>{name}</b>" + (f"  {detail}" if detail else "")


def dress(figure: go.Figure, *, top: int = 34) -> go.Figure:
    """Give a figure the common type, margins and a transparent ground."""
    size = {"size": FONT_SIZE}
    # Streamlit's theme would set these smaller than the rest. Pictures have none.
    axes = {
        axis.plotly_name: {"tickfont": size, "title": {"font": size}}
        for axis in (*figure.select_xaxes(), *figure.select_yaxes())
        if axis.visible is not False
    }
    return figure.update_layout(
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


def legend_square(name: str, colour: str) -> go.Scatter:
    """Return a trace that draws nothing but a coloured square in the legend."""
    marker = {"color": colour, "size": 13, "symbol": "square"}
    return go.Scatter(x=[None], y=[None], mode="markers", marker=marker, name=name)


def frame_row(
    figure: go.Figure, row: int, ends: tuple[float, float], *, column: int
) -> None:
    """Frame a row of the matrix in a panel of the first row.

    Args:
        figure: It has the matrix.
        row: Of the matrix, from 0.
        ends: Left and right edge of the frame.
        column: Of the panel.
    """
    left, right = ends
    figure.add_shape(
        type="rect",
        x0=left,
        x1=right,
        y0=row - 0.5,
        y1=row + 0.5,
        line={"color": MARK, "width": 2},
        row=1,
        col=column,
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


def known_digits(value: float) -> str:
    """Return a number with three significant digits, `unknown` of what is none."""
    return three_digits(value) if math.isfinite(value) else "unknown"


def in_percent(
    share: float,
    *,
    decimals: int | None = None,
    signed: bool = False,
    down: bool = False,
) -> str:
    """Return a share in percent.

    Args:
        share: 1 is all.
        decimals: After the point; None: three significant digits.
        signed: Whether a plus is written, too.
        down: Whether whole percents are rounded down, so that 100 % are all.
    """
    percent = math.floor(100 * share) if down else 100 * share
    if decimals is None:
        return f"{three_digits(percent)} %"
    return f"{percent:{'+' if signed else ''}.{decimals}f} %"


def _superscript(number: int) -> str:
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
