"""How far apart modalities are: MMD², its kernel and its test."""

from contextlib import suppress
from typing import Any

import streamlit as st

from fusionviz.analysis.distributions.token_pairs import (
    Pair,
    common_stages,
    pairs_of,
    token_pair,
)
from fusionviz.analysis.shared.subjects.tokens import STAGE_TITLES, Stage, TokenSubject
from fusionviz.errors import InputError
from fusionviz.exhibits.distributions.distance_test import (
    FEWEST,
    MOST,
    TEST,
    PermutationControls,
)
from fusionviz.exhibits.distributions.distances import DISTANCES, DistanceControls
from fusionviz.exhibits.distributions.kernel import KERNEL, KernelControls
from fusionviz.ui.shared.controls import (
    choose_name,
    choose_segment,
    choose_step,
    controls_row,
)
from fusionviz.ui.shared.exhibits import make_exhibit, show_exhibit
from fusionviz.ui.shared.headline import draw_headline
from fusionviz.ui.shared.notices import panel, says_why
from fusionviz.ui.shared.share import publish, recall
from fusionviz.ui.shared.subjects import TokenChoice
from fusionviz.views.shared.style import MODALITY_NAMES, three_digits

SHUFFLES, SEED = "d_shuffles", "d_seed"
FIRST_SHUFFLES, LAST_SEED = 500, 9999

STAGE_WORDS: dict[Stage, str] = {
    "raw": "Raw",
    "encoded": "Before",
    "aligned": "Aligned",
    "fused": "Fused",
}
FORMS = {"biased": "biased", "unbiased": "unbiased"}
FACTORS = (
    *("0.05", "0.063", "0.08", "0.1", "0.125", "0.16", "0.2", "0.25", "0.32"),
    *("0.4", "0.5", "0.63", "0.8", "1", "1.25", "1.6", "2", "2.5", "3.2"),
    *("4", "5", "6.3", "8", "10", "12.5", "16", "20"),
)
"""Bandwidths in multiples of the median distance, ten a decade."""


@panel
def draw_panel(choice: TokenChoice, visible: bool) -> None:
    """Draw the tab. Its values are in the address while it is hidden, too."""
    if not visible:
        return
    subject = choice.subject
    asked = _choose(subject, pairs_of(subject))
    token_pair(subject, asked["x"], asked["y"], asked["stage"])  # or says why not
    distance = DistanceControls(**asked)
    test = PermutationControls(
        **asked,
        permutations=recall(SHUFFLES, FIRST_SHUFFLES, low=FEWEST, high=MOST),
        seed=recall(SEED, 0, low=0, high=LAST_SEED),
    )
    _draw_headline(choice, distance, test)
    with says_why():
        show_exhibit(DISTANCES, choice, distance)
    with says_why():
        show_exhibit(KERNEL, choice, KernelControls(**asked))
    _choose_test()
    with says_why():
        show_exhibit(TEST, choice, test)


def _choose(subject: TokenSubject, pairs: tuple[Pair, ...]) -> dict[str, Any]:
    """Draw what all three pictures share, in one row, and return it."""
    with controls_row("d_controls"):
        x, y = _choose_pair(pairs)
        stage = _choose_stage(subject)
        factor = choose_step(
            "Bandwidth σ, in medians",
            "d_bandwidth",
            FACTORS,
            default="1",
            unit=" ×",
            help="1 × is the median heuristic: σ is the median distance between the "
            "tokens of both modalities. The scale is logarithmic.",
        )
        form = choose_name(
            "Form",
            "d_form",
            FORMS,
            width=124,
            help="Biased: each token's pair with itself counts, as in the paper's "
            "loss. Unbiased: it does not, and two draws from one distribution are 0 "
            "apart on average.",
        )
    return {
        "x": x,
        "y": y,
        "stage": stage,
        "bandwidth_factor": float(factor),
        "biased": form == "biased",
    }


def _choose_pair(pairs: tuple[Pair, ...]) -> Pair:
    by_name = {"_".join(pair): pair for pair in pairs}
    titles = {
        name: " and ".join(MODALITY_NAMES.get(one, one) for one in pair)
        for name, pair in by_name.items()
    }
    return by_name[choose_name("Between", "d_pair", titles, width=176)]


def _choose_stage(subject: TokenSubject) -> Stage:
    raw: tuple[Stage, ...] = ("raw",) if "raw" in subject.stages else ()
    stages = (*raw, *common_stages(subject))
    told = "; ".join(f"{STAGE_WORDS[one]}: {STAGE_TITLES[one]}" for one in stages)
    return choose_segment(
        "Stage",
        "d_stage",
        {stage: STAGE_WORDS[stage] for stage in stages},
        default="encoded",
        help=f"{told}.",
    )


def _choose_test() -> None:
    """Draw what can be set of the test."""
    with controls_row("d_test"):
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
    choice: TokenChoice, distance: DistanceControls, test: PermutationControls
) -> None:
    numbers: dict[str, float | int | str] = {}
    with suppress(InputError):  # said in the place of its picture
        numbers |= make_exhibit(DISTANCES, choice, distance).numbers
    with suppress(InputError):
        numbers |= make_exhibit(TEST, choice, test).numbers
    headline = {
        f"MMD² {STAGE_TITLES[test.stage]}": (
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
