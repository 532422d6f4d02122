"""What has to be held at a length: attention's square beside a scan's state."""

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from fusionviz.analysis.scaling.state import HeldBytes
from fusionviz.views.scaling.curves import STYLES
from fusionviz.views.scaling.units import write_bytes, write_length
from fusionviz.views.shared.style import MARK, dress

LINES = (
    ("attention", "attention weights of a layer, H L²", "#D55E00", "solid"),
    ("transport", "AlignMamba's costs and plans, 4 (L/3)²", "#7A55B8", "solid"),
    ("every_state", "the scan's states at every token, L E N", "#0072B2", "dash"),
    ("tokens", "the tokens of a layer, L d", "#8A8A8A", "dash"),
    ("state", "the state that the scan carries, E N", "#0072B2", "solid"),
)
"""Field of `HeldBytes`, name, colour and dash."""

MEASURED_NAMES = {
    "alignmamba": "measured: AlignMamba",
    "single-stream-plain": "measured: single stream, plain",
    "single-stream-fused": "measured: single stream, fused",
}


def draw_state(held: HeldBytes, *, length: float) -> go.Figure:
    """Draw bytes over length by formula, and measured peaks as points.

    Args:
        held: What is drawn.
        length: Where all are read off.
    """
    figure = go.Figure()
    for field, name, colour, dash in LINES:
        figure.add_trace(_line(held, field, name, colour, dash))
    for workload, peaks in held.measured.items():
        figure.add_trace(_peaks(workload, peaks))
    low, high = held.state / 4, float(held.attention.max()) * 2
    figure.add_trace(
        go.Scatter(
            x=[length, length],
            y=[low, high],
            mode="lines",
            line={"color": MARK, "width": 2},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    lengths = held.lengths.tolist()
    ticks = [2**power for power in range(0, 60, 5) if low <= 2**power <= high]
    figure.update_xaxes(
        type="log",
        title="tokens L (log)",
        tickvals=lengths[::2],
        ticktext=[_short(tick) for tick in lengths[::2]],
        range=[math.log10(lengths[0]) - 0.05, math.log10(lengths[-1]) + 0.05],
        zeroline=False,
    )
    figure.update_yaxes(
        type="log",
        title="bytes (log)",
        tickvals=ticks,
        ticktext=[write_bytes(tick) for tick in ticks],
        range=[math.log10(low), math.log10(high)],
        zeroline=False,
    )
    dress(figure)
    return figure.update_layout(margin={"l": 8, "b": 8}, dragmode="zoom")


def describe_state(held: HeldBytes, *, length: int, attention: int) -> str:
    """Return in words what `draw_state` shows.

    Args:
        held: What is drawn.
        length: Where it is read off.
        attention: Bytes of a layer's attention weights there.
    """
    return (
        f"At {write_length(length)} tokens a layer's attention weights take "
        f"{write_bytes(attention)} and the scan carries {write_bytes(held.state)}, at "
        "any length."
    )


def _line(held: HeldBytes, field: str, name: str, colour: str, dash: str) -> go.Scatter:
    count = len(held.lengths)
    values: Sequence[int] = (
        [held.state] * count if field == "state" else getattr(held, field).tolist()
    )
    return go.Scatter(
        x=held.lengths,
        y=values,
        name=name,
        mode="lines",
        line={"color": colour, "width": 3, "dash": dash},
        customdata=[write_bytes(value) for value in values],
        hovertemplate=f"{name}<br>%{{x:,}} tokens: %{{customdata}}<extra></extra>",
    )


def _peaks(workload: str, peaks: dict[int, int]) -> go.Scatter:
    colour, _, symbol = STYLES[workload]
    name = MEASURED_NAMES[workload]
    marker: dict[str, Any] = {"size": 9, "symbol": symbol, "color": colour}
    return go.Scatter(
        x=list(peaks),
        y=list(peaks.values()),
        name=name,
        mode="markers",
        marker=marker,
        customdata=[write_bytes(value) for value in peaks.values()],
        hovertemplate=f"{name}<br>%{{x:,}} tokens: %{{customdata}}<extra></extra>",
    )


def _short(tick: int) -> str:
    if tick >= 2**20:
        return f"{tick // 2**20}M"
    return f"{tick // 1024}k" if tick >= 1024 else str(tick)
