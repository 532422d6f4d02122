"""Between the chosen sample and another room."""

import streamlit as st

from fusionviz.data.rooms import GALLERY_SEEDS
from fusionviz.exhibits.latents.between import (
    BETWEEN,
    EXCHANGE,
    STEPS,
    BetweenControls,
    ExchangeControls,
)
from fusionviz.ui.shared.controls import choose_bound, controls_row
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import panel
from fusionviz.ui.shared.sample.choice import LARGEST_SEED
from fusionviz.ui.shared.sample.gallery import draw_rooms
from fusionviz.ui.shared.share import publish, recall
from fusionviz.ui.shared.subjects import MangoChoice, read_room

LAYOUTS = {"Run through": "one", "All steps": "all"}
OTHER = "other"


@panel
def draw_panel(choice: MangoChoice, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    with controls_row("between_controls"):
        seed = _choose_other(choice)
        controls = _choose_steps()
    if not visible:
        return
    other = read_room(choice, seed)
    suffix = "_all" if controls.layout == "all" else ""
    key = f"latents_between{suffix}"
    show_exhibit(BETWEEN, choice, controls, other=other, key=key)
    st.markdown("**The depth latents of the two, exchanged**")
    show_exhibit(EXCHANGE, choice, ExchangeControls(), other=other)


def _choose_other(choice: MangoChoice) -> int:
    """Draw the choice of the second room, which is never the first one."""
    own = choice.sample.named.get("room")
    default = next(seed for seed in GALLERY_SEEDS if seed != own)
    if recall(OTHER, default, low=0, high=LARGEST_SEED) == own:
        st.session_state[OTHER] = default
    seed = st.number_input(
        "B: room number",
        min_value=0,
        max_value=LARGEST_SEED,
        key=OTHER,
        width=140,
        help="The sample that the steps lead to. A is the chosen one.",
    )
    publish(OTHER, default)
    with st.container(
        key="other_rooms", horizontal=True, gap="xsmall", width="content"
    ):
        draw_rooms("other_room", _set_other, shown=seed, barred=own)
    return seed


def _set_other(seed: int) -> None:
    st.session_state[OTHER] = seed


def _choose_steps() -> BetweenControls:
    layout = choose_bound("Show", "between_layout", LAYOUTS)
    with st.popover("Steps"):
        steps = st.slider(
            "Steps, both ends counted",
            STEPS.start,
            STEPS.stop - 1,
            BetweenControls.steps,
            key="between_steps",
            bind="query-params",
        )
    return BetweenControls(steps=steps, layout=layout)
