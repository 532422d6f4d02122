"""What models make up: whole pairs, one modality given the other, a third of two."""

import streamlit as st

from fusionviz.exhibits.latents.samples import (
    COUNTS,
    HOTTEST,
    LARGEST_SEED,
    SAMPLES,
    SamplesControls,
)
from fusionviz.ui.latents import completing, translating
from fusionviz.ui.shared.controls import choose_bound, choose_number
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import panel
from fusionviz.ui.shared.subjects import MangoChoice

WHAT = {
    "Make up pairs": "samples",
    "Complete a modality": "completion",
    "Translate": "translation",
}


@panel
def draw_panel(choice: MangoChoice, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        what = choose_bound("What", "sampling", WHAT)
        if what == "completion":
            completion = completing.choose()
        elif what == "translation":
            translator = translating.choose()
        else:
            samples = _choose_samples()
    if not visible:
        return
    if what == "completion":
        completing.draw(choice, completion)
    elif what == "translation":
        translating.draw(choice, translator)
    else:
        show_exhibit(SAMPLES, choice, samples)


def _choose_samples() -> SamplesControls:
    temperature = st.slider(
        "Temperature",
        0.0,
        HOTTEST,
        SamplesControls.temperature,
        0.05,
        key="temperature",
        bind="query-params",
        width=230,
        help="Standard deviation of the latents: 1 is the prior's own. At 0 all "
        "are z = 0: the mode of the prior, not the most probable pair.",
    )
    count = st.slider(
        "Pairs",
        COUNTS.start,
        COUNTS.stop - 1,
        SamplesControls.count,
        key="sample_count",
        bind="query-params",
        width=130,
    )
    seed = choose_number(
        "Seed",
        "sample_seed",
        default=SamplesControls.seed,
        last=LARGEST_SEED,
        width=130,
        help="Other seeds, other pairs.",
    )
    return SamplesControls(count=count, temperature=temperature, seed=int(seed))
