"""Latents of a model of one's own: histogram, quantiles, and channel by channel."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fusionviz.analysis.latents.array_latents import ArrayLatents
from fusionviz.views.latents.normality import (
    NORMAL,
    REACH,
    draw_band,
    normal_density,
)
from fusionviz.views.shared.style import FONT_SIZE, dress, three_digits

COLOUR = "#7A55B8"
BARS = 48
MOST_CHANNELS = 1024
"""Channels that are drawn; of more, evenly spaced ones."""

LEAST_MEAN = 0.1
"""That the axis of means reaches at least: rounding is not to fill it."""


def draw_array_latents(latents: ArrayLatents) -> go.Figure:
    """Draw the latents' histogram, their Q-Q plot, and each channel's mean and spread.

    Grey is what N(0, 1) would give; the band holds all quantiles of 95 in 100 sets of
    as many draws at once.
    """
    figure = make_subplots(
        rows=1,
        cols=3,
        subplot_titles=["latents z", "quantiles of z", "channels"],
        horizontal_spacing=0.075,
    )
    reach = max(REACH, float(np.abs(latents.z).max()) * 1.02)
    _draw_histogram(figure, latents, reach)
    _draw_quantiles(figure, latents, reach)
    _draw_channels(figure, latents)
    figure.update_annotations(font_size=FONT_SIZE)
    dress(figure)
    legend = {"orientation": "h", "x": 0, "yref": "container", "y": 0}
    legend["yanchor"] = "bottom"
    return figure.update_layout(margin={"l": 10, "b": 84, "r": 10}, legend=legend)


def describe_array_latents(latents: ArrayLatents) -> str:
    """Return in words what `draw_array_latents` shows."""
    tokens, channels = latents.z.shape
    return (
        f"{tokens} latents of {channels} channels against N(0, 1): Kolmogorov's "
        f"distance is {three_digits(latents.distance)}, their effective dimensions are "
        f"{three_digits(latents.dimensions)}."
    )


def _draw_histogram(figure: go.Figure, latents: ArrayLatents, reach: float) -> None:
    edges = np.linspace(-reach, reach, BARS + 1)
    density, _ = np.histogram(latents.z, edges, density=True)
    histogram = go.Scatter(
        x=(edges[1:] + edges[:-1]) / 2,
        y=density,
        mode="lines",
        line={"color": COLOUR, "shape": "hvh", "width": 2.5},
        name="your latents",
        hovertemplate="z near %{x:.3g}: %{y:.3g}<extra></extra>",
    )
    figure.add_trace(histogram, row=1, col=1)
    figure.add_trace(normal_density(), row=1, col=1)
    figure.update_xaxes(title="z, no unit", row=1, col=1)
    figure.update_yaxes(title="density", rangemode="tozero", row=1, col=1)


def _draw_quantiles(figure: go.Figure, latents: ArrayLatents, reach: float) -> None:
    points = latents.quantiles
    draw_band(figure, points, reach)
    line = {"color": NORMAL, "dash": "dash", "width": 2.5}
    figure.add_shape(
        type="line", x0=-reach, x1=reach, y0=-reach, y1=reach, line=line, row=1, col=2
    )
    quantiles = go.Scatter(
        x=points.normal,
        y=points.latent,
        mode="lines+markers" if len(points.normal) < 3 else "lines",
        line={"color": COLOUR, "width": 2.5},
        showlegend=False,
        hovertemplate="N(0, 1): %{x:.2f}, z: %{y:.3g}<extra></extra>",
    )
    figure.add_trace(quantiles, row=1, col=2)
    figure.update_xaxes(title="of N(0, 1)", range=[-REACH, REACH], row=1, col=2)
    figure.update_yaxes(title="of z", range=[-reach, reach], row=1, col=2)


def _draw_channels(figure: go.Figure, latents: ArrayLatents) -> None:
    count = latents.z.shape[1]
    shown = np.linspace(0, count - 1, min(count, MOST_CHANNELS)).round().astype(int)
    channels = go.Scatter(
        x=latents.mean[shown],
        y=latents.spread[shown],
        mode="markers",
        marker={"color": COLOUR, "size": 7, "opacity": 0.6},
        customdata=shown + 1,
        showlegend=False,
        hovertemplate="channel %{customdata}: mean %{x:.3g}, "
        "standard deviation %{y:.3g}<extra></extra>",
    )
    figure.add_trace(channels, row=1, col=3)
    prior = go.Scatter(
        x=[0],
        y=[1],
        mode="markers",
        marker={"color": NORMAL, "symbol": "cross-thin", "size": 16},
        marker_line={"color": NORMAL, "width": 3},
        showlegend=False,
        hovertemplate="N(0, 1)<extra></extra>",
    )
    figure.add_trace(prior, row=1, col=3)
    most = 1.1 * max(float(np.abs(latents.mean[shown]).max(initial=0)), LEAST_MEAN)
    figure.update_xaxes(title="mean of a channel", range=[-most, most], row=1, col=3)
    figure.update_yaxes(title="standard deviation", rangemode="tozero", row=1, col=3)
