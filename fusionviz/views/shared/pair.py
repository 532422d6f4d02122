"""An RGB-D pair as it came in: colours, and depth with its scale and its holes."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.data.records import RGBDSample
from fusionviz.views.shared.bars import add_scale_bar
from fusionviz.views.shared.pixels import (
    every,
    hatching,
    picture_address,
    two_tone_hatching,
)
from fusionviz.views.shared.style import (
    FONT_SIZE,
    SEQUENTIAL,
    dress,
    frame_picture,
    modality_title,
    three_digits,
)

RGB_SIDE = 640
DEPTH_SIDE = 256


Window = tuple[int, int, int, int]
"""A part of a picture in pixels: top, left, height, width."""


def draw_pair(
    sample: RGBDSample, read: Mapping[str, Window] | None = None
) -> go.Figure:
    """Draw colours and depth side by side; a missing one is drawn as missing.

    Depth runs from near (dark) to far (bright); unmeasured pixels are hatched. Maps
    above 256 pixels a side are sampled, and the figure says so.

    Args:
        sample: At least one of the two.
        read: By name of a model, what it reads of the picture; a part is framed.
    """
    titles = (_rgb_title(sample), _depth_title(sample))
    figure = make_subplots(
        rows=1, cols=2, subplot_titles=titles, horizontal_spacing=0.03
    )
    rows, columns = sample.size
    if sample.rgb is None:
        _draw_missing(figure, "RGB", column=1)
    else:
        _draw_rgb(figure, sample.rgb)
    if sample.depth_m is None:
        _draw_missing(figure, "depth", column=2)
    else:
        _draw_depth(figure, sample.depth_m, metric=sample.depth_is_metric)
    for column in (1, 2):
        frame_picture(figure, width=columns, height=rows, column=column)
    parts = _parts_read(sample, read or {})
    for window in parts:
        _draw_window(figure, window)
    _say_below(figure, sample, parts)
    figure.update_annotations(font_size=FONT_SIZE)
    dress(figure)
    return figure.update_layout(margin_b=56)


def describe_pair(sample: RGBDSample, read: Mapping[str, Window] | None = None) -> str:
    """Return in words what `draw_pair` shows."""
    framed = "".join(
        f" {names} read{'' if ' and ' in names else 's'} the framed {width} by "
        f"{height} pixels."
        for (_, _, height, width), names in _parts_read(sample, read or {}).items()
    )
    return _describe(sample) + framed


def _describe(sample: RGBDSample) -> str:
    rows, columns = sample.size
    parts = [f"A pair of {columns} by {rows} pixels"]
    parts.append("RGB is missing" if sample.rgb is None else "RGB on the left")
    if sample.depth_m is None:
        return ", ".join([*parts, "depth is missing"]) + "."
    near, far, _ = depth_limits(sample.depth_m)
    unit = "metres" if sample.depth_is_metric else "relative units"
    holes = 1 - np.isfinite(sample.depth_m).mean()
    parts.append(
        f"depth on the right from {three_digits(near)} to {three_digits(far)} {unit}, "
        f"{holes:.1%} unmeasured"
    )
    return ", ".join(parts) + "."


def depth_limits(depth_m: NDArray[np.float32]) -> tuple[float, float, bool]:
    """Return near and far ends of a depth scale, and whether far cuts stray values.

    The scale runs over all measured values, unless its last half percent lies more
    than half as far again: then it ends before them.
    """
    finite = depth_m[np.isfinite(depth_m)]
    if finite.size == 0:
        return 0.0, 1.0, False
    near, most, far = np.quantile(finite, (0.0, 0.995, 1.0))
    cut = bool(far > 1.5 * most)
    return float(near), float(most if cut else far), cut


def _rgb_title(sample: RGBDSample) -> str:
    if sample.rgb is None:
        return modality_title("rgb", "missing")
    rows, columns = sample.size
    return modality_title("rgb", f"{columns} × {rows} pixels")


def _depth_title(sample: RGBDSample) -> str:
    if sample.depth_m is None:
        return modality_title("depth", "missing")
    holes = 1 - np.isfinite(sample.depth_m).mean()
    detail = "no holes" if holes == 0 else f"hatched: {holes:.1%} unmeasured"
    return modality_title("depth", detail)


def _draw_rgb(figure: go.Figure, rgb: NDArray[np.uint8]) -> None:
    rows, columns = rgb.shape[:2]
    scale = max(rows, columns) / min(max(rows, columns), RGB_SIDE)
    picture = go.Image(
        source=picture_address(rgb, longest=RGB_SIDE),
        dx=scale,
        dy=scale,
        x0=(scale - 1) / 2,
        y0=(scale - 1) / 2,
        hoverinfo="skip",
        zsmooth="fast",
    )
    figure.add_trace(picture, row=1, col=1)


def _draw_depth(
    figure: go.Figure, depth_m: NDArray[np.float32], *, metric: bool
) -> None:
    step = every(depth_m.shape, DEPTH_SIDE)
    shown = np.ascontiguousarray(depth_m[::step, ::step], np.float32)
    near, far, cut = depth_limits(depth_m)
    unit = " m" if metric else " (relative, no unit)"
    heat = go.Heatmap(
        z=shown,
        dx=step,
        dy=step,
        zmin=near,
        zmax=far,
        colorscale=SEQUENTIAL,
        hoverongaps=False,
        hovertemplate="%{z:.3g}" + unit + "<extra>depth</extra>",
        colorbar=add_scale_bar(
            figure,
            _name_ends(near, far, cut=cut, metric=metric),
            middle=0.7575,
            length=0.42,
        ),
    )
    figure.add_trace(heat, row=1, col=2)
    holes = ~np.isfinite(shown)
    if holes.any():
        add_hatching(figure, holes, step=step, column=2)


def _parts_read(sample: RGBDSample, read: Mapping[str, Window]) -> dict[Window, str]:
    """Return the parts of a picture that models read, and which models."""
    parts: dict[Window, list[str]] = {}
    for name, window in read.items():
        if window != (0, 0, *sample.size):
            parts.setdefault(window, []).append(name)
    return {window: " and ".join(names) for window, names in parts.items()}


def _draw_window(figure: go.Figure, window: Window) -> None:
    """Frame a part of both pictures, in a line that both grounds carry."""
    top, left, height, width = window
    box = {
        "x0": left - 0.5,
        "x1": left + width - 0.5,
        "y0": top - 0.5,
        "y1": top + height - 0.5,
    }
    for column in (1, 2):
        for line in (
            {"color": "black", "width": 2.5},
            {"color": "white", "width": 1.25, "dash": "dash"},
        ):
            figure.add_shape(type="rect", **box, line=line, row=1, col=column)


def _say_below(
    figure: go.Figure, sample: RGBDSample, parts: Mapping[Window, str]
) -> None:
    """Say what the frames are, and where pixels are left out."""
    said = [f"framed: what {names} read" for names in parts.values()]
    if sample.depth_m is not None:
        step = every(sample.depth_m.shape, DEPTH_SIDE)
        if step > 1:
            said.append(f"depth: 1 pixel in {step} × {step} is shown")
    if not said:
        return
    figure.add_annotation(
        text="<br>".join(said),
        x=0.2425,
        y=0,
        yshift=-8,
        xref="paper",
        yref="paper",
        xanchor="center",
        yanchor="top",
        showarrow=False,
    )


def _name_ends(near: float, far: float, *, cut: bool, metric: bool) -> tuple[str, str]:
    """Return what the ends of the depth scale are."""
    unit = " m" if metric else ""
    beyond = "≥ " if cut else ""
    relative = "" if metric else " (relative, no unit)"
    first = f"near {three_digits(near)}{unit}"
    return first, f"far {beyond}{three_digits(far)}{unit}{relative}"


def add_hatching(
    figure: go.Figure,
    where: NDArray[np.bool_],
    *,
    step: float,
    column: int,
    on_colours: bool = False,
) -> None:
    """Lay a hatching over the cells of a mask, `step` pixels a cell.

    Args:
        figure: Of pictures.
        where: The mask.
        step: Pixels a side of a cell.
        column: Of the panel, in the first row.
        on_colours: Whether it lies on colours, in which two tones are seen.
    """
    picture = two_tone_hatching(where) if on_colours else hatching(where)
    cell = step * where.shape[1] / picture.shape[1]
    figure.add_trace(
        go.Image(
            source=picture_address(picture),
            dx=cell,
            dy=cell,
            x0=(cell - step) / 2,
            y0=(cell - step) / 2,
            hoverinfo="skip",
            zsmooth="fast" if on_colours else False,
        ),
        row=1,
        col=column,
    )


def _draw_missing(figure: go.Figure, name: str, *, column: int) -> None:
    blank = go.Scatter(x=[0], y=[0], mode="markers", marker_opacity=0, hoverinfo="skip")
    figure.add_trace(blank, row=1, col=column)
    axis = "" if column == 1 else str(column)
    box = {"xref": f"x{axis} domain", "yref": f"y{axis} domain"}
    edges = {"x0": 0, "x1": 1, "y0": 0, "y1": 1}
    line = {"color": "#8A8A8A", "dash": "dash", "width": 1.5}
    figure.add_shape(type="rect", **box, **edges, line=line)
    text = f"no {name} was given"
    figure.add_annotation(text=text, x=0.5, y=0.5, showarrow=False, **box)
