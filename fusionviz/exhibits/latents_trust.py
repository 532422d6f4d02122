"""Can the latents be trusted? Log-determinants, layer by layer."""

from dataclasses import dataclass

from fusionviz.analysis.layer_costs import measure_layer_costs
from fusionviz.exhibits.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.layer_costs import describe_layer_costs, draw_layer_costs
from fusionviz.views.style import three_digits


@dataclass(frozen=True, kw_only=True)
class LayerCostsControls(Controls):
    """Nothing to set."""


def make_layer_costs(request: Request[LayerCostsControls]) -> Exhibit:
    """Return the log-determinant of every layer, as a waterfall."""
    costs = measure_layer_costs(request.subject)
    total = float(costs.log_det.sum())
    return Exhibit(
        figure=draw_layer_costs(costs),
        alt=describe_layer_costs(costs),
        caption=(
            "Each bar is one layer and starts where the one before ended. A layer "
            "that goes up spreads the tokens' volume out, one that goes down squeezes "
            f"it. They add up to **{three_digits(total)} nats** for this pair; with "
            f"log N(z; 0, I) = {three_digits(costs.log_prior)} nats that makes log p(x)"
            f" = {three_digits(total + costs.log_prior)} nats over {costs.dimensions} "
            "dimensions."
        ),
        formula=r"\log|\det \partial z/\partial x| = \sum_l \log|\det J_l|",
        numbers={
            "log_det_nats": total,
            "log_prior_nats": costs.log_prior,
            "dimensions": costs.dimensions,
        },
        arrays={"log_det_nats": costs.log_det},
        table={
            "layer": costs.names,
            "kind": costs.kinds,
            "block": costs.blocks,
            "log_det_nats": costs.log_det,
        },
    )


EXHIBITS = (
    ExhibitKind(
        name="latents-layer-costs",
        title="Log-determinant, layer by layer",
        controls=LayerCostsControls,
        make=make_layer_costs,
    ),
)
