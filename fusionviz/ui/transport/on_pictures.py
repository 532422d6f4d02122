"""A plan on a pair of pictures: a patch, and its mass on the other picture."""

import math
from collections.abc import Mapping

import streamlit as st

from fusionviz.analysis.shared.placeholder import ANY
from fusionviz.analysis.shared.subjects.tokens import AlignmentCase
from fusionviz.analysis.transport.patch import telling_patch
from fusionviz.exhibits.shared.exhibit import Exhibit
from fusionviz.exhibits.transport.patch import PATCH, PatchControls, Side
from fusionviz.ui.shared.clicks import clicked
from fusionviz.ui.shared.controls import choose_name, choose_step, controls_row
from fusionviz.ui.shared.exhibits import make_exhibit, show_exhibit
from fusionviz.ui.shared.headline import draw_headline
from fusionviz.ui.shared.share import publish, recall, seat
from fusionviz.ui.shared.subjects import TokenChoice
from fusionviz.ui.transport.controls import choose_solver
from fusionviz.views.shared.style import MODALITY_NAMES, three_digits

CHART = "transport_patch"
KEYS = SIDE, PATCH_AT, COUNT = "d_side", "d_patch", "d_k"
"""What the address knows of a plan on pictures."""

COUNTS = ("4", "8", "16", "32", "64")


def draw_pictures(choice: TokenChoice) -> None:
    """Draw the plan of a pair of pictures."""
    point = clicked(CHART)
    if point is not None:
        st.session_state[SIDE], st.session_state[PATCH_AT] = point[0], int(point[1])
    case = choice.subject.case()
    with controls_row("d_controls"):
        controls = _choose(case)
    made = make_exhibit(PATCH, choice, controls)
    draw_headline(_headline(made, case), key="headline_patch")
    show_exhibit(PATCH, choice, controls, exhibit=made, select=("points",))


def _choose(case: AlignmentCase) -> PatchControls:
    solver, epsilon = choose_solver()
    names = [MODALITY_NAMES.get(x.name, x.name) for x in (case.source, case.target)]
    titles: dict[Side, str] = {
        "source": f"{names[0]} patch sends",
        "target": f"{names[1]} patch receives",
        "all": "all patches",
    }
    side = choose_name("Show what", SIDE, titles, width=190)
    patch = ANY if side == "all" else _choose_patch(case, side)
    count = choose_step(
        "Lines (k)",
        COUNT,
        COUNTS,
        default="16",
        width=140,
        help="The strongest pairs are drawn.",
    )
    return PatchControls(
        solver=solver, epsilon=epsilon, side=side, patch=patch, count=int(count)
    )


def _choose_patch(case: AlignmentCase, side: str) -> int:
    """Draw the number of the patch; the address names it once one was picked."""
    last = len(case.source) - 1
    patch = recall(PATCH_AT, ANY, low=ANY, high=last)
    publish(PATCH_AT, ANY)
    if patch == ANY:
        patch = telling_patch(case, "source" if side == "source" else "target")
    seat("d_patch_at", patch)
    st.number_input(
        "Patch",
        min_value=0,
        max_value=last,
        key="d_patch_at",
        width=110,
        on_change=lambda: st.session_state.update(d_patch=st.session_state.d_patch_at),
        help=f"Or click one on either picture. 0 to {last}, row by row.",
    )
    return patch


def _headline(made: Exhibit, case: AlignmentCase) -> Mapping[str, tuple[str, str]]:
    """Return the numbers of the patch beside those of the whole plan."""
    numbers = made.numbers
    even = three_digits(math.log2(len(case.target)))
    a_side = "a_target" if numbers.get("side") == "target" else "a_source"
    headline = {}
    for label, own, whole, unit, meaning in (
        ("Cost", "cost", "cost", "", "Of 2: 1 − cosine, weighted by mass."),
        ("Moved", *("shift_patches",) * 2, " patches", "Across the picture, mean."),
        ("In place", *("share_in_place",) * 2, "", "Share of the mass that stays."),
        (
            "Entropy",
            "entropy_bits",
            f"entropy_bits_{a_side}",
            " bits",
            f"How far a patch's mass is spread: 0 at one patch, {even} where even.",
        ),
    ):
        say = "{:.1%}".format if "share" in own else three_digits
        plan = say(float(numbers[f"plan_{whole}"]))
        value = say(float(numbers[own])) + unit if own in numbers else "no mass"
        if "side" in numbers:
            headline[f"{label} · whole plan {plan}"] = (value, meaning)
        else:
            headline[label] = (plan + unit, meaning)
    return headline
