"""Pairs that the model made up."""

import math

import plotly.graph_objects as go

from fusionviz.analysis.latents.samples import Samples
from fusionviz.views.latents.mosaic import draw_pairs
from fusionviz.views.shared.style import three_digits


def draw_made_up(samples: Samples) -> go.Figure:
    """Draw the pairs side by side, with their bits per dimension.

    Args:
        samples: At least one pair.
    """
    numbers = range(1, len(samples.pictures) + 1)
    return draw_pairs(
        samples.pictures,
        titles=[f"<b>{number}</b>" for number in numbers],
        notes=[_bits(bits) for bits in samples.bits_per_dim],
    )


def describe_made_up(samples: Samples) -> str:
    """Return in words what `draw_made_up` shows."""
    low, high = samples.bits_per_dim.min(), samples.bits_per_dim.max()
    return (
        f"{len(samples.pictures)} pairs drawn at temperature "
        f"{three_digits(samples.temperature)}, RGB above depth; "
        f"{_bits(low)} to {_bits(high)} per dimension."
    )


def _bits(bits: float) -> str:
    return f"{three_digits(bits)} bits" if math.isfinite(bits) else "out of range"
