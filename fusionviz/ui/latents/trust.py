"""Can the latents be trusted?"""

from collections.abc import Mapping

import streamlit as st

from fusionviz.analysis.latents.verdict import (
    LARGEST_DISTANCE,
    LARGEST_ERROR,
    ODD,
    judge,
)
from fusionviz.exhibits.latents.normality import NormalityControls, OddnessControls
from fusionviz.exhibits.latents.round_trip import LayerCostsControls, RoundTripControls
from fusionviz.exhibits.shared.exhibit import Controls
from fusionviz.ui.shared.exhibits import make_exhibit, show_exhibit
from fusionviz.ui.shared.headline import draw_headline
from fusionviz.ui.shared.subjects import Picked
from fusionviz.views.shared.style import in_percent, three_digits

VIEWS = {
    "Does it come back?": "latents-round-trip",
    "Like N(0, 1)?": "latents-normality",
    "An odd pair?": "latents-oddness",
    "Where does volume go?": "latents-layer-costs",
}
FIRST = next(iter(VIEWS))
LAYERS = {"That the pair changes": True, "All": False}


@st.fragment
def draw_panel(picked: Picked, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    if visible:
        _draw_verdict(picked)
    wide, narrow = st.columns([7, 4], vertical_alignment="bottom")
    view = wide.segmented_control(
        "Look at",
        list(VIEWS),
        default=FIRST,
        key="trust_view",
        required=True,
        bind="query-params",
    )
    name = VIEWS[view or FIRST]
    with narrow:
        controls = _choose(name)
    if visible:
        show_exhibit(name, picked, controls)


def _choose(name: str) -> Controls:
    """Draw what can be set on a picture, and return it.

    What another picture has is drawn nowhere, and keeps its place in the address only
    while its picture is shown.
    """
    if name == "latents-round-trip":
        precision = st.segmented_control(
            "Computed in",
            ["float32", "float64"],
            default="float32",
            key="trust_precision",
            required=True,
            bind="query-params",
            help="float64 computes both, with a copy of the flow: about a second.",
        )
        return RoundTripControls(
            precision="float64" if precision == "float64" else "float32"
        )
    if name == "latents-layer-costs":
        layers = st.segmented_control(
            "Layers",
            list(LAYERS),
            default=next(iter(LAYERS)),
            key="trust_layers",
            required=True,
            bind="query-params",
            help="ActNorms and channel mixings change the volume of every pair alike.",
        )
        return LayerCostsControls(changing=LAYERS.get(layers or "", True))
    return NormalityControls() if name == "latents-normality" else OddnessControls()


def _draw_verdict(picked: Picked) -> None:
    trip = make_exhibit("latents-round-trip", picked, RoundTripControls()).numbers
    normal = make_exhibit("latents-normality", picked, NormalityControls()).numbers
    odd = make_exhibit("latents-oddness", picked, OddnessControls()).numbers
    error, largest = float(trip["worst"]), float(trip["largest_token"])
    verdict = judge(
        error=error / max(largest, 1e-12),
        distance=float(normal["kolmogorov_distance"]),
        odder_than=float(odd["odder_than"]) if "odder_than" in odd else None,
    )
    headline = {
        "Can they be trusted?": (
            verdict.word.capitalize(),
            f"Yes: the round trip is within {LARGEST_ERROR} of the largest token, "
            f"Kolmogorov's distance within {LARGEST_DISTANCE}, and the pair odder than "
            f"at most {ODD:.0%} of others. No: it does not come back.",
        ),
        "Round-trip error": (
            three_digits(error),
            "Largest |x − G⁻¹(G(x))| over tokens and channels, in units of a token; "
            f"the largest token entry is {three_digits(largest)}.",
        ),
        "Distance from N(0, 1)": (
            three_digits(float(normal["kolmogorov_distance"])),
            "Kolmogorov's distance of the latents from draws of N(0, 1), 0 to 1.",
        ),
        **_say_odd(odd),
    }
    draw_headline(headline, key="headline_trust")
    st.caption(f"{'; '.join(verdict.reasons).capitalize()}.")


def _say_odd(odd: Mapping[str, float | int | str]) -> dict[str, tuple[str, str]]:
    bits = f"{three_digits(float(odd['bits_per_dim']))} bits per dimension"
    if "odder_than" not in odd:
        return {"Bits per dimension": (bits.split()[0], "Lower is more expected.")}
    return {
        f"Odder than, of {odd['others']} samples": (
            in_percent(float(odd["odder_than"]), decimals=0, down=True),
            f"{bits}; so many samples lie nearer to their median.",
        )
    }
