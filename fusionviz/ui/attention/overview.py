"""All heads at once, to choose one from."""

import streamlit as st

from fusionviz.analysis.attention.heads_text import CLOSED
from fusionviz.analysis.attention.overview import Sort
from fusionviz.analysis.shared.attention.mango import ATTENTION_KINDS
from fusionviz.analysis.shared.placeholder import ANY
from fusionviz.exhibits.attention.overview import (
    GATES,
    OVERVIEW,
    HeadsControls,
    OverviewControls,
)
from fusionviz.ui.attention.place import (
    HEAD,
    OPEN,
    Place,
    current_place,
    has_heads,
    pick_head,
)
from fusionviz.ui.shared.clicks import clicked
from fusionviz.ui.shared.controls import choose_bound, controls_row
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.frame.navigation import page
from fusionviz.ui.shared.notices import panel
from fusionviz.ui.shared.subjects import MangoChoice
from fusionviz.views.attention.thumbnails import Shown
from fusionviz.views.shared.layer_costs import KIND_NAMES

SHOWN: dict[str, Shown] = {"Matrix S": "matrix", "From the patch": "patch"}
SORTS: dict[str, Sort] = {
    "Flow": "flow",
    "|g| (1 − entropy)": "strength",
    "|gate|": "gate",
    "Low entropy": "entropy",
    "Far first": "distance",
}
CHARTS = ("attention_overview", "attention_gates")
ALL = "All"


def open_head() -> None:
    """Open the head that a link names, or that was clicked in the last run.

    To be called before the tabs are drawn. A link from another page cannot name the
    tab: that page's tabs have the same name in the address, and Streamlit drops it.
    """
    said = st.query_params.to_dict()
    head = said.pop(OPEN, None)
    if head is not None:
        here = said | {"tab": "One head", HEAD: head}
        st.switch_page(page("attention"), query_params=here)
    for key in CHARTS:
        data = clicked(key)
        if data is not None:
            pick_head(*data)
            st.session_state["tab"] = "One head"


@panel
def draw_panel(choice: MangoChoice, visible: bool) -> None:
    """Draw the tab; its controls also when hidden, so that they stay in the address."""
    if not has_heads(choice, visible):
        return
    if any(clicked(key, note=False) for key in CHARTS):
        st.rerun()  # the whole page, since another tab is to open
    place = current_place(choice)
    _draw_controls(choice.subject.model.config.blocks)
    controls = chosen_controls(place)
    if not visible:
        return
    show_exhibit(OVERVIEW, choice, controls, select=("points",))
    points = HeadsControls(
        kinds=controls.kinds,
        block=controls.block,
        open_only=controls.open_only,
        layer=controls.layer,
        head=controls.head,
    )
    show_exhibit(GATES, choice, points, select=("points",))


def _draw_controls(count: int) -> None:
    """Draw what can be set, in one row."""
    with controls_row("heads_controls"):
        choose_bound(
            "Show",
            "heads_show",
            SHOWN,
            help="The whole matrix, or where the picked patch reads. Pick the patch "
            "in the next tab.",
        )
        st.selectbox(
            "Order", list(SORTS), key="heads_sort", bind="query-params", width=184
        )
        st.pills(
            "Layers",
            [KIND_NAMES[kind] for kind in ATTENTION_KINDS],
            selection_mode="multi",
            key="heads_kinds",
            bind="query-params",
            help="None: all.",
        )
        numbers = [ALL, *(str(one + 1) for one in range(count))]
        st.selectbox("Block", numbers, key="heads_block", bind="query-params", width=88)
        st.toggle(
            "Open only",
            key="heads_open",
            bind="query-params",
            help=f"Leave out heads whose gate is nearer to 0 than {CLOSED:g}.",
        )


def chosen_controls(place: Place) -> OverviewControls:
    """Return what the overview shows, as it was set, with a head and a patch."""
    state = st.session_state
    kinds = {KIND_NAMES[kind]: kind for kind in ATTENTION_KINDS}
    block = state.get("heads_block", ALL)
    show = SHOWN[state.get("heads_show") or "Matrix S"]
    return OverviewControls(
        show=show,
        sort=SORTS[state.get("heads_sort", "Flow")],
        kinds=tuple(kinds[name] for name in state.get("heads_kinds") or ()),
        block=0 if block == ALL else int(block),
        open_only=bool(state.get("heads_open", False)),
        layer=ANY if place.layer is None else place.layer,
        head=ANY if place.head is None else place.head,
        query=place.token if show == "patch" else ANY,
    )
