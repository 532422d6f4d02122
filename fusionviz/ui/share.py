"""Values that live in the address, so that a link shows what its sender saw.

Widgets with `bind="query-params"` do this themselves, but only when the reader moves
them: a value that a button or a click on a chart sets would leave the address behind.
Such values go through here.
"""

from collections.abc import Iterable

import streamlit as st


def recall(key: str, default: int, *, low: int, high: int) -> int:
    """Return a shared number: this session's, else the address's, else the default.

    Numbers outside low..high, and what is no number, are replaced by the default.
    """
    if key not in st.session_state:
        text = str(st.query_params.get(key, ""))
        st.session_state[key] = int(text) if text.isdecimal() else default
    if not low <= st.session_state[key] <= high:
        st.session_state[key] = default
    return st.session_state[key]


def publish(key: str, default: int | None = None) -> None:
    """Write a shared number to the address; its default is left out."""
    value = st.session_state[key]
    if value == default:
        forget([key])
    elif st.query_params.get(key) != str(value):
        st.query_params[key] = str(value)


def forget(keys: Iterable[str]) -> None:
    """Take values out of the address."""
    for key in keys:
        if key in st.query_params:
            del st.query_params[key]
