"""What a figure shows."""

import base64
import io
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
import plotly.graph_objects as go
from PIL import Image
from plotly.basedatatypes import BaseFigure

CIVIDIS = np.array(
    [
        *((0, 34, 78), (18, 53, 112), (59, 73, 108), (87, 93, 109), (112, 113, 115)),
        *((138, 134, 120), (165, 156, 116), (195, 179, 105), (225, 204, 85)),
        (254, 232, 56),
    ]
)
"""The colours of weights and mass, in ten steps from 0 to the largest."""


@contextmanager
def figures_made():
    """Count the figures that are made meanwhile: one item a figure."""
    figures, usual = [], BaseFigure.__init__

    def noted(self, *args, **kwargs):
        figures.append(type(self))
        usual(self, *args, **kwargs)

    with patch.object(BaseFigure, "__init__", noted):
        yield figures


def texts(figure: go.Figure) -> str:
    """Return all that stands on a figure, titles of panels included."""
    return " ".join(note.text for note in figure.layout.annotations if note.text)


def heatmaps(figure: go.Figure) -> list:
    """Return the heat maps, in the order in which they are drawn."""
    return [trace for trace in figure.data if trace.type == "heatmap"]


def scatters(figure: go.Figure, mode: str) -> list:
    """Return the traces of `markers`, `lines` or both."""
    return [t for t in figure.data if t.type == "scatter" and t.mode == mode]


def cividis(share: np.ndarray) -> np.ndarray:
    """Return the colours of shares of the largest, to a level or two of 255."""
    steps = np.linspace(0, 1, len(CIVIDIS))
    channels = [np.interp(share, steps, levels) for levels in CIVIDIS.T]
    return np.stack(channels, axis=-1)


def pixels(address: str) -> np.ndarray:
    """Return the picture of a `data:` address, (height, width, 3)."""
    data = base64.b64decode(address.split(",")[1])
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def cells(address: str, rows: int, columns: int) -> np.ndarray:
    """Return the colour in the middle of each cell of a picture of cells."""
    shown = pixels(address)
    down, across = shown.shape[0] // rows, shown.shape[1] // columns
    return shown[down // 2 :: down, across // 2 :: across].astype(int)
