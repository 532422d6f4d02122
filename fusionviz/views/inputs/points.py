"""A point cloud to turn by hand."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image

from fusionviz.analysis.inputs.points import PointCloud
from fusionviz.views.shared.style import FONT_SIZE, SEQUENTIAL, dress


def draw_points(cloud: PointCloud) -> go.Figure:
    """Draw a cloud in its colours, seen from a little above and beside the camera.

    Without colours, points are shaded by distance. The axes are the camera's turned
    so that up is up: right, forward, up.
    """
    right, down, forward = cloud.points.T
    figure = go.Figure(
        go.Scatter3d(
            x=right,
            y=forward,
            z=-down,
            mode="markers",
            marker={"size": _dot_size(cloud), **_paint(cloud)},
            hovertemplate=_hover(cloud),
        )
    )
    hidden = {"visible": False, "showspikes": False}
    figure.update_scenes(
        xaxis=hidden,
        yaxis=hidden,
        zaxis=hidden,
        aspectmode="data",
        camera=_first_view(cloud),
    )
    place = {"x": 0.5, "xref": "paper", "yref": "paper", "showarrow": False}
    title = "<b>3-D</b>  drag to turn"
    figure.add_annotation(text=title, y=1, yanchor="bottom", **place)
    note = describe_points(cloud, brief=True)
    figure.add_annotation(text=note, y=-0.02, yanchor="top", **place)
    figure.update_annotations(font_size=FONT_SIZE)
    dress(figure)
    return figure.update_layout(margin_b=48, dragmode="turntable")


def describe_points(cloud: PointCloud, *, brief: bool = False) -> str:
    """Return in words how many points are shown and under which camera."""
    shown = f"{len(cloud.points):,}".replace(",", " ")
    of = f"{cloud.measured:,}".replace(",", " ")
    count = f"{shown} of {of} points"
    if cloud.step == 1:
        count = "one point" if cloud.measured == 1 else f"all {of} points"
    angle = f"{cloud.fov_deg:.0f}° field of view"
    if brief:
        return f"{count}<br>{angle}" + (" (assumed)" if cloud.fov_assumed else "")
    source = (
        "assumed, since the files do not say it"
        if cloud.fov_assumed
        else "known from the scene"
    )
    unit = "" if cloud.metric else " Depth has no unit, so the shape is a guess too."
    return f"{count.capitalize()}; {angle}, {source}.{unit}"


def _first_view(cloud: PointCloud) -> dict:
    """Return a view from beside and above the camera, towards the middle point.

    Plotly counts from the middle of the cloud's box, in the geometric mean of its
    sides.
    """
    right, down, forward = cloud.points.T
    world = np.stack([right, forward, -down], axis=1).astype(np.float64)
    low, high = world.min(axis=0), world.max(axis=0)
    unit = max(float(np.prod(np.maximum(high - low, 1e-6)) ** (1 / 3)), 1e-6)
    target = np.median(world, axis=0)
    eye = target[1] * np.array([0.5, -0.45, 0.38])
    places = {
        "eye": (eye - (low + high) / 2) / unit,
        "center": (target - (low + high) / 2) / unit,
        "up": np.array([0.0, 0.0, 1.0]),
    }
    return {
        name: dict(zip("xyz", place.tolist(), strict=True))
        for name, place in places.items()
    }


def _paint(cloud: PointCloud) -> dict:
    if cloud.colours is None:
        return {"color": cloud.points[:, 2], "colorscale": SEQUENTIAL}
    # A colour a point as text makes Plotly check each one, which takes a second.
    index, palette = reduce_colours(cloud.colours)
    last = len(palette) - 1
    scale = [(i / last, f"rgb({r},{g},{b})") for i, (r, g, b) in enumerate(palette)]
    return {"color": index, "colorscale": scale, "cmin": 0, "cmax": last}


def reduce_colours(
    colours: NDArray[np.uint8],
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the index of each colour in a palette of 256, and the palette."""
    picture = Image.fromarray(colours[None]).quantize(256, Image.Quantize.MEDIANCUT)
    palette = np.zeros((256, 3), np.uint8)
    listed = np.array(picture.getpalette(), np.uint8).reshape(-1, 3)
    palette[: len(listed)] = listed
    return np.asarray(picture)[0], palette


def _dot_size(cloud: PointCloud) -> float:
    """Return a size at which neighbouring dots nearly touch."""
    return float(np.clip(330 / max(len(cloud.points), 1) ** 0.5, 1.6, 5))


def _hover(cloud: PointCloud) -> str:
    unit = " m" if cloud.metric else ""
    return f"%{{y:.2f}}{unit} ahead<extra></extra>"
