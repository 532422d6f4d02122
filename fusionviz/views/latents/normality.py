"""Latents against the prior: histogram, quantiles, and where they are too large."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fusionviz.analysis.latents.normality import Normality, Quantiles
from fusionviz.views.shared.colours import see_through_middle
from fusionviz.views.shared.style import (
    DIVERGING,
    FONT_SIZE,
    MODALITY_COLOURS,
    MODALITY_NAMES,
    dress,
    three_digits,
)
from fusionviz.views.shared.token_maps import (
    MODALITIES,
    TokenPlaces,
    draw_ground,
    draw_values,
    guessed_title,
    name_patches,
)

BIN = 0.25
REACH = 4.0
"""Both axes show at least -4..4; of N(0, 1), one draw in 16,000 lies beyond."""
NORMAL = "#8A8A8A"
BAND = "rgba(138,138,138,0.25)"


def draw_normality(normality: Normality) -> go.Figure:
    """Draw the latents' histogram, their Q-Q plot, and each token's mean square.

    Grey is what N(0, 1) would give. The band holds all quantiles of 95 in 100 sets of
    as many draws at once. The maps' scale is logarithmic, centred at 1.
    """
    figure = make_subplots(
        rows=2,
        cols=3,
        specs=[[{"rowspan": 2}, {"rowspan": 2}, {}], [None, None, {}]],
        subplot_titles=["latents z", "quantiles of z", *_map_titles(normality)],
        column_widths=[0.345, 0.345, 0.31],
        horizontal_spacing=0.075,
        vertical_spacing=0.09,
    )
    reach = max(REACH, float(np.abs(normality.z).max()) * 1.02)
    _draw_histogram(figure, normality, reach)
    _draw_quantiles(figure, normality, reach)
    _draw_maps(figure, normality)
    figure.update_annotations(font_size=FONT_SIZE)
    dress(figure)
    legend = {"orientation": "h", "x": 0, "yref": "container", "y": 0}
    legend["yanchor"] = "bottom"
    return figure.update_layout(margin={"l": 10, "b": 84, "r": 88}, legend=legend)


def describe_normality(normality: Normality) -> str:
    """Return in words what `draw_normality` shows."""
    squares = normality.token_mean_square
    return (
        f"Histogram and quantiles of {normality.z.size} latents against N(0, 1): "
        f"Kolmogorov's distance is {three_digits(normality.distance)}, the mean of z² "
        f"is {three_digits(normality.mean_square)}; a token's mean runs from "
        f"{three_digits(float(squares.min()))} to {three_digits(float(squares.max()))}."
    )


def _map_titles(normality: Normality) -> list[str]:
    return [guessed_title(m, normality.missing, "mean z²") for m in MODALITIES]


def _draw_histogram(figure: go.Figure, normality: Normality, reach: float) -> None:
    edges = BIN * np.arange(-np.ceil(reach / BIN), np.ceil(reach / BIN) + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    for modality, z in zip(MODALITIES, normality.z, strict=True):
        density, _ = np.histogram(z, edges, density=True)
        figure.add_trace(
            go.Scatter(
                x=middles,
                y=density,
                mode="lines",
                line={
                    "color": MODALITY_COLOURS[modality],
                    "shape": "hvh",
                    "width": 2.5,
                },
                name=f"z at {MODALITY_NAMES[modality]}'s tokens",
                legendgroup=modality,
                hovertemplate="z near %{x}: %{y:.3f}<extra>%{fullData.name}</extra>",
            ),
            row=1,
            col=1,
        )
    figure.add_trace(normal_density(), row=1, col=1)
    figure.update_xaxes(title="z, no unit", row=1, col=1)
    figure.update_yaxes(title="density", rangemode="tozero", row=1, col=1)


def normal_density() -> go.Scatter:
    """Return the density of N(0, 1) as a dashed line."""
    x = np.linspace(-REACH, REACH, 161)
    return go.Scatter(
        x=x,
        y=np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi),
        mode="lines",
        line={"color": NORMAL, "dash": "dash", "width": 2.5},
        name="N(0, 1)",
        hoverinfo="skip",
    )


def _draw_quantiles(figure: go.Figure, normality: Normality, reach: float) -> None:
    draw_band(figure, normality.quantiles(0), reach)
    line = {"color": NORMAL, "dash": "dash", "width": 2.5}
    figure.add_shape(
        type="line", x0=-reach, x1=reach, y0=-reach, y1=reach, line=line, row=1, col=2
    )
    for index, modality in enumerate(MODALITIES):
        points = normality.quantiles(index)
        figure.add_trace(
            go.Scatter(
                x=points.normal,
                y=points.latent,
                mode="lines",
                line={"color": MODALITY_COLOURS[modality], "width": 2.5},
                legendgroup=modality,
                showlegend=False,
                name=MODALITY_NAMES[modality],
                hovertemplate="N(0, 1): %{x:.2f}, z: %{y:.2f}<extra></extra>",
            ),
            row=1,
            col=2,
        )
    figure.update_xaxes(title="of N(0, 1)", range=[-REACH, REACH], row=1, col=2)
    figure.update_yaxes(title="of z", range=[-reach, reach], row=1, col=2)


def draw_band(figure: go.Figure, band: Quantiles, reach: float) -> None:
    """Draw the band that all quantiles of N(0, 1) lie in, in 95 of 100 draws."""
    ends = {"low": band.low.clip(-reach), "high": band.high.clip(max=reach)}
    for end, fill in (("low", None), ("high", "tonexty")):
        edge = go.Scatter(
            x=band.normal,
            y=ends[end],
            mode="lines",
            line={"width": 0, "color": NORMAL},
            fill=fill,
            fillcolor=BAND,
            name="95 % band for all quantiles",
            showlegend=fill is not None,
            hoverinfo="skip",
        )
        figure.add_trace(edge, row=1, col=2)


def _draw_maps(figure: go.Figure, normality: Normality) -> None:
    places = TokenPlaces(width=normality.pictures.width, grid=normality.grid)
    doublings = np.log2(normality.token_mean_square.clip(1e-6))
    most = max(1.0, float(np.abs(doublings).max()))
    ticks = np.array([-most, 0, most])
    bar = {
        "title": {"text": "no unit, log", "side": "top", "font": {"size": FONT_SIZE}},
        "tickfont": {"size": FONT_SIZE},
        "tickvals": ticks,
        "ticktext": [three_digits(float(tick)) for tick in 2**ticks],
        "thickness": 12,
        "outlinewidth": 0,
        "x": 1.01,
        "len": 1,
    }
    for row, modality in enumerate(MODALITIES, start=1):
        draw_ground(figure, normality.pictures, modality, 3, row)
        squares = normality.token_mean_square[row - 1].ravel().tolist()
        said = [f"mean z² = {three_digits(square)}" for square in squares]
        draw_values(
            figure,
            doublings[row - 1],
            places,
            ends=(-most, most),
            colours=see_through_middle(DIVERGING),
            column=3,
            row=row,
            bar=bar if row == 1 else None,
            texts=name_patches(MODALITY_NAMES[modality], normality.grid, said),
        )
