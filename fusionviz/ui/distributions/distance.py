"""How far apart modalities are: MMD², its kernel and its test."""

from typing import Any

import streamlit as st

from fusionviz.analysis.distributions.token_pairs import (
    Pair,
    common_stages,
    pairs_of,
    token_pair,
)
from fusionviz.analysis.shared.token_subject import STAGE_TITLES, Stage, TokenSubject
from fusionviz.errors import InputError
from fusionviz.exhibits.distributions.distance_test import (
    FEWEST,
    MOST,
    PermutationControls,
)
from fusionviz.exhibits.distributions.distances import DistanceControls
from fusionviz.exhibits.distributions.kernel import KernelControls
from fusionviz.exhibits.shared.exhibit import Controls
from fusionviz.ui.shared.exhibits import make_exhibit, show_exhibit
from fusionviz.ui.shared.headline import draw_headline
from fusionviz.ui.shared.how_to_read import nothing_yet
from fusionviz.ui.shared.share import publish, recall, recall_word
from fusionviz.ui.shared.tokens.picked import PickedTokens
from fusionviz.views.shared.style import MODALITY_NAMES, three_digits

PAIR, STAGE, BANDWIDTH, FORM = "d_pair", "d_stage", "d_bandwidth", "d_form"
SHUFFLES, SEED = "d_shuffles", "d_seed"
FIRST_SHUFFLES, LAST_SEED = 500, 9999

STAGE_WORDS: dict[Stage, str] = {
    "raw": "Raw",
    "encoded": "Before",
    "aligned": "Aligned",
    "fused": "Fused",
}
FORMS = ("biased", "unbiased")
FACTORS = (
    *("0.05", "0.063", "0.08", "0.1", "0.125", "0.16", "0.2", "0.25", "0.32"),
    *("0.4", "0.5", "0.63", "0.8", "1", "1.25", "1.6", "2", "2.5", "3.2"),
    *("4", "5", "6.3", "8", "10", "12.5", "16", "20"),
)
"""Bandwidths in multiples of the median distance, ten a decade."""


@st.fragment
def draw_panel(picked: PickedTokens, visible: bool) -> None:
    """Draw the tab. Its values are in the address while it is hidden, too."""
    if not visible:
        return
    subject = picked.subject
    try:
        pairs = pairs_of(subject)
        asked = _choose(subject, pairs)
        token_pair(subject, asked["x"], asked["y"], asked["stage"])
    except InputError as error:
        nothing_yet(str(error))
        return
    test = PermutationControls(
        **asked,
        permutations=recall(SHUFFLES, FIRST_SHUFFLES, low=FEWEST, high=MOST),
        seed=recall(SEED, 0, low=0, high=LAST_SEED),
    )
    _draw_headline(picked, asked, test)
    _show("distributions-distance", picked, DistanceControls(**asked))
    _show("distributions-kernel", picked, KernelControls(**asked))
    _choose_test()
    _show("distributions-test", picked, test)


def _choose(subject: TokenSubject, pairs: tuple[Pair, ...]) -> dict[str, Any]:
    """Draw what all three pictures share, in one row, and return it."""
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key="d_controls"
    ):
        x, y = _choose_pair(pairs)
        stage = _choose_stage(subject)
        recall_word(BANDWIDTH, "1", FACTORS)
        factor = st.select_slider(
            "Bandwidth σ, in medians",
            FACTORS,
            key=BANDWIDTH,
            format_func=lambda factor: f"{factor} ×",
            width="stretch",
            help="1 × is the median heuristic: σ is the median distance between the "
            "tokens of both modalities. The scale is logarithmic.",
        )
        publish(BANDWIDTH, "1")
        recall_word(FORM, FORMS[0], FORMS)
        form = st.selectbox(
            "Form",
            FORMS,
            key=FORM,
            width=124,
            help="Biased: each token's pair with itself counts, as in the paper's "
            "loss. Unbiased: it does not, and two draws from one distribution are 0 "
            "apart on average.",
        )
        publish(FORM, FORMS[0])
    return {
        "x": x,
        "y": y,
        "stage": stage,
        "bandwidth_factor": float(factor),
        "biased": form == FORMS[0],
    }


def _choose_pair(pairs: tuple[Pair, ...]) -> Pair:
    by_name = {"_".join(pair): pair for pair in pairs}
    first = next(iter(by_name))
    recall_word(PAIR, first, by_name)
    name = st.selectbox(
        "Between",
        list(by_name),
        format_func=lambda name: " and ".join(
            MODALITY_NAMES.get(one, one) for one in by_name[name]
        ),
        key=PAIR,
        width=176,
    )
    publish(PAIR, first)
    return by_name[name]


def _choose_stage(subject: TokenSubject) -> Stage:
    raw: tuple[Stage, ...] = ("raw",) if "raw" in subject.stages else ()
    stages = (*raw, *common_stages(subject))
    recall_word(STAGE, "encoded", stages)
    told = "; ".join(f"{STAGE_WORDS[one]}: {STAGE_TITLES[one]}" for one in stages)
    stage = st.segmented_control(
        "Stage",
        stages,
        format_func=STAGE_WORDS.__getitem__,
        key=STAGE,
        required=True,
        help=f"{told}.",
    )
    publish(STAGE, "encoded")
    return stage or "encoded"


def _choose_test() -> None:
    """Draw what can be set of the test."""
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key="d_test"
    ):
        st.slider(
            "Shuffles",
            min_value=FEWEST,
            max_value=MOST,
            step=100,
            key=SHUFFLES,
            width=320,
            help="The smallest p that they can give is 1 / (1 + shuffles).",
        )
        st.number_input(
            "Seed",
            min_value=0,
            max_value=LAST_SEED,
            key=SEED,
            width=104,
            help="Of the shuffles, and of the folds of the A-distance.",
        )
    publish(SHUFFLES, FIRST_SHUFFLES)
    publish(SEED, 0)


def _draw_headline(
    picked: PickedTokens, asked: dict[str, Any], test: PermutationControls
) -> None:
    numbers: dict[str, float | int | str] = {}
    for name, controls in (
        ("distributions-distance", DistanceControls(**asked)),
        ("distributions-test", test),
    ):
        try:
            numbers |= make_exhibit(name, picked, controls).numbers
        except InputError:  # said in the place of its picture
            continue
    headline = {
        f"MMD² {STAGE_TITLES[asked['stage']]}": (
            _said(numbers, "mmd2"),
            "No unit: 0 is alike, at most 2.",
        ),
        f"Bandwidth σ, {test.bandwidth_factor:g} × the median": (
            _said(numbers, "bandwidth"),
            "In the unit of the tokens of this stage.",
        ),
        "p-value": (
            _said(numbers, "p_value"),
            f"Of {test.permutations} shuffles of the labels. Tokens of one sample are "
            "not independent: it is optimistic.",
        ),
        "A-distance": (
            _said(numbers, "a_distance"),
            "2 (1 − 2 × held-out error) of a linear classifier: 0 where it guesses, 2 "
            "where it is always right. It knows no σ.",
        ),
    }
    draw_headline(headline, key="headline_distance")


def _said(numbers: dict[str, float | int | str], name: str) -> str:
    return three_digits(float(numbers[name])) if name in numbers else "—"


def _show(name: str, picked: PickedTokens, controls: Controls) -> None:
    """Show an exhibit, or say in its place why there is none."""
    try:
        show_exhibit(name, picked, controls)
    except InputError as error:
        nothing_yet(str(error))
