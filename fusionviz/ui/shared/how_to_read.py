"""The words beside every picture: how to read it, and what its words mean."""

from collections.abc import Iterable

import streamlit as st

from fusionviz.lessons.glossary import Word, words_in


def how_to_read(
    text: str,
    *,
    formula: str | None = None,
    key: str,
    label: str = "How to read this",
) -> None:
    """Draw what the words of a text mean, and the expander that says how to read.

    Args:
        text: In Markdown, with the numbers of the case at hand.
        formula: In LaTeX.
        key: Name of the picture.
        label: Of the expander.
    """
    words = words_in(text)
    if words:
        with st.popover("Words", icon=":material/dictionary:", key=f"words_{key}"):
            draw_words(words)
    with st.expander(label, key=f"how_{key}", icon=":material/menu_book:"):
        if formula is not None:
            st.latex(formula)
        st.markdown(text)


def draw_words(words: Iterable[Word]) -> None:
    """Draw what words mean, a line each."""
    st.markdown("\n".join(f"- **{word.name}**: {word.says}" for word in words))
