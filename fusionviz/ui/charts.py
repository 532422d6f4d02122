"""Figures on a page."""

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_CONFIG = {
    "displaylogo": False,
    "toImageButtonOptions": {"format": "svg"},
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
}


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
            config=_file_name(key),
        )


def show_clickable(figure: go.Figure, *, key: str, alt: str) -> list | None:
    """Show a figure and return the data of the point that was clicked last, if any."""
    with _place(key):
        event = st.plotly_chart(
            figure.update_layout(height=None),
            key=key,
            alt=alt,
            height="stretch",
            config=_file_name(key),
            on_select="rerun",
            selection_mode="points",
        )
    points = event["selection"]["points"]
    return points[0].get("customdata") if points else None


def _place(key: str) -> DeltaGenerator:
    """Return a box whose height follows the window's width, see `look.py`."""
    return st.container(key=f"chart_{key}")


def _file_name(key: str) -> dict:
    options = {**_CONFIG["toImageButtonOptions"], "filename": f"fusionviz-{key}"}  # type: ignore[dict-item]
    return {**_CONFIG, "toImageButtonOptions": options}
