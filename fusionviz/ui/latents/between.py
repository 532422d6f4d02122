"""Between the chosen sample and another room."""

import streamlit as st

from fusionviz.data.rooms import GALLERY_SEEDS
from fusionviz.errors import FusionvizError
from fusionviz.exhibits.latents.between import STEPS, BetweenControls, ExchangeControls
from fusionviz.ui.shared.choice import LARGEST_SEED
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.gallery import thumbnail
from fusionviz.ui.shared.share import publish, recall
from fusionviz.ui.shared.subjects import Picked, pick_room

LAYOUTS = {"Run through": "one", "All steps": "all"}
OTHER = "other"


@st.fragment
def draw_panel(picked: Picked, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        seed = _choose_other(picked)
        controls = _choose_steps()
    if not visible:
        return
    try:
        other = pick_room(picked, seed)
    except FusionvizError as error:
        st.error(str(error), icon=":material/error:")
        return
    suffix = "_all" if controls.layout == "all" else ""
    key = f"latents_between{suffix}"
    show_exhibit("latents-between", picked, controls, other=other, key=key)
    st.markdown("**The depth latents of the two, exchanged**")
    show_exhibit("latents-exchange", picked, ExchangeControls(), other=other)


def _choose_other(picked: Picked) -> int:
    """Draw the choice of the second room, which is never the first one."""
    own = picked.chosen.recipe.get("room")
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
        for room in GALLERY_SEEDS:
            st.button(
                f"![Room {room}]({thumbnail(room)})",
                key=f"other_room_{room}",
                on_click=_set_other,
                args=(room,),
                type="primary" if room == seed else "secondary",
                disabled=room == own,
            )
    return seed


def _set_other(seed: int) -> None:
    st.session_state[OTHER] = seed


def _choose_steps() -> BetweenControls:
    layout = st.segmented_control(
        "Show",
        list(LAYOUTS),
        default=next(iter(LAYOUTS)),
        key="between_layout",
        required=True,
        bind="query-params",
    )
    with st.popover("Steps"):
        steps = st.slider(
            "Steps, both ends counted",
            STEPS.start,
            STEPS.stop - 1,
            BetweenControls.steps,
            key="between_steps",
            bind="query-params",
        )
    return BetweenControls(steps=steps, layout=LAYOUTS[layout or "Run through"])
