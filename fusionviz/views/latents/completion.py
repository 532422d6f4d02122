"""A modality drawn from the other: truth, guess, draws, and how far they agree."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.latents.completion import Picture, PictureCompletion
from fusionviz.views.latents.mosaic import Mosaic
from fusionviz.views.shared.scale import Scale, depth_scale
from fusionviz.views.shared.style import (
    FONT_SIZE,
    MODALITY_COLOURS,
    MODALITY_NAMES,
    dress,
    three_digits,
)

UNITS = {"depth": " m", "rgb": ""}
"""Of the errors of each modality; those of colours are parts of full scale."""

TRUTH = "#8A8A8A"


def draw_completion(completed: PictureCompletion) -> go.Figure:
    """Draw what is known and true, the guess, the draws, and the chains' likelihood.

    Args:
        completed: Draws of one modality.
    """
    figure = make_subplots(
        rows=1,
        cols=2,
        column_widths=[0.62, 0.38],
        horizontal_spacing=0.21,
        subplot_titles=["", "<b>bits per dimension</b> of each chain"],
    )
    mosaic = Mosaic(
        rows=2,
        columns=3,
        cell_pixels=180,
        notes=(0, 1),
        titles=0,
        shape=len(completed.guess) / completed.guess.shape[1],
    )
    scales = _scales(completed)
    panels = [
        [completed.truth, completed.guess, completed.draws[0]],
        [completed.known, completed.mean, completed.spread],
    ]
    painted = [[_paint(one, completed, scales) for one in row] for row in panels]
    figure.add_trace(mosaic.words(_notes(completed)), row=1, col=1)
    for scale, x in zip(scales.values(), _BAR_PLACES, strict=False):
        figure.add_trace(scale.bar(x=x, y=0.5, length=0.7), row=1, col=1)
    _add_hover(figure, mosaic, panels)
    figure.update_layout(images=mosaic.pictures(painted))
    mosaic.fit(figure)
    for chain in completed.bits_per_dim.T:
        figure.add_trace(_line(chain, _chain_colour(completed), 1.5), row=1, col=2)
    mean = completed.bits_per_dim.mean(axis=1)
    figure.add_trace(_line(mean, _chain_colour(completed), 4, "mean"), row=1, col=2)
    if (level := completed.noisy_truth_bits) is not None:
        figure.add_trace(_level(level, completed.steps), row=1, col=2)
    _name_axes(figure, completed.steps, column=2)
    figure.update_annotations(font_size=FONT_SIZE)
    dress(figure)
    legend = {"orientation": "h", "x": 1, "xanchor": "right", "y": -0.14}
    return figure.update_layout(legend={**legend, "yanchor": "top"}, margin_b=70)


def draw_climb(bits_per_dim: Sequence[float], missing: str, *, steps: int) -> go.Figure:
    """Draw the chains' mean bits per dimension so far.

    Args:
        bits_per_dim: After each step that was taken.
        missing: The modality that is drawn.
        steps: How many there will be.
    """
    line = _line(np.asarray(bits_per_dim), MODALITY_COLOURS[missing], 4, "mean", 1)
    figure = go.Figure(line)
    _name_axes(figure, steps)
    figure.update_xaxes(range=[0.5, steps + 0.5], title_text="step")
    title = {"text": "bits per dimension", "font": {"size": FONT_SIZE}}
    figure.update_yaxes(title=title)
    dress(figure)
    return figure.update_layout(showlegend=False, margin={"l": 76, "b": 60})


def describe_completion(completed: PictureCompletion) -> str:
    """Return in words what `draw_completion` shows."""
    unit = UNITS[completed.missing]
    off = ", ".join(
        f"{name} {three_digits(error)}{unit}"
        for name, error in completed.errors.items()
    )
    errors = f" Mean errors: {off}." if off else ""
    return (
        f"{MODALITY_NAMES[completed.missing]} drawn from "
        f"{MODALITY_NAMES[completed.given]} by {completed.draws.shape[0]} chains of "
        f"{completed.steps} steps: truth, guess, one draw, mean and spread of the "
        f"draws, and the chains' bits per dimension.{errors}"
    )


_BAR_PLACES = (0.495, 0.585)


def _scales(completed: PictureCompletion) -> dict[str, Scale]:
    """Return the scale of depths, shared by all, and that of the spread."""
    if completed.missing == "depth":
        maps = [completed.guess, *completed.draws, completed.mean]
        maps += [] if completed.truth is None else [completed.truth]
        title = "spread, m"
    else:
        maps, title = [completed.known], "spread, 0..1"
    high = max(float(completed.spread.max()), 1e-6)
    return {
        "depth": depth_scale(maps),
        "spread": Scale(title=title, low=0.0, high=high),
    }


def _paint(
    picture: Picture | None, completed: PictureCompletion, scales: dict[str, Scale]
) -> NDArray[np.uint8]:
    if picture is None:
        return np.full((*completed.spread.shape, 3), 128, np.uint8)
    if picture is completed.spread:
        return scales["spread"].paint(picture)
    return picture if picture.ndim == 3 else scales["depth"].paint(picture)


def _notes(completed: PictureCompletion) -> list[list[str]]:
    """Return what stands under the pictures."""
    unit, errors = UNITS[completed.missing], completed.errors
    off = {name: f": {three_digits(e)}{unit} off" for name, e in errors.items()}
    missing = MODALITY_NAMES[completed.missing]
    truth = f"true {missing}" if completed.truth is not None else f"{missing} unknown"
    given = "guessed" if completed.given_is_guess else "given"
    return [
        [
            f"<b>{truth}</b>",
            f"<b>guess</b>{off.get('guess', '')}",
            f"<b>one draw</b>{off.get('one draw', '')}",
        ],
        [
            f"<b>{given} {MODALITY_NAMES[completed.given]}</b>",
            f"<b>mean</b>{off.get('mean', '')}",
            "<b>spread</b> of the draws",
        ],
    ]


def _add_hover(
    figure: go.Figure, mosaic: Mosaic, panels: Sequence[Sequence[Picture | None]]
) -> None:
    for row, line in enumerate(panels):
        for column, picture in enumerate(line):
            if picture is not None and picture.ndim == 2:
                trace = mosaic.hover(picture, row, column, "%{z:.3g}")
                figure.add_trace(trace, row=1, col=1)


def _chain_colour(completed: PictureCompletion) -> str:
    return MODALITY_COLOURS[completed.missing]


def _line(
    values: NDArray[np.floating],
    colour: str,
    width: float,
    name: str = "",
    first: int = 0,
) -> go.Scatter:
    """Return a line over the steps, the first of which has a number."""
    return go.Scatter(
        x=list(range(first, first + len(values))),
        y=values,
        mode="lines+markers" if len(values) < 3 or name else "lines",
        line={"color": colour, "width": width},
        opacity=1.0 if name else 0.55,
        name=f"{name} of the chains",
        showlegend=bool(name),
        hovertemplate="step %{x}: %{y:.3f} bits per dimension<extra></extra>",
    )


def _level(bits: float, steps: int) -> go.Scatter:
    return go.Scatter(
        x=[0, steps],
        y=[bits, bits],
        mode="lines",
        line={"color": TRUTH, "width": 3, "dash": "dash"},
        name="the true pair, with noise",
        hovertemplate="the true pair, with the noise of training: %{y:.3f}"
        "<extra></extra>",
    )


def _name_axes(figure: go.Figure, steps: int, column: int | None = None) -> None:
    place = {} if column is None else {"row": 1, "col": column}
    title = {"text": "step (0: the start)", "font": {"size": FONT_SIZE}}
    whole = {"tick0": 0, "dtick": -(-steps // 8), "tickfont_size": 14}
    figure.update_xaxes(title=title, zeroline=False, **whole, **place)
    figure.update_yaxes(tickfont_size=14, zeroline=False, nticks=6, **place)
