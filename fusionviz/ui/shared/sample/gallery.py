"""A row of rooms to pick from."""

from collections.abc import Callable

import streamlit as st

from fusionviz.data.rooms import GALLERY_SEEDS
from fusionviz.ui.shared import cache
from fusionviz.ui.shared.sample.choice import ROOMS, pick_room, surprise
from fusionviz.views.shared.pixels import picture_address

THUMBNAIL_SIDE = 128

NO_PHOTOGRAPHS = (
    "No photographs come along: those at hand may be used for research, not passed "
    "on. Bring a pair of your own by *Your files* on the left: a phone with LiDAR, a "
    "Kinect or a RealSense saves one, and NYU Depth V2 can be downloaded "
    "(docs/photographs.md says how)."
)
"""What stands where photographs would be, beside the rooms."""


def draw_gallery() -> None:
    """Draw six rooms as pictures to press, one that surprises, and how to get more."""
    shown = st.session_state.seed if st.session_state.source == ROOMS else None
    with st.container(
        key="gallery", horizontal=True, gap="small", vertical_alignment="center"
    ):
        draw_rooms("room", pick_room, shown)
        st.button(
            "Surprise me",
            key="surprise",
            icon=":material/casino:",
            on_click=surprise,
        )
        with st.popover("Photographs", icon=":material/photo_camera:", key="photos"):
            st.markdown(NO_PHOTOGRAPHS)


def draw_rooms(
    prefix: str,
    pick: Callable[[int], None],
    shown: int | None,
    barred: int | None = None,
) -> None:
    """Draw six rooms as pictures to press.

    Args:
        prefix: Of their keys.
        pick: Called with the number of the one that is pressed.
        shown: Number of the one that is shown.
        barred: Number of one that cannot be pressed.
    """
    for seed in GALLERY_SEEDS:
        st.button(
            f"![Room {seed}]({_thumbnail(seed)})",
            key=f"{prefix}_{seed}",
            on_click=pick,
            args=(seed,),
            type="primary" if seed == shown else "secondary",
            disabled=seed == barred,
        )


@st.cache_data(max_entries=16, show_spinner=False)
def _thumbnail(seed: int) -> str:
    """Return a small picture of a room, as a data address."""
    sample, _ = cache.room(seed)
    if sample.rgb is None:
        raise ValueError(f"room {seed} has no colours")
    return picture_address(sample.rgb, longest=THUMBNAIL_SIDE)
