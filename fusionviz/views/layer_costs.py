"""How each layer of a flow changes the volume, from the first to the last."""

import plotly.graph_objects as go

from fusionviz.analysis.layer_costs import LayerCosts
from fusionviz.views.style import FONT_SIZE, LAYER_COLOURS, dress, three_digits

KIND_NAMES = {
    "mmca": "MMCA",
    "imca": "IMCA",
    "lica": "LICA",
    "coupling": "coupling",
    "mixing": "channel mixing",
    "actnorm": "ActNorm",
}


def draw_layer_costs(costs: LayerCosts, *, height: int = 420) -> go.Figure:
    """Draw log|det| of every layer as a waterfall: a bar starts where the last ended.

    Args:
        costs: Of every layer, nats.
        height: Pixels.
    """
    ends = costs.log_det.cumsum()
    figure = go.Figure()
    for kind, name in KIND_NAMES.items():
        places = [i for i, one in enumerate(costs.kinds) if one == kind]
        if not places:
            continue
        figure.add_trace(
            go.Bar(
                name=name,
                x=places,
                y=costs.log_det[places],
                base=(ends - costs.log_det)[places],
                marker_color=LAYER_COLOURS[kind],
                customdata=[[costs.names[i], float(ends[i])] for i in places],
                hovertemplate=(
                    "%{customdata[0]}: %{y:+.1f} nats<br>"
                    "so far %{customdata[1]:.1f} nats<extra></extra>"
                ),
            )
        )
    _name_blocks(figure, costs)
    figure.update_yaxes(title="log|det| so far, nats", zeroline=True)
    dress(figure, height=height)
    legend = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}
    return figure.update_layout(
        legend=legend, barmode="overlay", bargap=0.15, margin={"l": 10, "b": 44}
    )


def describe_layer_costs(costs: LayerCosts) -> str:
    """Return in words what `draw_layer_costs` shows."""
    largest = int(abs(costs.log_det).argmax())
    return (
        f"log|det| of {len(costs.names)} layers, {three_digits(costs.log_det.sum())} "
        f"nats altogether; the largest step is {costs.names[largest]} with "
        f"{three_digits(float(costs.log_det[largest]))} nats."
    )


def _name_blocks(figure: go.Figure, costs: LayerCosts) -> None:
    blocks = sorted(set(costs.blocks))
    first = [costs.blocks.index(block) for block in blocks]
    for edge in first[1:]:
        figure.add_vline(x=edge - 0.5, line={"color": "#8A8A8A", "width": 1})
    stops = [*first[1:], len(costs.blocks)]
    figure.update_xaxes(
        tickvals=[(a + b - 1) / 2 for a, b in zip(first, stops, strict=True)],
        ticktext=[f"block {block}" for block in blocks],
        tickfont_size=FONT_SIZE,
        showgrid=False,
    )
