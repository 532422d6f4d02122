"""Figures on a page. They are shared among sessions, so nothing here changes one."""

from collections.abc import Sequence
from typing import Literal

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

Mode = Literal["points", "box", "lasso"]
"""How points of a figure can be picked."""

_REMOVED = ["select2d", "lasso2d", "autoScale2d"]


def show(
    figure: go.Figure,
    *,
    key: str,
    alt: str,
    height: int,
    select: Sequence[Mode] = (),
) -> None:
    """Show a figure as wide as its place; its own button saves it.

    What is picked of it is read by `clicks`, in the run that the pick starts.

    Args:
        figure: From `fusionviz.views`; what can be picked is a `go.Scatter`.
        key: Name of the place, stable from run to run.
        alt: What the picture shows, for those who do not see it.
        height: Pixels where the window is 1280 wide; it grows with the window.
        select: `points` (click), `box`, `lasso`: how its points can be picked.
    """
    can_draw = any(mode != "points" for mode in select)
    with _place(key, height):
        st.plotly_chart(
            figure,
            key=key,
            alt=alt,
            height="stretch",
            config=_config(key, can_draw=can_draw),
            on_select="rerun" if select else "ignore",
            selection_mode=list(select) or "points",
        )


def _place(key: str, height: int) -> DeltaGenerator:
    """Return a box of a height that `look.py` lets grow with the window."""
    box = st.container(key=f"chart_{key}", gap=None)
    # What is no style comes first: a style alone would be an event of the whole page.
    box.html(f"<i></i><style>.st-key-chart_{key} {{ --height: {height}; }}</style>")
    return box


def _config(key: str, *, can_draw: bool = False) -> dict:
    """Return the chart's buttons; its camera saves what the Export menu says."""
    picture = str(st.session_state.get(f"format_{key}", "SVG")).lower()
    camera: dict[str, str | int] = {"format": picture, "filename": f"fusionviz-{key}"}
    if picture == "png":
        camera["scale"] = 2
    return {
        "displaylogo": False,
        "toImageButtonOptions": camera,
        "modeBarButtonsToRemove": ["autoScale2d"] if can_draw else _REMOVED,
    }
