"""What the reader forces and forbids of a plan, in the order in which it was done.

The address has it as `m_edits=f3.7_x5.2`: source token 3 is forced to target 7, and
may send nothing from 5 to 2.
"""

import streamlit as st

from fusionviz.analysis.shared.subjects.tokens import AlignmentCase
from fusionviz.analysis.transport.plan_edits import Pair
from fusionviz.ui.shared.share import publish_words, recall_words, whole_number
from fusionviz.views.shared.plain import in_markdown

EDITS = "m_edits"
FORCE, FORBID = "f", "x"
SIGNS = {FORCE: "★", FORBID: "✕"}
SHOWN = 12
"""Edits that have a button of their own."""

LONGEST = 18
"""Letters of a token's name on a button."""


def current_edits(shape: tuple[int, ...]) -> list[str]:
    """Return the edits whose tokens are there, and make the address say them.

    Args:
        shape: Tokens of the source, and of the target.
    """
    kept = st.session_state.get(EDITS)
    words = kept if kept is not None else str(st.query_params.get(EDITS, "")).split("_")
    known = {word for word in words if _fits(word, shape)}
    edits = recall_words(EDITS, [], known)
    publish_words(EDITS, [])
    return edits


def pairs_of(edits: list[str], kind: str) -> tuple[Pair, ...]:
    """Return the pairs of one kind of edit."""
    return tuple(read_edit(one)[1] for one in edits if one[0] == kind)


def read_edit(word: str) -> tuple[str, Pair]:
    """Return what is done to which pair.

    Raises:
        ValueError: It is no edit.
    """
    source, target = word[1:].split(".")
    row, column = whole_number(source), whole_number(target)
    if word[0] not in SIGNS or row is None or column is None:
        raise ValueError(f"an edit is f or x and a pair, got {word!r}")
    return word[0], (row, column)


def add_edit(kind: str, pair: Pair) -> None:
    """Force or forbid a pair; what contradicts it is taken back."""
    source, target = pair
    kept = []
    for one in st.session_state.get(EDITS) or []:
        other, (row, column) = read_edit(one)
        is_same = (row, column) == pair
        both_force = kind == other == FORCE and row == source
        if not (is_same or both_force):
            kept.append(one)
    st.session_state[EDITS] = [*kept, f"{kind}{source}.{target}"]


def take_back(word: str | None = None) -> None:
    """Take an edit back; without a name, the last one."""
    edits = list(st.session_state.get(EDITS) or [])
    if word in edits:
        edits.remove(word)
    elif word is None:
        edits = edits[:-1]
    st.session_state[EDITS] = edits


def clear() -> None:
    """Take all edits back."""
    st.session_state[EDITS] = []


def draw_edits(edits: list[str], case: AlignmentCase) -> None:
    """Draw a small button for each edit, which takes it back."""
    if not edits:
        return
    with st.container(horizontal=True, gap="small", key="m_chips"):
        for word in edits[:SHOWN]:
            kind, (source, target) = read_edit(word)
            names = case.source.labels[source], case.target.labels[target]
            first, last = (_brief(name) for name in names)
            st.button(
                f"{SIGNS[kind]} {first} → {last}",
                key=f"m_take_{word}",
                help="Take it back.",
                on_click=take_back,
                args=(word,),
            )
        if len(edits) > SHOWN:
            st.caption(f"and {len(edits) - SHOWN} more")


def _brief(name: str) -> str:
    """Return a name that a button can carry, of which Markdown makes nothing."""
    return in_markdown(name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…")


def _fits(word: str, shape: tuple[int, ...]) -> bool:
    try:
        _, pair = read_edit(word)
    except (ValueError, IndexError):
        return False
    return all(one < count for one, count in zip(pair, shape, strict=True))
