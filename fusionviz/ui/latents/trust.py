"""Can the latents be trusted?"""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from fusionviz.analysis.latents.round_trip import PRECISIONS
from fusionviz.analysis.latents.verdict import (
    LARGEST_DISTANCE,
    LARGEST_ERROR,
    ODD,
    judge,
)
from fusionviz.exhibits.latents.normality import (
    NORMALITY,
    ODDNESS,
    NormalityControls,
    OddnessControls,
)
from fusionviz.exhibits.latents.round_trip import (
    LAYER_COSTS,
    ROUND_TRIP,
    LayerCostsControls,
    RoundTripControls,
)
from fusionviz.exhibits.shared.exhibit import ExhibitKind
from fusionviz.ui.shared.controls import choose_bound
from fusionviz.ui.shared.exhibits import make_exhibit, show_exhibit
from fusionviz.ui.shared.headline import draw_headline
from fusionviz.ui.shared.notices import panel
from fusionviz.ui.shared.subjects import MangoChoice
from fusionviz.views.shared.style import in_percent, three_digits

LAYERS = {"That the pair changes": True, "All": False}


@panel
def draw_panel(choice: MangoChoice, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address.

    What can be set on a picture that is not looked at is drawn nowhere, and is not in
    the address either.
    """
    if visible:
        _draw_verdict(choice)
    wide, narrow = st.columns([7, 4], vertical_alignment="bottom")
    with wide:
        kind, choose_controls = choose_bound("Look at", "trust_view", VIEWS)
    with narrow:
        controls = choose_controls()
    if visible:
        show_exhibit(kind, choice, controls)


def _choose_precision() -> RoundTripControls:
    precision = choose_bound(
        "Computed in",
        "trust_precision",
        {precision: precision for precision in PRECISIONS},
        help="float64 computes both, with a copy of the flow: about a second.",
    )
    return RoundTripControls(precision=precision)


def _choose_layers() -> LayerCostsControls:
    changing = choose_bound(
        "Layers",
        "trust_layers",
        LAYERS,
        help="ActNorms and channel mixings change the volume of every pair alike.",
    )
    return LayerCostsControls(changing=changing)


VIEWS: Mapping[str, tuple[ExhibitKind[Any], Callable[[], Any]]] = {
    "Does it come back?": (ROUND_TRIP, _choose_precision),
    "Like N(0, 1)?": (NORMALITY, NormalityControls),
    "An odd pair?": (ODDNESS, OddnessControls),
    "Where does volume go?": (LAYER_COSTS, _choose_layers),
}
"""What can be looked at, and what draws and returns its controls, by its title."""


def _draw_verdict(choice: MangoChoice) -> None:
    trip = make_exhibit(ROUND_TRIP, choice, RoundTripControls()).numbers
    normal = make_exhibit(NORMALITY, choice, NormalityControls()).numbers
    odd = make_exhibit(ODDNESS, choice, OddnessControls()).numbers
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
