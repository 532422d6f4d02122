"""Two samples, and what comes of exchanging a modality's latents."""

import plotly.graph_objects as go

from fusionviz.analysis.latents.exchange import CASES, Exchange
from fusionviz.views.latents.mosaic import draw_pairs
from fusionviz.views.shared.style import MODALITY_COLOURS, three_digits

_RGB, _DEPTH = (
    f'<span style="color:{MODALITY_COLOURS[name]}">●</span>'
    for name in ("rgb", "depth")
)
TITLES = (
    "<b>A</b>",
    f"{_RGB} <b>z of A</b>, {_DEPTH} <b>z of B</b>",
    f"{_RGB} <b>z of B</b>, {_DEPTH} <b>z of A</b>",
    "<b>B</b>",
)
"""Above the pictures of each of `CASES`."""


def draw_exchange(exchange: Exchange) -> go.Figure:
    """Draw A and B on the outside and the two exchanges between them.

    Args:
        exchange: Pictures of the four.
    """
    notes = [f"{three_digits(bits)} bits per dim" for bits in exchange.bits_per_dim]
    return draw_pairs(exchange.pictures, titles=TITLES, notes=notes)


def describe_exchange(exchange: Exchange) -> str:
    """Return in words what `draw_exchange` shows."""
    parts = [
        f"{case}, {three_digits(bits)} bits per dimension"
        for case, bits in zip(CASES, exchange.bits_per_dim, strict=True)
    ]
    return f"RGB and depth decoded from the latents of {'; '.join(parts)}."
