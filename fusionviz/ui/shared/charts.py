"""Figures on a page."""

from collections.abc import Sequence
from typing import Any, Literal

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

Mode = Literal["points", "box", "lasso"]
"""How points of a figure can be picked."""

_REMOVED = ["select2d", "lasso2d", "autoScale2d"]


def show(figure: go.Figure, *, key: str, alt: str) -> None:
    """Show a figure as wide as its place; its own button saves it as SVG.

    Args:
        figure: From `fusionviz.views`.
        key: Name of the place, stable from run to run.
        alt: What the picture shows, for those who do not see it.
    """
    with _place(key):
        st.plotly_chart(
            figure.update_layout(height=None),
            key=key,
            alt=alt,
            height="stretch",
            config=_config(key),
        )


def show_selectable(
    figure: go.Figure, *, key: str, alt: str, modes: Sequence[Mode] = ("points",)
) -> list[Any]:
    """Show a figure and return the customdata of the points that are picked.

    Args:
        figure: From `fusionviz.views`; what can be picked is a `go.Scatter`.
        key: Name of the place.
        alt: What the picture shows.
        modes: `points` (click), `box`, `lasso`.
    """
    with _place(key):
        event = st.plotly_chart(
            figure.update_layout(height=None),
            key=key,
            alt=alt,
            height="stretch",
            config=_config(key, selectable=any(mode != "points" for mode in modes)),
            on_select="rerun",
            selection_mode=list(modes),
        )
    return [point.get("customdata") for point in event["selection"]["points"]]


def show_clickable(figure: go.Figure, *, key: str, alt: str) -> list | None:
    """Show a figure and return the data of the point that was clicked last, if any."""
    with _place(key):
        event = st.plotly_chart(
            figure.update_layout(height=None),
            key=key,
            alt=alt,
            height="stretch",
            config=_config(key),
            on_select="rerun",
            selection_mode="points",
        )
    points = event["selection"]["points"]
    return points[0].get("customdata") if points else None


def _place(key: str) -> DeltaGenerator:
    """Return a box whose height follows the window's width, see `look.py`."""
    return st.container(key=f"chart_{key}")


def _config(key: str, *, selectable: bool = False) -> dict:
    """Return the chart's buttons; its camera saves what the Export menu says."""
    picture = str(st.session_state.get(f"format_{key}", "SVG")).lower()
    camera = {"format": picture, "filename": f"fusionviz-{key}"}
    if picture == "png":
        camera["scale"] = 2  # type: ignore[assignment]
    removed = ["autoScale2d"] if selectable else _REMOVED
    return {
        "displaylogo": False,
        "toImageButtonOptions": camera,
        "modeBarButtonsToRemove": removed,
    }
