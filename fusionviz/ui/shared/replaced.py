"""One line that says what of the address is not there, and what is shown instead.

Controls take their default where the address asks for what they have not: whoever
followed a link is to know it. What a page's address asks for is kept when the page is
opened, and compared with what its controls say after they have been drawn.
"""

import math
from typing import Any

import streamlit as st

from fusionviz.views.shared.plain import in_markdown

_ADDRESS, _REPLACED, _PLACE = "_address", "_replaced", "_replaced_place"
_LONGEST = 40


def remember_address(page: str) -> None:
    """Keep what the address asks for, once for each time that a page is opened.

    Args:
        page: Its title.
    """
    kept_page, _ = st.session_state.get(_ADDRESS, (None, {}))
    if kept_page != page:
        st.session_state[_ADDRESS] = (page, st.query_params.to_dict())
        st.session_state[_REPLACED] = {}


def tell_replaced(key: str, asked: str, used: str) -> None:
    """Keep that something in the address was replaced.

    Args:
        key: Its name in the address.
        asked: What stood there.
        used: What was taken instead.
    """
    st.session_state.setdefault(_REPLACED, {})[key] = (asked, used)


def settle(key: str) -> None:
    """Take something in the address for said, though its control says it otherwise.

    Args:
        key: Its name in the address.
    """
    _, asked = st.session_state.get(_ADDRESS, (None, {}))
    asked.pop(key, None)


def retract(key: str) -> None:
    """Say no more that something was replaced: it is of no account now.

    Args:
        key: Its name in the address.
    """
    st.session_state.get(_REPLACED, {}).pop(key, None)


def place_replaced() -> None:
    """Draw the line under a page's title, and keep its place for what comes later.

    What the reader has set since is left out of it.
    """
    for key, (_, used) in dict(st.session_state.get(_REPLACED, {})).items():
        if str(st.session_state.get(key, used)) != used:
            retract(key)
    st.session_state[_PLACE] = st.empty()
    _draw()


def say_replaced() -> None:
    """Draw the line anew, after all controls of the page have been drawn."""
    _, asked = st.session_state.get(_ADDRESS, (None, {}))
    # Streamlit takes no other names, and anybody can write an address.
    names = [key for key in asked if key.isidentifier()]
    found = [key for key in names if key in st.session_state]
    for key in found:
        used, text = st.session_state[key], asked.pop(key)
        if not _is(used, text):
            tell_replaced(key, text, str(used))
    if found:
        _draw()


def _draw() -> None:
    replaced = st.session_state.get(_REPLACED)
    place = st.session_state.get(_PLACE)
    if replaced and place is not None:
        parts = [
            f"{_short(key)} = {_short(text)} is not there, {_short(used)} is shown"
            for key, (text, used) in replaced.items()
        ]
        place.caption(f":material/link_off: In the address, {'; '.join(parts)}.")


def _is(used: Any, text: str) -> bool:  # noqa: ANN401 - what a control says
    """Whether a control says what the address asked for."""
    if isinstance(used, bool):
        return text.lower() in (str(used).lower(), str(int(used)))
    if isinstance(used, int | float):
        try:
            return math.isclose(float(text), used, rel_tol=1e-9)
        except ValueError:
            return False
    if isinstance(used, list | tuple | set):
        return all(str(one) in text for one in used) or text in map(str, used)
    return text == str(used)


def _short(text: str) -> str:
    cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return in_markdown(cut)
