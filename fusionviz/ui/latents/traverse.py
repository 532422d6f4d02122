"""Move the latents along directions, all over the picture or in some patches."""

from dataclasses import replace

import plotly.graph_objects as go
import streamlit as st

from fusionviz.analysis.latents.directions import ONE_LATENT, direction_names
from fusionviz.analysis.shared.latent_statistics import load_statistics
from fusionviz.errors import CheckpointError
from fusionviz.exhibits.latents.traverse import (
    MOST_SIGMAS,
    STRIP,
    TRAVERSE,
    StripControls,
    TraverseControls,
)
from fusionviz.exhibits.shared.exhibit import Exhibit
from fusionviz.ui.shared.clicks import points_of
from fusionviz.ui.shared.controls import choose_bound, choose_number
from fusionviz.ui.shared.exhibits import make_exhibit, show_exhibit
from fusionviz.ui.shared.notices import nothing_yet, panel
from fusionviz.ui.shared.share import publish, recall
from fusionviz.ui.shared.subjects import MangoChoice

START = (2.0, 0.0, 0.0)
"""Where the sliders stand at first: one move, so that there is something to see."""

LARGEST_SEED = 9999
VIEWS = {"Sliders": "live", "Film strip": "strip"}
CHART = "latents_traverse"


@panel
def draw_panel(choice: MangoChoice, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    subject = choice.subject
    names = direction_names(subject.statistics)
    *columns, last = st.columns([10, 10, 10, 9], vertical_alignment="top")
    with last:
        view = choose_bound(
            "View", "strip", VIEWS, label_visibility="collapsed", width="stretch"
        )
    directions, sigmas = [], []
    for index, place in enumerate(columns):
        with place:
            is_run_through = view == "strip" and index == 0
            directions.append(_pick_direction(names, index))
            sigmas.append(_pick_sigma(index, disabled=is_run_through))
    places = subject.grid.places
    recall("patches", 0, low=0, high=2**places - 1)
    if visible:
        _read_selection()
    with last:
        shared = _draw_details(choice, directions)
    publish("patches", 0)
    shared["patches"] = tuple(
        place for place in range(places) if st.session_state.patches >> place & 1
    )
    if visible:
        _say_unmeasured(choice)
        _draw(choice, view == "strip", tuple(directions), tuple(sigmas), shared)


def _pick_direction(names: tuple[str, ...], index: int) -> str:
    return st.selectbox(
        f"Direction {index + 1}",
        names,
        index=index,
        key=f"along{index + 1}",
        bind="query-params",
        label_visibility="collapsed",
    )


def _pick_sigma(index: int, *, disabled: bool) -> float:
    return st.slider(
        f"Standard deviations along direction {index + 1}",
        -MOST_SIGMAS,
        MOST_SIGMAS,
        START[index],
        step=0.25,
        format="%+.2f σ",
        key=f"move{index + 1}",
        bind="query-params",
        label_visibility="collapsed",
        disabled=disabled,
    )


def _draw_details(choice: MangoChoice, directions: list[str]) -> dict:
    """Draw what is rarer, and the way back to the whole picture."""
    config = choice.subject.model.config
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Whole picture",
            key="whole_picture",
            disabled=st.session_state.patches == 0,
            on_click=_clear,
            help="Let all patches move again. Click patches to move these alone, "
            "take the box or the lasso above the pictures, or pick them by number.",
        )
        _draw_picker(choice.subject.grid.places)
        with st.popover("", icon=":material/tune:", help="Seed, token, channel"):
            return {
                "seed": _number(
                    "Seed of the random directions", "seed_of_random", LARGEST_SEED
                ),
                "token": _number(
                    f"Token of “{ONE_LATENT}” (RGB's, then depth's)",
                    "latent_token",
                    2 * config.tokens - 1,
                ),
                "channel": _number(
                    f"Channel of “{ONE_LATENT}”", "latent_channel", config.width - 1
                ),
            }


def _draw_picker(places: int) -> None:
    """Draw how patches are picked without a mouse: by number, row by row."""
    with st.popover("", icon=":material/keyboard:", help="Pick patches by number"):
        place = _number("Patch, row by row", "patch_by_number", places - 1)
        st.button(
            "Pick or unpick it",
            key="pick_patch_by_number",
            on_click=lambda: _pick(st.session_state.patches ^ (1 << place)),
        )


def _number(label: str, key: str, most: int) -> int:
    return choose_number(label, key, default=0, last=most)


def _clear() -> None:
    _pick(0)


def _pick(patches: int) -> None:
    st.session_state.patches = patches
    st.session_state["_picks"] = st.session_state.get("_picks", 0) + 1


def _read_selection() -> None:
    """Take over what was picked on the chart in the last run, once.

    A click picks a patch or unpicks it; a box or a lasso adds all that it holds. The
    chart keeps telling of a selection; its points say after how many picks the figure
    was drawn that they are of, and so whether they are news.
    """
    number = st.session_state.setdefault("_picks", 0)
    places = {place for place, picks in points_of(CHART) if picks == number}
    if places:
        now, before = sum(1 << place for place in places), st.session_state.patches
        _pick(before ^ now if len(places) == 1 else before | now)


def _count_picks(exhibit: Exhibit) -> Exhibit:
    """Return the exhibit with the number of picks so far on every point."""
    figure = go.Figure(exhibit.figure)
    number = st.session_state.get("_picks", 0)
    figure.update_traces(
        selector=lambda trace: trace.customdata is not None,
        customdata=[[place, number] for place in figure.data[-1].customdata],
    )
    return replace(exhibit, draw=lambda: figure)


def _say_unmeasured(choice: MangoChoice) -> None:
    """Say how to get the directions that need data, where they are missing."""
    if choice.subject.statistics is not None:
        return
    try:
        load_statistics(choice.card.name)
    except CheckpointError as error:
        nothing_yet(f"Principal components and classes are missing: {error}.")


def _draw(
    choice: MangoChoice,
    is_strip: bool,
    directions: tuple[str, ...],
    sigmas: tuple[float, ...],
    shared: dict,
) -> None:
    if is_strip:
        strip = StripControls(
            directions=directions, sigmas=(0.0, *sigmas[1:]), **shared
        )
        show_exhibit(STRIP, choice, strip)
        return
    controls = TraverseControls(directions=directions, sigmas=sigmas, **shared)
    exhibit = make_exhibit(TRAVERSE, choice, controls)
    show_exhibit(
        TRAVERSE,
        choice,
        controls,
        key=CHART,
        exhibit=_count_picks(exhibit),
        select=("points", "box", "lasso"),
    )
