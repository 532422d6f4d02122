"""How each layer of a flow changes the volume, from the first to the last."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fusionviz.analysis.shared.layer_costs import LayerCosts
from fusionviz.views.shared.style import FONT_SIZE, LAYER_COLOURS, dress, three_digits

KIND_NAMES = {
    "mmca": "MMCA",
    "imca": "IMCA",
    "lica": "LICA",
    "autoregressive": "autoregressive",
    "coupling": "coupling",
    "mixing": "channel mixing",
    "actnorm": "ActNorm",
}
_EDGE = "#8A8A8A"


def draw_layer_costs(costs: LayerCosts) -> go.Figure:
    """Draw log|det| of every layer as a waterfall, and the sum of each kind of layer.

    A bar of the waterfall starts where the last one ended.

    Args:
        costs: Of every layer, nats.
    """
    figure = make_subplots(
        rows=1,
        cols=2,
        column_widths=[0.7, 0.3],
        horizontal_spacing=0.15,
        subplot_titles=["layer after layer", "sum of each kind"],
    )
    for kind in KIND_NAMES:
        places = [i for i, one in enumerate(costs.kinds) if one == kind]
        if places:
            _draw_steps(figure, costs, kind, places)
            _draw_sum(figure, costs, kind, places)
    _name_blocks(figure, costs)
    figure.update_yaxes(title="log|det| so far, nats", zeroline=True, row=1, col=1)
    figure.update_xaxes(range=[-1, max(len(costs.names), 1)], row=1, col=1)
    figure.update_xaxes(title="nats", range=_reach(costs), nticks=4, row=1, col=2)
    figure.update_yaxes(autorange="reversed", showgrid=False, row=1, col=2)
    figure.update_annotations(font_size=FONT_SIZE)
    dress(figure)
    return figure.update_layout(
        showlegend=False, barmode="overlay", margin={"l": 10, "b": 44}
    )


def kind_sums(costs: LayerCosts) -> dict[str, float]:
    """Return the sum of log|det| of each kind of layer that is there, nats."""
    kinds = np.array(costs.kinds)
    return {
        kind: float(costs.log_det[kinds == kind].sum())
        for kind in KIND_NAMES
        if kind in costs.kinds
    }


def _reach(costs: LayerCosts) -> tuple[float, float]:
    """Return the ends of the sums' axis, with room for their numbers."""
    sums = [0.0, *kind_sums(costs).values()]
    low, high = min(sums), max(sums)
    room = 0.45 * max(high - low, 1e-9)
    little = room / 9
    return low - (room if low < 0 else little), high + (room if high > 0 else little)


def describe_layer_costs(costs: LayerCosts) -> str:
    """Return in words what `draw_layer_costs` shows."""
    if not costs.names:
        return "This flow has no layers: its log|det| is 0 nats."
    largest = int(abs(costs.log_det).argmax())
    return (
        f"log|det| of {len(costs.names)} layers, {three_digits(costs.log_det.sum())} "
        f"nats altogether; the largest step is {costs.names[largest]} with "
        f"{three_digits(float(costs.log_det[largest]))} nats."
    )


def _draw_steps(
    figure: go.Figure, costs: LayerCosts, kind: str, places: list[int]
) -> None:
    ends = costs.log_det.cumsum()
    figure.add_trace(
        go.Bar(
            x=places,
            y=costs.log_det[places],
            base=(ends - costs.log_det)[places],
            width=0.9,
            # Many steps are thinner than a pixel: their edge shows where they are.
            marker={
                "color": LAYER_COLOURS[kind],
                "line": {"color": LAYER_COLOURS[kind], "width": 2},
            },
            customdata=[[costs.names[i], float(ends[i])] for i in places],
            hovertemplate=(
                "%{customdata[0]}: %{y:+.1f} nats<br>"
                "so far %{customdata[1]:.1f} nats<extra></extra>"
            ),
        ),
        row=1,
        col=1,
    )


def _draw_sum(
    figure: go.Figure, costs: LayerCosts, kind: str, places: list[int]
) -> None:
    total = kind_sums(costs)[kind]
    figure.add_trace(
        go.Bar(
            x=[total],
            y=[KIND_NAMES[kind]],
            orientation="h",
            marker_color=LAYER_COLOURS[kind],
            text=[three_digits(total)],
            textposition="outside",
            textfont_size=FONT_SIZE,
            cliponaxis=False,
            hovertemplate=f"{len(places)} layers: %{{x:+.1f}} nats<extra></extra>",
        ),
        row=1,
        col=2,
    )


def _name_blocks(figure: go.Figure, costs: LayerCosts) -> None:
    blocks = sorted(set(costs.blocks))
    first = [costs.blocks.index(block) for block in blocks]
    for edge in first[1:]:
        figure.add_vline(x=edge - 0.5, line={"color": _EDGE, "width": 1}, row=1, col=1)
    stops = [*first[1:], len(costs.blocks)][: len(first)]
    figure.update_xaxes(
        tickvals=[(a + b - 1) / 2 for a, b in zip(first, stops, strict=True)],
        ticktext=[f"block {block}" for block in blocks],
        showgrid=False,
        row=1,
        col=1,
    )
