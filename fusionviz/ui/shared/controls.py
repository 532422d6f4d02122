"""What can be set on a picture, one way for each kind of control.

There are two ways into the address. A *bound* control is Streamlit's: the address has
its label, and it must be drawn to stay there. The others hold what links, buttons and
clicks on charts set too; the address has their word or number, also while their tab is
hidden. They are told their default besides: a browser that draws one anew, because what
stands above it has changed, begins with that, and else with the first there is.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fusionviz.lessons.glossary import word_for
from fusionviz.ui.shared.share import publish, recall, recall_word, said, seat

T = TypeVar("T")
W = TypeVar("W", bound=str)
Width = int | Literal["stretch"]


def controls_row(
    key: str, *, gap: Literal["small", "medium"] = "small"
) -> DeltaGenerator:
    """Return the row in which controls stand.

    Args:
        key: Name of the place.
        gap: Between them.
    """
    return st.container(horizontal=True, vertical_alignment="bottom", gap=gap, key=key)


def choose_bound(
    label: str,
    key: str,
    meanings: Mapping[str, T],
    *,
    default: str | None = None,
    **look: Any,  # noqa: ANN401 - of `st.segmented_control`
) -> T:
    """Draw bound segments, and return what the chosen one means.

    Args:
        label: What is chosen.
        key: Of the control, and in the address.
        meanings: By what the segments say.
        default: What the chosen one says at first; the first if not given.
        look: As `st.segmented_control` takes it.
    """
    first = default or next(iter(meanings))
    chosen = st.segmented_control(
        label,
        list(meanings),
        default=first,
        key=key,
        required=True,
        bind="query-params",
        **look,
    )
    return meanings[chosen or first]


def choose_segment(
    label: str,
    key: str,
    titles: Mapping[W, str],
    *,
    default: W | None = None,
    help: str | None = None,
) -> W:
    """Draw segments, and return the word that is chosen.

    Args:
        label: What is chosen.
        key: Of the control, and in the address.
        titles: What the segments say, by their words.
        default: The first word if not given.
        help: What is told to those who ask; of a known word, what it means.
    """
    words = list(titles)
    with _in_address(key, words, default or words[0]):
        chosen = st.segmented_control(
            label,
            words,
            format_func=titles.__getitem__,
            key=key,
            required=True,
            help=help or word_for(label),
        )
    return chosen or default or words[0]


def choose_name(
    label: str,
    key: str,
    titles: Mapping[W, str],
    *,
    default: W | None = None,
    width: Width = "stretch",
    help: str | None = None,
    hide_label: bool = False,
) -> W:
    """Draw a list, and return the word that is chosen.

    Args:
        label: What is chosen.
        key: Of the control, and in the address.
        titles: What the list says, by its words.
        default: The first word if not given.
        width: As `st.selectbox` takes it.
        help: What is told to those who ask; of a known word, what it means.
        hide_label: Whether the label is for screen readers alone.
    """
    words = list(titles)
    with _in_address(key, words, default or words[0]):
        return st.selectbox(
            label,
            words,
            index=words.index(default or words[0]),
            format_func=titles.__getitem__,
            key=key,
            width=width,
            help=help or word_for(label),
            label_visibility="collapsed" if hide_label else "visible",
        )


def choose_step(
    label: str,
    key: str,
    steps: Sequence[str],
    *,
    default: str,
    unit: str = "",
    width: Width = "stretch",
    help: str | None = None,
) -> str:
    """Draw a slider over steps, and return the one that is chosen.

    Args:
        label: What is chosen.
        key: Of the control, and in the address.
        steps: Numbers as text.
        default: One of them.
        unit: Behind each on the slider.
        width: As `st.select_slider` takes it.
        help: What is told to those who ask; of a known word, what it means.
    """
    with _in_address(key, steps, default):
        return st.select_slider(
            label,
            steps,
            value=default,
            format_func=lambda step: f"{step}{unit}",
            key=key,
            width=width,
            help=help or word_for(label),
        )


def choose_number(
    label: str,
    key: str,
    *,
    default: int,
    last: int,
    first: int = 0,
    width: Width = "stretch",
    help: str | None = None,
    hide_label: bool = False,
) -> int:
    """Draw a field for a whole number, and return it.

    Args:
        label: What is chosen.
        key: Of the control, and in the address.
        default: From `first` to `last`.
        last: The largest number.
        first: The smallest.
        width: As `st.number_input` takes it.
        help: What is told to those who ask; of a known word, what it means.
        hide_label: Whether the label is for screen readers alone.
    """
    recall(key, default, low=first, high=last)
    number = st.number_input(
        label,
        min_value=first,
        max_value=last,
        value=default,
        key=key,
        width=width,
        help=help or word_for(label),
        label_visibility="collapsed" if hide_label else "visible",
    )
    publish(key, default)
    return number


def choose_text(
    label: str,
    key: str,
    *,
    default: str,
    longest: int,
    help: str | None = None,
) -> str:
    """Draw a field for a line of text, and return it.

    Args:
        label: What is typed, for screen readers and where the field is empty.
        key: Of the control, and in the address.
        default: What stands there at first.
        longest: Letters that it takes.
        help: What is told to those who ask.
    """
    now = said(key)
    text = str(st.query_params.get(key, default) if now is None else now)
    seat(key, text[:longest])
    typed = st.text_input(
        label,
        key=key,
        max_chars=longest,
        placeholder=label,
        help=help,
        label_visibility="collapsed",
    )
    publish(key, default)
    return typed


def choose_item(
    label: str,
    key: str,
    names: Sequence[str],
    *,
    default: int = 0,
    first: int = 0,
    width: Width = "stretch",
    help: str | None = None,
) -> int:
    """Draw a list of numbered things, and return the number of the chosen one.

    Args:
        label: What is chosen.
        key: Of the control, and in the address.
        names: What the list says.
        default: A number.
        first: Number of the first name.
        width: As `st.selectbox` takes it.
        help: What is told to those who ask; of a known word, what it means.
    """
    last = first + len(names) - 1
    recall(key, default, low=first, high=last)
    number = st.selectbox(
        label,
        list(range(first, last + 1)),
        index=default - first,
        format_func=lambda number: names[number - first],
        key=key,
        width=width,
        help=help or word_for(label),
    )
    publish(key, default)
    return number


def choose_switch(label: str, key: str, *, help: str) -> bool:
    """Draw a switch that is off at first, and return whether it is on.

    Args:
        label: What it switches on.
        key: In the address, where it is 0 or 1.
        help: What is told to those who ask; of a known word, what it means.
    """
    is_on = bool(recall(key, 0, low=0, high=1))
    widget = f"{key}_on"
    seat(widget, is_on)
    st.toggle(
        label,
        key=widget,
        on_change=lambda: st.session_state.update({key: int(st.session_state[widget])}),
        help=help or word_for(label),
    )
    publish(key, 0)
    return is_on


@contextmanager
def _in_address(key: str, words: Sequence[str], default: str) -> Iterator[None]:
    recall_word(key, default, words)
    yield
    publish(key, default)
