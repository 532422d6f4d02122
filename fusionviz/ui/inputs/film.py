"""The Inputs page of a film: its genres, and what each word and patch adds."""

import streamlit as st

from fusionviz.exhibits.inputs.film_parts import PARTS, PartsControls
from fusionviz.exhibits.shared.film_genres import GENRES, GenreControls
from fusionviz.ui.shared.controls import choose_name, controls_row
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.films.subject import FilmChoice, draw_film_line
from fusionviz.ui.shared.notices import panel
from fusionviz.ui.shared.tabs import draw_tabs
from fusionviz.views.shared.plain import in_markdown


def draw_film(choice: FilmChoice) -> None:
    """Draw the page for a film."""
    draw_film_line(choice)
    draw_tabs({"Genres": draw_genres, "Words and patches": draw_parts}, choice)


@panel
def draw_genres(choice: FilmChoice, visible: bool) -> None:
    """Draw poster and plot beside the genres that are read from them."""
    if not visible:
        return
    left, right = st.columns([1, 2.6], gap="medium")
    with left:
        if choice.sample.film.rgb is None:
            st.info("Without a poster.", icon=":material/image_not_supported:")
        else:
            st.image(choice.sample.film.rgb, width="stretch")
    with right:
        show_exhibit(GENRES, choice, GenreControls())
        st.caption(_plot_as_read(choice))


@panel
def draw_parts(choice: FilmChoice, visible: bool) -> None:
    """Draw what each part of the film adds to a genre."""
    probable = (-next(iter(choice.subject.probabilities.values()))).argsort()
    names = [choice.subject.genres[index] for index in probable]
    with controls_row("parts_controls"):
        genre = choose_name(
            "Genre",
            "genre",
            dict(zip(names, names, strict=True)),
            width=200,
            help="The most probable first.",
        )
    if visible:
        show_exhibit(PARTS, choice, PartsControls(genre=genre))


def _plot_as_read(choice: FilmChoice) -> str:
    """Return the plot with the words that are read in bold."""
    plot = choice.sample.film.plot
    if not plot:
        return "Without a plot."
    told, end = [], 0
    for word in choice.subject.words:
        told.append(in_markdown(plot[end : word.start]))
        told.append(f"**{in_markdown(plot[word.start : word.end])}**")
        end = word.end
    count = len(choice.subject.words)
    text = "".join([*told, in_markdown(plot[end:])])
    joined = text.replace("****", "")  # words that touch, as killer and 's
    return f"{joined}  \n{count} words are read."
