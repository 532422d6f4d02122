"""Values that live in the address, so that a link shows what its sender saw.

Widgets with `bind="query-params"` do this themselves, but only when the reader moves
them: a value that a button or a click on a chart sets would leave the address behind.
Such values go through here.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_AND, _NONE = "_", "none"
"""Between words in the address, and in place of no words. No escape is needed."""

MOST_DIGITS = 18

_SEATED = "_seated"
"""The page of the last run, and the keys whose widgets have their values there."""

_KEPT = "_kept"
"""What each widget said last, by key: Streamlit forgets it when the page changes."""

_DEFAULTS = "_defaults"
"""What each widget said by default when it was drawn last, by key."""


def seat(key: str, value: Any) -> Any:  # noqa: ANN401 - a number, a word or words
    """Give a widget its value, once on a page, and again only where it is another one.

    Streamlit sends a value that is set to the browser in every run, and there it takes
    the place of what the reader has pressed since that run began. A value that a widget
    of another page left must be set nevertheless: this page's widget does not see it.

    Args:
        key: Of a widget that is not bound to the address by Streamlit.
        value: What it is to say.

    Returns:
        The value.
    """
    context = get_script_run_ctx(suppress_warning=True)
    page = "" if context is None else context.page_script_hash
    if st.session_state.get(_SEATED, (None, None))[0] != page:
        st.session_state[_SEATED] = (page, set())
    keys: set[str] = st.session_state[_SEATED][1]
    is_seated = key in keys and key in st.session_state
    if not is_seated or st.session_state[key] != value:
        st.session_state[key] = value
    keys.add(key)
    st.session_state.setdefault(_KEPT, {})[key] = value
    return value


def went_back() -> bool:
    """Whether this run is of an address that the reader has gone back or forward to."""
    context = get_script_run_ctx(suppress_warning=True)
    return context is not None and context.is_history_navigation


def follow_address() -> None:
    """Let the address say anew what controls say, where the reader has gone back to it.

    What they said would else be written there again, and nobody would get back.
    """
    if not went_back():
        return
    published = st.session_state.get(_DEFAULTS, {})
    _, drawn = st.session_state.get(_SEATED, ("", set()))
    for key in {*drawn, *st.query_params} & set(published):
        unseat(key)


def unseat(key: str) -> None:
    """Forget what a widget says and said, so that it begins with its default."""
    st.session_state.pop(key, None)
    st.session_state.get(_KEPT, {}).pop(key, None)


def said(key: str) -> Any:  # noqa: ANN401
    """Return what a widget says, else what it said last on any page, else None.

    A widget of the frame says nothing after somebody has turned the page before the
    browser had drawn it.
    """
    now = st.session_state.get(key)
    return st.session_state.get(_KEPT, {}).get(key) if now is None else now


def whole_number(text: str) -> int | None:
    """Return a number of the address, None where it is none, or longer than any."""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None


def recall(key: str, default: int, *, low: int, high: int) -> int:
    """Return a shared number: this session's, else the address's, else the default.

    Numbers outside low..high, and what is no number, are replaced by the default; and
    so is what was only the default of another sample, say its middle row.
    """
    number = said(key)
    before = st.session_state.get(_DEFAULTS, {}).get(key, default)
    if number is None or (number == before != default):
        text = str(st.query_params.get(key, ""))
        found = whole_number(text)
        number = default if found is None else found
    return seat(key, number if low <= number <= high else default)


def publish(key: str, default: int | str | None = None) -> None:
    """Write a shared number or word to the address; its default is left out."""
    value = st.session_state[key]
    st.session_state.setdefault(_DEFAULTS, {})[key] = default
    if value == default:
        forget([key])
    elif st.query_params.get(key) != str(value):
        st.query_params[key] = str(value)


def recall_word(key: str, default: str, choices: Collection[str]) -> str:
    """Return a shared word: this session's, else the address's, else the default.

    What is none of the choices is replaced by the default.
    """
    word = said(key)
    if word is None:
        word = st.query_params.get(key)
    return seat(key, word if word in choices else default)


def recall_words(
    key: str, default: Sequence[str], choices: Collection[str]
) -> list[str]:
    """Return shared words: this session's, else the address's, else the default.

    Words that are none of the choices are left out; where none is left of some, the
    default takes their place.
    """
    words = said(key)
    if words is None:
        text = str(st.query_params.get(key, ""))
        words = text.split(_AND) if text else list(default)
    known = [word for word in words if word in choices]
    is_none = list(words) in ([], [_NONE])
    return seat(key, known if known or is_none else list(default))


def publish_words(key: str, default: Sequence[str]) -> None:
    """Write shared words to the address; the default is left out."""
    words = list(st.session_state[key])
    st.session_state.setdefault(_DEFAULTS, {})[key] = list(default)
    text = _AND.join(words) or _NONE
    if words == list(default):
        forget([key])
    elif st.query_params.get(key) != text:
        st.query_params[key] = text


def forget(keys: Iterable[str]) -> None:
    """Take values out of the address."""
    for key in keys:
        if key in st.query_params:
            del st.query_params[key]
