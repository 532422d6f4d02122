"""A move of the latents: the pictures before and after it, and what changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.latents.traverse import Traverse
from fusionviz.views.shared.colours import colour_table
from fusionviz.views.shared.patches import frame_patches, patch_means, patch_targets
from fusionviz.views.shared.pixels import every, picture_address
from fusionviz.views.shared.scale import Scale, depth_scale
from fusionviz.views.shared.style import DIVERGING, dress, modality_title, three_digits

WIDTH = 100.0
"""Of a picture in the units of the axes."""

LEFT = (0.0, 104.0, 250.0)
"""Edges of the columns of pictures; after the second is room for words."""

HEADROOM = 13.0
"""Between the rows of pictures."""

LARGEST = 256
"""Pixels a side that are sent; larger pictures are sampled."""

LEAST_RGB, LEAST_DEPTH_M = 10.0, 0.05
"""Reach of the colours of differences that are smaller: 4 % of all levels, 5 cm."""

TEXT_SIZE = 14

MOST = 0.995
"""Share of the values that a reach has to hold; the colours end there."""

_HALF = 127
"""Colours on either side of the one for zero."""


@dataclass(frozen=True)
class _Rows:
    """The upper edges of the two rows of pictures, `rows[0]` and `rows[1]`.

    Attributes:
        height: Of a picture in the units of the axes.
    """

    height: float

    def __getitem__(self, row: int) -> float:
        return row * (self.height + HEADROOM)


def draw_traverse(traverse: Traverse, *, frame: int = 0) -> go.Figure:
    """Draw RGB and depth: the codec's, the moved ones, and the signed change.

    Depths share one scale in metres. Invisible markers at the patches carry their
    place for clicks; patches that alone may move are framed.

    Args:
        traverse: What moves of the latents do.
        frame: Which move.
    """
    before, after = traverse.before, traverse.after[frame]
    depths = np.asarray(before.depth_m), np.asarray(after.depth_m)
    scale = depth_scale(depths)
    rgb, depth_m = changes(traverse, frame)
    reach_rgb, cut_rgb = round_reach(rgb, least=LEAST_RGB)
    reach_m, cut_m = round_reach(depth_m, least=LEAST_DEPTH_M)
    pictures = (
        (before.rgb, after.rgb, paint_signed(rgb, reach_rgb)),
        (*map(scale.paint, depths), paint_signed(depth_m, reach_m)),
    )
    figure, rows = go.Figure(), _Rows(WIDTH * before.shape)
    for row, line in enumerate(pictures):
        for column, pixels in enumerate(line):
            shown = np.asarray(pixels)
            _add_picture(figure, shown, LEFT[column], rows[row], WIDTH, rows.height)
    _add_depth_bar(figure, scale, rows)
    _add_signed_bar(figure, reach_rgb, cut_rgb, rows, 0)
    _add_signed_bar(figure, reach_m, cut_m, rows, 1)
    figure.add_trace(_headings(rows))
    figure.add_trace(_numbers(traverse, frame))
    corners = [(left, rows[row]) for left in LEFT for row in (0, 1)]
    texts, grid = _texts(traverse, rgb, depths), traverse.grid
    figure.add_trace(frame_patches(traverse.patches, grid, corners, WIDTH))
    figure.add_trace(patch_targets(texts, grid, corners, WIDTH))
    _name_rows(figure, traverse, rows)
    return _fit(figure, rows)


def describe_traverse(traverse: Traverse, frame: int = 0) -> str:
    """Return in words what `draw_traverse` shows."""
    rgb, depth_m = changes(traverse, frame)
    where = f"in {len(traverse.patches)} patches " if traverse.patches else ""
    return (
        f"RGB and depth before and after the latents moved {where}by "
        f"{_told(traverse, frame)}: colours change by "
        f"{three_digits(_size(rgb))} levels of 255 and depth by "
        f"{three_digits(_size(depth_m))} m in the root mean square, bits per dimension "
        f"go from {three_digits(traverse.bits_before)} to "
        f"{three_digits(float(traverse.bits_after[frame]))}, and "
        f"{traverse.changed[frame]:.1%} of the pixels get another class."
    )


def changes(
    traverse: Traverse, frame: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how much brighter (levels of 255) and further (m) every pixel became.

    Brighter is the mean over the three colours.
    """
    before, after = traverse.before, traverse.after[frame]
    rgb = np.asarray(after.rgb, float) - np.asarray(before.rgb, float)
    depth_m = np.asarray(after.depth_m, float) - np.asarray(before.depth_m, float)
    return rgb.mean(axis=2), depth_m


def _told(traverse: Traverse, frame: int) -> str:
    parts = [
        f"{sigma:+.2f} σ along {direction.name}"
        for sigma, direction in zip(
            traverse.sigmas[frame], traverse.directions, strict=True
        )
        if sigma
    ]
    return " and ".join(parts).replace("-", "−") or "nothing"


def _size(values: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.square(values).mean()))


def _add_picture(
    figure: go.Figure,
    pixels: NDArray[np.uint8],
    left: float,
    top: float,
    width: float,
    height: float,
) -> None:
    step = every(pixels.shape, LARGEST)
    figure.add_layout_image(
        source=picture_address(pixels[::step, ::step]),
        xref="x",
        yref="y",
        x=left,
        y=top,
        sizex=width,
        sizey=height,
        sizing="stretch",
        layer="below",
    )


def _add_depth_bar(figure: go.Figure, scale: Scale, rows: _Rows) -> None:
    ramp = np.linspace(scale.high, scale.low, 128)[:, None]
    far = f"{'≥ ' if scale.cut else ''}{scale.high:.2f} m"
    names = (far, "", f"{scale.low:.2f} m")
    _add_bar(figure, scale.paint(ramp), rows, 1, 1, names)


def _add_signed_bar(
    figure: go.Figure, reach: float, cut: bool, rows: _Rows, row: int
) -> None:
    ramp = np.linspace(reach, -reach, 129)[:, None]
    high, low = (sign if cut else "" for sign in ("≥ ", "≤ "))
    most = f"{reach:g}"
    names = (f"{high}+{most}", "0", f"{low}−{most}")
    _add_bar(figure, paint_signed(ramp, reach), rows, row, 2, names)


def _add_bar(
    figure: go.Figure,
    ramp: NDArray[np.uint8],
    rows: _Rows,
    row: int,
    column: int,
    names: Sequence[str],
) -> None:
    """Put a colour bar on the right of a picture, names from top to bottom."""
    left, top, height = LEFT[column] + WIDTH + 3, rows[row], rows.height
    _add_picture(figure, ramp, left, top, 4, height)
    positions = ("bottom right", "middle right", "top right")
    heights = (top - 2, top + height / 2, top + height + 2)
    figure.add_trace(_words([left + 4.5] * 3, heights, names, positions))


def _headings(rows: _Rows) -> go.Scatter:
    names = ("Codec's picture", "Moved", "Brighter, levels of 255", "Further, m")
    lefts, tops = (*LEFT, LEFT[2]), (rows[0],) * 3 + (rows[1],)
    bold = [f"<b>{name}</b>" for name in names]
    return _words([x - 1 for x in lefts], tops, bold, ["top right"] * 4)


def _numbers(traverse: Traverse, frame: int) -> go.Scatter:
    lines = (
        "bits per dim.",
        f"{traverse.bits_before:.3f}",
        f"→ <b>{traverse.bits_after[frame]:.3f}</b>",
        "",
        "other class",
        f"<b>{traverse.changed[frame]:.1%}</b> of pixels",
    )
    text = "<br>".join(lines).replace("-", "−")
    return _words([LEFT[1] + WIDTH + 2], [2.0], [text], ["bottom right"])


def _words(
    x: Sequence[float],
    y: Sequence[float],
    texts: Sequence[str],
    positions: Sequence[str],
) -> go.Scatter:
    return go.Scatter(
        x=list(x),
        y=list(y),
        text=list(texts),
        textposition=list(positions),
        mode="text",
        textfont={"size": TEXT_SIZE},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )


def _texts(
    traverse: Traverse,
    rgb: NDArray[np.float64],
    depths: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> list[str]:
    """Return what the hover says of every patch."""
    grid = traverse.grid
    before, after = (patch_means(one, grid) for one in depths)
    brighter = patch_means(rgb, grid)
    return [
        f"patch {grid.name(patch)}<br>"
        f"{brighter[patch]:+.1f} levels, {before[patch]:.2f} → {after[patch]:.2f} m"
        "<br>click to pick or unpick it"
        for patch in range(grid.places)
    ]


def _name_rows(figure: go.Figure, traverse: Traverse, rows: _Rows) -> None:
    for row, name in enumerate(("rgb", "depth")):
        figure.add_annotation(
            text=modality_title(name, "(guess)" if traverse.missing == name else ""),
            x=0,
            y=rows[row] + rows.height / 2,
            xshift=-13,
            textangle=-90,
            showarrow=False,
            xref="x",
            yref="y",
        )


def _fit(figure: go.Figure, rows: _Rows) -> go.Figure:
    """Set the axes to the pictures: of one unit, y down, bare."""
    hidden = {"visible": False, "constrain": "domain"}
    figure.update_xaxes(range=[-9, LEFT[2] + WIDTH + 30], **hidden)
    figure.update_yaxes(
        range=[rows[1] + rows.height + 3, -11], scaleanchor="x", **hidden
    )
    return dress(figure, top=2)


def round_reach(values: NDArray[Any], *, least: float) -> tuple[float, bool]:
    """Return where the colours of differences end, and whether some lie beyond.

    It is 1, 2 or 5 times a power of ten, so that it stays as values change a little,
    and colours stay comparable.

    Args:
        values: Differences.
        least: What it is where there are none, or tiny ones.
    """
    sizes = np.abs(values[np.isfinite(values)])
    wanted = max(least, float(np.quantile(sizes, MOST)) if sizes.size else 0.0)
    power = 10.0 ** np.floor(np.log10(wanted))
    digit = next(d for d in (1, 2, 5, 10) if d * power >= wanted * (1 - 1e-9))
    reach = float(digit * power)
    return reach, bool(sizes.size and sizes.max() > reach)


def paint_signed(values: NDArray[Any], reach: float) -> NDArray[np.uint8]:
    """Return differences as colours, (height, width, 3), from -reach to reach."""
    share = np.clip(np.nan_to_num(values) / reach, -1, 1)
    table = colour_table(DIVERGING, 2 * _HALF + 1)
    return table[np.rint(_HALF * share).astype(int) + _HALF]
