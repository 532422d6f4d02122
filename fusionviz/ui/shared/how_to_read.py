"""The expander that every picture has: how to read it."""

import streamlit as st


def how_to_read(text: str, *, formula: str | None = None, key: str) -> None:
    """Draw the expander "How to read this".

    Args:
        text: In Markdown, with the numbers of the case at hand.
        formula: In LaTeX.
        key: Name of the picture.
    """
    with st.expander("How to read this", key=f"how_{key}", icon=":material/menu_book:"):
        if formula is not None:
            st.latex(formula)
        st.markdown(text)
