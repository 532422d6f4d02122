"""What a MANGO believes a missing picture was, beside the truth."""

import math

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.robustness.belief import Belief, Picture
from fusionviz.views.robustness.pictures import PictureGrid
from fusionviz.views.shared.scale import Scale, depth_scale
from fusionviz.views.shared.style import (
    MODALITY_NAMES,
    dress,
    modality_title,
    three_digits,
)


def draw_belief(belief: Belief) -> go.Figure:
    """Draw the given picture, the true one, the guess and the draws in one row."""
    pictures = [belief.known, belief.truth, belief.guess, *belief.draws]
    titles = _titles(belief)
    grid = PictureGrid(1, len(pictures), across=0.012, down=0)
    scale = depth_scale([one for one in pictures if one.ndim == 2])
    for column, (picture, title) in enumerate(zip(pictures, titles, strict=True)):
        grid.place(_paint(picture, scale), 0, column)
        grid.title(title, 0, column)
    figure = dress(grid.figure(scale.bar(x=1.0, y=0.5, length=0.8)), top=74)
    return figure.update_layout(showlegend=False, margin_r=84)


def describe_belief(belief: Belief) -> str:
    """Return in words what `draw_belief` shows."""
    unit = " m" if belief.missing == "depth" else " of full scale"
    names = ["the guess", *(f"draw {i + 1}" for i in range(len(belief.draws)))]
    told = ", ".join(
        f"{name} is {three_digits(off)}{unit} off"
        for name, off in zip(names, belief.errors, strict=True)
        if math.isfinite(off)
    )
    return (
        f"{MODALITY_NAMES[belief.missing]} as MANGO believes it was, given the "
        f"{MODALITY_NAMES[belief.given]}: {told or 'the truth is not measured'}."
    )


def _titles(belief: Belief) -> list[str]:
    unit = " m off" if belief.missing == "depth" else " off"
    off = [
        f"<br>{three_digits(error)}{unit}" if math.isfinite(error) else "<br>"
        for error in belief.errors
    ]
    bits = [f"<br>{one:.2f} bits".replace("-", "−") for one in belief.bits]
    draws = [
        f"<b>draw {i + 1}</b>{off[i + 1]}{bits[i + 2]}"
        for i in range(len(belief.draws))
    ]
    return [
        modality_title(belief.given, "given") + "<br><br>",
        modality_title(belief.missing, "true") + f"<br>{bits[0]}",
        f"<b>guess</b>{off[0]}{bits[1]}",
        *draws,
    ]


def _paint(picture: Picture, scale: Scale) -> NDArray[np.uint8]:
    return picture if picture.ndim == 3 else scale.paint(picture)
