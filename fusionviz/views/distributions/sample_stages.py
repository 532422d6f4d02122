"""How far apart modalities are, stage by stage, over many samples."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.distributions.sample_stages import SampleFigures, SampleStages
from fusionviz.analysis.distributions.stage_mmd import STAGES, Pair
from fusionviz.analysis.shared.subjects.tokens import STAGE_TITLES, Floats
from fusionviz.views.shared.style import (
    FONT_SIZE,
    MARK,
    MODALITY_COLOURS,
    dress,
    known_digits,
    write_above,
)

LARGEST_DISTANCE = 2.0
"""Of the A-distance: a classifier that is always right."""

OTHER = "#8A8A8A"
"""Of a pair of two sources, and of modalities without a colour of their own."""

LEGEND_ON_TOP = {
    "orientation": "h",
    "x": 0,
    "y": 1,
    "yref": "container",
    "yanchor": "top",
}
"""Above the panels' titles, however tall the figure is."""

_APART = 0.16
_MARGINS = {"l": 8, "r": 8, "t": 64, "b": 52}


def pair_label(pair: Pair) -> str:
    """Return what a pair is called."""
    return " – ".join(pair)


def pair_colours(pairs: tuple[Pair, ...]) -> list[str]:
    """Return a colour for each pair: its source's where it is one with the anchor."""
    anchor = pairs[0][1]
    return [
        MODALITY_COLOURS.get(source, OTHER) if target == anchor else OTHER
        for source, target in pairs
    ]


def draw_sample_stages(
    stages: SampleStages,
    figures: SampleFigures,
    own: NDArray[np.float64],
) -> go.Figure:
    """Draw MMD² and A-distance of each pair of modalities at each stage.

    Dots are over all samples, with their intervals; the pale bars behind hold single
    samples.

    Args:
        stages: What was measured.
        figures: What it makes up.
        own: MMD² of the sample at hand, (pair, stage), NaN where it has none.
    """
    figure = make_subplots(rows=1, cols=2, horizontal_spacing=0.09)
    colours = pair_colours(stages.pairs)
    for row, (pair, colour) in enumerate(zip(stages.pairs, colours, strict=True)):
        x = np.arange(len(STAGES)) + _APART * (row - (len(stages.pairs) - 1) / 2)
        _draw_spread(figure, x, figures.spread[row], colour)
        for column, values in enumerate((figures.mmd[row], figures.distance[row]), 1):
            figure.add_trace(
                _dots(x, values, pair, colour, shown=column == 1), row=1, col=column
            )
        _draw_own(figure, x, own[row], pair, named=row == 0)
    _name_panels(figure, stages)
    figure.update_xaxes(
        tickvals=list(range(len(STAGES))),
        ticktext=[STAGE_TITLES[stage].replace(" ", "<br>", 1) for stage in STAGES],
        range=[-0.5, len(STAGES) - 0.5],
        showgrid=False,
    )
    figure.update_yaxes(title="MMD², no unit", rangemode="tozero", col=1)
    figure.update_yaxes(
        title="A-distance: 0 guess, 2 certain",
        range=[-0.05, 1.03 * LARGEST_DISTANCE],
        tickvals=[0, 0.5, 1, 1.5, 2],
        col=2,
    )
    dress(figure)
    return figure.update_layout(legend=LEGEND_ON_TOP, margin=_MARGINS)


def describe_sample_stages(stages: SampleStages, figures: SampleFigures) -> str:
    """Return in words what `draw_sample_stages` shows."""
    told = "; ".join(
        f"{pair_label(pair)} "
        + ", ".join(known_digits(float(x)) for x in figures.mmd[row, :, 0])
        for row, pair in enumerate(stages.pairs)
    )
    text = (
        f"Mean MMD² over {len(stages.samples)} samples before alignment, after local "
        f"alignment and after the backbone: {told}."
    )
    if not stages.has_distances:
        return text
    told = "; ".join(
        f"{pair_label(pair)} "
        + ", ".join(known_digits(float(x)) for x in figures.distance[row, :, 0])
        for row, pair in enumerate(stages.pairs)
    )
    return f"{text} A-distance of 0 to 2 at the same stages: {told}."


def _dots(
    x: Floats,
    values: NDArray[np.float64],
    pair: Pair,
    colour: str,
    *,
    shown: bool,
) -> go.Scatter:
    """Return one pair's figures (stage, 3) with their intervals, joined by a line."""
    value, low, high = values.T
    return go.Scatter(
        x=x,
        y=value,
        mode="lines+markers",
        line={"color": colour, "width": 1.5, "dash": "dot"},
        marker={"color": colour, "size": 11},
        error_y={
            "array": high - value,
            "arrayminus": value - low,
            "thickness": 3,
            "width": 7,
            "color": colour,
        },
        name=pair_label(pair),
        legendgroup=pair_label(pair),
        showlegend=shown,
        customdata=[
            [STAGE_TITLES[stage], *map(known_digits, row)]
            for stage, row in zip(STAGES, values.tolist(), strict=True)
        ],
        hovertemplate=(
            f"{pair_label(pair)}, %{{customdata[0]}}<br><b>%{{customdata[1]}}</b> "
            "[%{customdata[2]}, %{customdata[3]}]<extra></extra>"
        ),
    )


def _draw_spread(
    figure: go.Figure, x: Floats, spread: NDArray[np.float64], colour: str
) -> None:
    """Draw between which values single samples lie, a pale bar a stage."""
    low, high = spread.T
    gaps = np.full_like(low, np.nan)
    figure.add_trace(
        go.Scatter(
            x=np.repeat(x, 3),
            y=np.stack([low, high, gaps], axis=1).ravel(),
            mode="lines",
            line={"color": colour, "width": 13},
            opacity=0.25,
            hoverinfo="skip",
            showlegend=False,
        ),
        row=1,
        col=1,
    )


def _draw_own(
    figure: go.Figure,
    x: Floats,
    own: NDArray[np.float64],
    pair: Pair,
    *,
    named: bool,
) -> None:
    figure.add_trace(
        go.Scatter(
            x=x,
            y=own,
            mode="markers",
            marker={
                "color": "rgba(0,0,0,0)",
                "size": 13,
                "symbol": "diamond",
                "line": {"color": MARK, "width": 3},
            },
            name="this sample",
            legendgroup="own",
            legendrank=2000,
            showlegend=named,
            text=[known_digits(float(value)) for value in own],
            hovertemplate=f"{pair_label(pair)}, this sample: %{{text}}<extra></extra>",
        ),
        row=1,
        col=1,
    )


def _name_panels(figure: go.Figure, stages: SampleStages) -> None:
    titles = (
        f"<b>MMD²</b> within a sample, mean of {len(stages.samples)}",
        f"<b>A-distance</b> over {len(stages.samples)} samples",
    )
    for axis, title in zip(figure.select_xaxes(), titles, strict=True):
        write_above(figure, title, x=sum(axis.domain) / 2, y=1, shift=6)
    for value in (0, LARGEST_DISTANCE):
        line = {"color": OTHER, "dash": "dash", "width": 1.5}
        figure.add_hline(y=value, line=line, row=1, col=2)
    if not stages.has_distances:
        figure.add_annotation(
            text="It was stopped before all of it was measured.",
            x=1,
            y=1,
            xref="x2",
            yref="y2",
            showarrow=False,
            font_size=FONT_SIZE,
        )
