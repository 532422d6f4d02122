"""The Inputs page: the pair that came in, and the tabs of what models say of it."""

from collections.abc import Mapping

import streamlit as st

from fusionviz.analysis.inputs.pair_subject import PairSubject
from fusionviz.exhibits.inputs.familiarity import warn_of_distance
from fusionviz.exhibits.inputs.pair import PAIR, POINTS
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind
from fusionviz.ui.inputs import attention, likelihood, segmentation, timing, transport
from fusionviz.ui.inputs.reading import draw_reading
from fusionviz.ui.inputs.readings import (
    PASSES,
    Readings,
    before_models,
    pair_exhibit,
    points_exhibit,
)
from fusionviz.ui.shared.charts import show
from fusionviz.ui.shared.checkpoints import TITLES
from fusionviz.ui.shared.exhibits import draw_exports, recipe_of
from fusionviz.ui.shared.headline import draw_headline
from fusionviz.ui.shared.sample.choice import SampleChoice
from fusionviz.ui.shared.tabs import draw_tabs
from fusionviz.views.shared.style import three_digits

TABS = {
    "Segmentation": segmentation.draw_panel,
    "Likelihood and round trip": likelihood.draw_panel,
    "Attention": attention.draw_panel,
    "Transport": transport.draw_panel,
    "Time": timing.draw_panel,
}


def draw_input(sample: SampleChoice) -> None:
    """Draw the pair and its point cloud, and what was assumed on reading it."""
    choice = before_models(sample)
    made = {PAIR: pair_exhibit(choice.key, choice.subject)}
    left, right = st.columns([2, 1], gap="small")
    with left:
        _show(PAIR, made[PAIR], key="pair")
    with right:
        if sample.rgbd.depth_m is None:
            st.info("A point cloud needs depth.", icon=":material/view_in_ar:")
        else:
            made[POINTS] = points_exhibit(choice.key, choice.subject)
            _show(POINTS, made[POINTS], key="points")
    words = " ".join([f"**{sample.title}.**", *sample.notes, _say_alone(sample)])
    if sample.reading is not None:  # of files there is more to say and to set
        st.caption(words)
    with st.container(horizontal=True, vertical_alignment="bottom", key="below_pair"):
        if sample.reading is None:
            st.caption(words, width="stretch")
        draw_reading(sample)
        for kind, exhibit in made.items():
            name = kind.name.removeprefix("inputs-")
            recipe = recipe_of(kind, choice, Controls())
            draw_exports(exhibit, recipe, key=name, label=f"Export {name}")


def _show(
    kind: ExhibitKind[Controls, PairSubject], exhibit: Exhibit, *, key: str
) -> None:
    show(exhibit.figure, key=key, alt=exhibit.alt, height=kind.height_of(exhibit))


def _say_alone(sample: SampleChoice) -> str:
    """Return in words what becomes of a modality that is missing."""
    present = sample.rgbd.modalities
    if len(present) == 2:
        return ""
    (one,) = present
    here, missing = ("RGB", "depth") if one == "rgb" else ("depth", "RGB")
    return (
        f"Only {here} is here: what MANGO says of {missing} is its own guess, so the "
        "likelihood is withheld; AlignMamba goes on without it."
    )


def draw_readings(readings: Readings) -> None:
    """Draw the headline numbers, then one tab for each thing that a model says."""
    for kind, trouble in readings.troubles.items():
        st.warning(f"**{TITLES[kind]}**: {trouble}", icon=":material/info:")
    if warning := warn_of_distance(readings.choice.subject):
        st.warning(warning, icon=":material/travel_explore:")
    draw_headline(headline(readings), key="headline")
    draw_tabs(TABS, readings)


def headline(readings: Readings) -> Mapping[str, tuple[str, str]]:
    """Return the numbers that stand above the tabs: label, value, what it means."""
    numbers = {}
    if readings.mango is not None:
        likelihood_ = readings.mango.likelihood
        missing = readings.mango.missing
        bits = three_digits(likelihood_.bits_per_dim)
        numbers["MANGO, bits per dimension"] = (
            bits if missing is None else "withheld",
            "Negative log2-likelihood of the tokens, per dimension: lower is more "
            "expected. A density, so it may be negative. Of this checkpoint's own "
            "tokens: not to be compared with another's."
            if missing is None
            else f"MANGO's tokens of {missing} are its own guess, which it finds more "
            f"likely than a real one: with it, {bits}.",
        )
        numbers["Round-trip error"] = (
            three_digits(likelihood_.round_trip_error),
            "Largest |x − G⁻¹(G(x))| over tokens and channels, in units of a token.",
        )
    transport_ = readings.alignmamba.transport if readings.alignmamba else None
    if transport_ is not None:
        numbers["AlignMamba, patches in place"] = (
            f"{transport_.in_place:.0%}",
            f"Share of {transport_.source} patches that are sent to the same place of "
            f"{transport_.target}; by chance {1 / transport_.grid.places:.1%}.",
        )
    if readings.seconds:
        which, meaning = (
            (
                "first run",
                "when it was first read. Cold starts take longer: the Time tab has a "
                "button that times them again.",
            )
            if readings.is_first_run
            else ("warm", f"median of {PASSES} passes, timed on the Time tab.")
        )
        numbers[f"Both models, {which}"] = (
            f"{1000 * readings.seconds:.0f} ms",
            f"Time that the models took for this pair, {meaning}",
        )
    return numbers
