"""Can the latents be trusted? The round trip, and log-determinants layer by layer."""

from dataclasses import dataclass, replace

import numpy as np

from fusionviz.analysis.latents.round_trip import (
    PRECISIONS,
    Precision,
    RoundTrip,
    measure_round_trip,
)
from fusionviz.analysis.shared.layer_costs import LayerCosts, measure_layer_costs
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.latents.round_trip import describe_round_trip, draw_round_trip
from fusionviz.views.shared.layer_costs import describe_layer_costs, draw_layer_costs
from fusionviz.views.shared.style import three_digits

CONSTANT = ("actnorm", "mixing")
"""Kinds of layers whose log-determinant is the same whatever goes through them."""


@dataclass(frozen=True, kw_only=True)
class RoundTripControls(Controls):
    """Which precision the round trip is computed in.

    Attributes:
        precision: `float32`, or `float64` for both.
    """

    precision: Precision = "float32"

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise ValueError(
                f"precision is {' or '.join(PRECISIONS)}, got {self.precision!r}"
            )


@dataclass(frozen=True, kw_only=True)
class LayerCostsControls(Controls):
    """Which layers' log-determinants are shown.

    Attributes:
        changing: Only those whose log-determinant depends on what goes through them:
            attention and couplings, not ActNorms and channel mixings.
    """

    changing: bool = True


def make_round_trip(request: Request[RoundTripControls]) -> Exhibit:
    """Return |x - G⁻¹(G(x))| of every token, over both pictures."""
    asked = request.controls.precision
    trip = measure_round_trip(request.subject, double=asked == "float64")
    # A model that runs in float64 itself has no float32 to show.
    wanted = asked if asked in trip.errors else next(iter(trip.errors))
    maps = trip.token_error(wanted)
    rows, columns = trip.grid.coordinates()
    numbers = {f"worst_{name}": trip.worst(name) for name in trip.errors}
    numbers["worst"] = trip.worst(wanted)
    return Exhibit(
        draw=lambda: draw_round_trip(trip, precision=wanted),
        alt=describe_round_trip(trip, precision=wanted),
        caption=_explain_round_trip(trip, wanted),
        formula=r"\left|x - G^{-1}(G(x))\right|",
        numbers={**numbers, "largest_token": trip.largest_token},
        arrays={f"error_{name}": error for name, error in trip.errors.items()},
        table={
            "modality": np.repeat(["rgb", "depth"], trip.grid.places),
            "row": np.tile(rows, 2),
            "column": np.tile(columns, 2),
            f"largest_error_{wanted}": maps.ravel(),
        },
    )


def _explain_round_trip(trip: RoundTrip, precision: str) -> str:
    first = next(iter(trip.errors))
    text = (
        "A flow loses nothing: its inverse brings every latent back to its token, up "
        "to rounding. Each square is the largest error of its token's channels, in the "
        "tokens' own unit, on a logarithmic scale; at the right is how the errors of "
        f"all {trip.errors[first].size} numbers spread. In {first} the worst is "
        f"**{three_digits(trip.worst(first))}**, "
        f"{three_digits(trip.worst(first) / max(trip.largest_token, 1e-12))} of the "
        f"largest token entry, {three_digits(trip.largest_token)}."
    )
    if precision == "float64" and first != "float64":
        text += (
            f" In float64, with the same weights, it is "
            f"**{three_digits(trip.worst('float64'))}**: what is left in {first} is "
            "rounding, and no mistake of the inverse."
        )
    elif precision == first == "float32":
        text += (
            " That this is rounding and no mistake of the inverse is seen in float64: "
            "the same weights come back far closer there."
        )
    if trip.missing is not None:
        text += f" The {trip.missing} tokens are the model's guess."
    return text


def make_layer_costs(request: Request[LayerCostsControls]) -> Exhibit:
    """Return the log-determinant of every layer, as a waterfall."""
    costs = measure_layer_costs(request.subject)
    shown = _only_changing(costs) if request.controls.changing else costs
    return Exhibit(
        draw=lambda: draw_layer_costs(shown),
        alt=describe_layer_costs(shown),
        caption=_explain_costs(costs, changing=request.controls.changing),
        formula=r"\log|\det \partial z/\partial x| = \sum_l \log|\det J_l|",
        numbers={
            "log_det_nats": float(costs.log_det.sum()),
            "log_prior_nats": costs.log_prior,
            "dimensions": costs.dimensions,
        },
        arrays={"log_det_nats": shown.log_det},
        table={
            "layer": shown.names,
            "kind": shown.kinds,
            "block": shown.blocks,
            "log_det_nats": shown.log_det,
        },
    )


def _only_changing(costs: LayerCosts) -> LayerCosts:
    """Return the layers whose log-determinant depends on what goes through them."""
    kept = [i for i, kind in enumerate(costs.kinds) if kind not in CONSTANT]
    return replace(
        costs,
        names=tuple(costs.names[i] for i in kept),
        kinds=tuple(costs.kinds[i] for i in kept),
        blocks=tuple(costs.blocks[i] for i in kept),
        log_det=costs.log_det[kept],
    )


def _explain_costs(costs: LayerCosts, *, changing: bool) -> str:
    total = float(costs.log_det.sum())
    varying = float(_only_changing(costs).log_det.sum())
    text = (
        "Each bar is one layer and starts where the one before ended. A layer "
        "that goes up spreads the tokens' volume out, one that goes down squeezes "
        "it; at the right is the sum of each kind. "
    )
    if changing:
        text += (
            "ActNorms and channel mixings are left out: theirs is the same for every "
            f"pair, {three_digits(total - varying)} nats. "
        )
    return text + (
        f"All layers add up to **{three_digits(total)} nats** for this pair, of which "
        f"attention and couplings, which depend on the pair, give "
        f"{three_digits(varying)}; with log N(z; 0, I) = "
        f"{three_digits(costs.log_prior)} nats that makes log p(x) = "
        f"{three_digits(total + costs.log_prior)} nats over {costs.dimensions} "
        "dimensions."
    )


ROUND_TRIP = ExhibitKind(
    name="latents-round-trip",
    title="Round trip: |x − G⁻¹(G(x))|",
    controls=RoundTripControls,
    make=make_round_trip,
)

LAYER_COSTS = ExhibitKind(
    name="latents-layer-costs",
    title="Log-determinant, layer by layer",
    controls=LayerCostsControls,
    make=make_layer_costs,
)
