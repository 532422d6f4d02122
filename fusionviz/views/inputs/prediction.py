"""What a model of one's own says of a sample: scores, classes, or a map of numbers."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.data.arrays.record import Prediction
from fusionviz.views.shared.pixels import every
from fusionviz.views.shared.segmentation import draw_classes
from fusionviz.views.shared.stacks.view import short
from fusionviz.views.shared.style import (
    FONT_SIZE,
    SEQUENTIAL,
    class_colours,
    dress,
    frame_picture,
    in_percent,
    three_digits,
)

SHOWN = 14
"""Classes that are listed: those of the largest scores or shares."""

MAP_SIDE = 256
COLOUR, OUTLINE = "#7A55B8", "#8A8A8A"


def draw_prediction(prediction: Prediction, pictures: Pictures | None) -> go.Figure:
    """Draw scores as bars, classes over the picture with their shares, or a map.

    Args:
        prediction: Of a sample.
        pictures: What to draw classes upon, of their size; None for a plain ground.
    """
    if prediction.kind == "scores":
        return _draw_scores(prediction)
    if prediction.kind == "map":
        return _draw_map(prediction.values)
    return _draw_classes(prediction, pictures)


def describe_prediction(prediction: Prediction) -> str:
    """Return in words what `draw_prediction` shows."""
    if prediction.kind == "map":
        low, high = float(prediction.values.min()), float(prediction.values.max())
        rows, columns = prediction.values.shape
        return (
            f"A map of {columns} by {rows} numbers from {three_digits(low)} to "
            f"{three_digits(high)}."
        )
    if prediction.kind == "scores":
        largest = ", ".join(
            f"{prediction.classes[place]} {_score(prediction, place)}"
            for place in np.argsort(-prediction.values, kind="stable")[:3].tolist()
        )
        return f"Scores of {len(prediction.values)} classes: {largest}."
    shares = class_shares(prediction)
    largest = ", ".join(f"{name} {in_percent(s)}" for name, s in shares[:3])
    return f"The class of each pixel: {largest or 'none is labelled'}."


def class_shares(prediction: Prediction) -> list[tuple[str, float]]:
    """Return which classes a map shows and what share of it, largest first."""
    labels = np.asarray(prediction.values, np.int64)
    count = np.bincount(labels[labels >= 0], minlength=len(prediction.classes))
    order = np.argsort(-count, kind="stable")
    return [
        (prediction.classes[place], float(count[place] / labels.size))
        for place in order.tolist()
        if count[place]
    ]


def _score(prediction: Prediction, place: int) -> str:
    value = float(prediction.values[place])
    if prediction.are_probabilities:
        return in_percent(value)
    return three_digits(value)


def _draw_scores(prediction: Prediction) -> go.Figure:
    order = np.argsort(-prediction.values, kind="stable")[:SHOWN].tolist()
    names = [short(prediction.classes[place], 32) for place in order]
    scale = 100 if prediction.are_probabilities else 1
    bars = go.Bar(
        x=[scale * float(prediction.values[place]) for place in order],
        y=list(range(len(order))),
        orientation="h",
        marker={"color": COLOUR},
        text=[_score(prediction, place) for place in order],
        textposition="outside",
        textfont={"size": FONT_SIZE},
        cliponaxis=False,
        hovertemplate="%{text}<extra></extra>",
    )
    figure = go.Figure(bars)
    figure.update_yaxes(
        range=[max(len(order), 4) - 0.5, -0.5],
        tickvals=list(range(len(order))),
        ticktext=names,
        showgrid=False,
    )
    unit = "probability, %" if scale == 100 else "score, no unit"
    figure.update_xaxes(title=unit, zeroline=True)
    if scale == 100:
        figure.update_xaxes(range=[0, 118])
    dress(figure)
    return figure.update_layout(margin={"l": 10, "r": 70, "b": 44}, bargap=0.25)


def _draw_map(values: NDArray) -> go.Figure:
    step = every(values.shape, MAP_SIDE)
    rows, columns = values.shape
    figure = make_subplots(rows=1, cols=1)
    heat = go.Heatmap(
        z=np.asarray(values[::step, ::step], np.float32),
        dx=step,
        dy=step,
        colorscale=SEQUENTIAL,
        hovertemplate="%{z:.4g}<extra></extra>",
        colorbar={
            "title": {"text": "no unit", "font": {"size": FONT_SIZE}},
            "tickfont": {"size": FONT_SIZE},
            "thickness": 12,
            "outlinewidth": 0,
        },
    )
    figure.add_trace(heat, row=1, col=1)
    frame_picture(figure, width=columns, height=rows)
    if step > 1:
        figure.add_annotation(
            text=f"1 pixel in {step} × {step} is shown",
            x=0.5,
            y=0,
            yshift=-4,
            xref="paper",
            yref="paper",
            yanchor="top",
            showarrow=False,
            font_size=FONT_SIZE,
        )
    dress(figure)
    return figure.update_layout(margin_b=36)


def _draw_classes(prediction: Prediction, pictures: Pictures | None) -> go.Figure:
    labels = np.asarray(prediction.values, np.int64)
    if pictures is None:
        grey = np.full((*labels.shape, 3), 128, np.uint8)
        pictures = Pictures(rgb=grey, depth_m=None)
    figure = make_subplots(
        rows=1, cols=2, column_widths=[0.6, 0.4], horizontal_spacing=0.12
    )
    draw_classes(figure, labels, prediction.confidence, prediction.classes, pictures, 1)
    shares = class_shares(prediction)[:SHOWN]
    colours = dict(
        zip(prediction.classes, class_colours(prediction.classes), strict=True)
    )
    bars = go.Bar(
        x=[100 * share for _, share in shares],
        y=list(range(len(shares))),
        orientation="h",
        marker={
            "color": [colours[name] for name, _ in shares],
            "line": {"color": OUTLINE, "width": 1},
        },
        text=[in_percent(share) for _, share in shares],
        textposition="outside",
        textfont={"size": FONT_SIZE},
        cliponaxis=False,
        hovertemplate="%{text} of the picture<extra></extra>",
    )
    figure.add_trace(bars, row=1, col=2)
    figure.update_yaxes(
        range=[max(len(shares), 6) - 0.5, -0.5],
        tickvals=list(range(len(shares))),
        ticktext=[short(name, 24) for name, _ in shares],
        showgrid=False,
        row=1,
        col=2,
    )
    figure.update_xaxes(visible=False, row=1, col=2)
    dress(figure)
    return figure.update_layout(showlegend=False, bargap=0.2, margin={"r": 70, "b": 10})
