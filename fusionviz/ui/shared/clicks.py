"""What was picked on a chart, told once: a chart keeps telling of its selection."""

from typing import Any

import streamlit as st


def clicked(key: str, *, note: bool = True) -> tuple | None:
    """Return the customdata of the point of a chart that was clicked, once.

    Args:
        key: Of the chart.
        note: Whether this look is the one that counts.
    """
    points = points_of(key)
    now = points[0] if points else None
    is_new = now is not None and now != st.session_state.get(f"_clicked_{key}")
    if note:
        st.session_state[f"_clicked_{key}"] = now
    return now if is_new else None


def newly_picked(key: str) -> tuple[tuple, ...]:
    """Return the customdata of all points that are picked on a chart, once."""
    points = points_of(key)
    is_new = points != st.session_state.get(f"_picked_{key}")
    st.session_state[f"_picked_{key}"] = points
    return points if is_new else ()


def points_of(key: str) -> tuple[tuple, ...]:
    """Return the customdata of all points that a chart says are picked."""
    chart: Any = st.session_state.get(key)
    data = (
        [one.get("customdata") for one in chart["selection"]["points"]] if chart else []
    )
    return tuple(tuple(one) for one in data if one is not None)
