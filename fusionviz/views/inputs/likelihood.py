"""The round trip through a flow: what came back, and how far off."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.inputs.likelihood import Likelihood
from fusionviz.views.shared.bars import add_scale_bar
from fusionviz.views.shared.pixels import grey_depth, picture_address
from fusionviz.views.shared.style import (
    FONT_SIZE,
    SEQUENTIAL,
    dress,
    frame_picture,
    modality_title,
    three_digits,
)


def draw_round_trip(likelihood: Likelihood) -> go.Figure:
    """Draw, for each modality, the picture after the flow and back, and the error.

    The error is the largest |x - G⁻¹(G(x))| of each token's channels, both modalities
    on one scale from 0; it has the tokens' own unit, of which one is a usual size.
    """
    titles = [
        modality_title("rgb", "after G and G⁻¹"),
        modality_title("rgb", "error of each token"),
        modality_title("depth", "after G and G⁻¹"),
        modality_title("depth", "error of each token"),
    ]
    figure = make_subplots(
        rows=1, cols=4, subplot_titles=titles, horizontal_spacing=0.02
    )
    worst = max(likelihood.round_trip_error, 1e-12)
    pictures = _pictures(likelihood)
    for place, (modality, pixels) in enumerate(pictures.items()):
        _draw_picture(figure, pixels, column=2 * place + 1)
        _draw_error(figure, likelihood.token_error[modality], worst, 2 * place + 2)
    figure.update_annotations(font_size=FONT_SIZE)
    dress(figure)
    return figure.update_layout(margin_b=56)


def describe_round_trip(likelihood: Likelihood) -> str:
    """Return in words what `draw_round_trip` shows."""
    return (
        "RGB and depth after the flow and its inverse, with the error of each token; "
        f"the largest is {three_digits(likelihood.round_trip_error)} in units of a "
        f"token. {three_digits(likelihood.bits_per_dim)} bits per dimension."
    )


def _pictures(likelihood: Likelihood) -> dict[str, NDArray[np.uint8]]:
    rgb, depth_m = likelihood.returned.rgb, likelihood.returned.depth_m
    if rgb is None or depth_m is None:
        raise ValueError("the codec gives both modalities, got one")
    return {"rgb": rgb, "depth": grey_depth(depth_m)}


def _draw_picture(figure: go.Figure, pixels: NDArray[np.uint8], *, column: int) -> None:
    picture = go.Image(source=picture_address(pixels), hoverinfo="skip", zsmooth="fast")
    figure.add_trace(picture, row=1, col=column)
    frame_picture(figure, width=pixels.shape[1], height=pixels.shape[0], column=column)


def _draw_error(
    figure: go.Figure, error: NDArray[np.float32], worst: float, column: int
) -> None:
    ends = ("error 0", f"{three_digits(worst)}, in units of a token")
    bar = add_scale_bar(figure, ends, middle=0.5, length=0.5) if column == 4 else None
    heat = go.Heatmap(
        z=error,
        zmin=0,
        zmax=worst,
        colorscale=SEQUENTIAL,
        showscale=column == 4,
        hovertemplate="row %{y}, column %{x}: %{z:.2e}<extra></extra>",
        colorbar=bar,
    )
    figure.add_trace(heat, row=1, col=column)
    frame_picture(figure, width=error.shape[1], height=error.shape[0], column=column)
