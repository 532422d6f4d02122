"""The Robustness page of a film: its genres without poster, and without plot."""

import streamlit as st

from fusionviz.exhibits.shared.film_genres import GENRES, GenreControls
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.films.subject import FilmChoice, draw_film_line
from fusionviz.ui.shared.notices import panel

SCORES = {
    "micro_f1": "micro F1",
    "macro_f1": "macro F1",
}


def draw_film(choice: FilmChoice) -> None:
    """Draw the page for a film."""
    draw_film_line(choice)
    draw_alone(choice, True)
    scores = [
        f"{title} {choice.card.metrics[name]:.3f}"
        for name, title in SCORES.items()
        if name in choice.card.metrics
    ]
    if scores:
        st.caption(
            f"On held-out films {choice.card.name} reaches {', '.join(scores)}. With "
            "`python -m fusionviz evaluate "
            f"{choice.card.name} --missing fixed` the same is measured from either "
            "alone (docs/mango.md)."
        )


@panel
def draw_alone(choice: FilmChoice, visible: bool) -> None:
    """Draw the genres from both, and from either alone."""
    if visible:
        show_exhibit(GENRES, choice, GenreControls(alone=True))
