"""The chosen film as a MANGO of films reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from fusionviz.analysis.shared.subjects.film import FilmSubject
from fusionviz.data.records import PosterSample
from fusionviz.errors import FusionvizError
from fusionviz.exhibits.shared.exhibit import SubjectName
from fusionviz.models.cards import ModelCard
from fusionviz.ui.shared import cache
from fusionviz.ui.shared.checkpoints import picked_film_checkpoint, trouble_with
from fusionviz.ui.shared.films.choice import FilmSample, current_film, is_film
from fusionviz.ui.shared.notices import say_error, say_refusal
from fusionviz.ui.shared.subjects import SubjectChoice
from fusionviz.views.shared.style import three_digits


@dataclass(frozen=True, kw_only=True, eq=False)
class FilmChoice(SubjectChoice[FilmSubject]):
    """The chosen film as a model reads it.

    Attributes:
        card: Of the model.
        sample: What it reads, with its title.
    """

    card: ModelCard
    sample: FilmSample


def show_film(draw: Callable[[FilmChoice], None]) -> bool:
    """Draw a film where the sidebar asks for one; return whether it does.

    Args:
        draw: Draws what the page shows of a film.
    """
    if not is_film():
        return False
    choice = _choose()
    if choice is not None:
        draw(choice)
    return True


def _choose() -> FilmChoice | None:
    """Return the film of this run as it is read; else say why and what to do."""
    sample = current_film()
    if sample is None:
        return None
    card = picked_film_checkpoint()
    if card is None:
        st.info(
            "There is no MANGO of films yet. Train one with `python -m fusionviz train "
            "mango-movies`, then reload this page.",
            icon=":material/info:",
        )
        return None
    try:
        model = cache.model(card)
    except FusionvizError as error:
        say_error(f"**MANGO**: {trouble_with(card, error)}")
        return None
    key = f"{card.sha256}-{sample.key}"
    try:
        subject = _subject(id(model), key, model, sample.film, card.class_names)
    except FusionvizError as error:
        say_refusal(error)
        return None
    name = SubjectName(
        checkpoint=card.name, weights_sha256=card.sha256, sample=sample.named
    )
    return FilmChoice(subject=subject, key=key, name=name, card=card, sample=sample)


def draw_film_line(choice: FilmChoice) -> None:
    """Draw what the page is of, under its question, and what it is taken for."""
    subject = choice.subject
    found = next(iter(subject.probabilities.values()))
    order = (-found).argsort(kind="stable")
    taken = [
        f"**{subject.genres[index]}** {three_digits(float(found[index]))}"
        for index in order
        if found[index] > subject.threshold
    ]
    missing = subject.missing
    guess = "" if missing is None else f" Its {missing} is MANGO's guess."
    st.caption(
        f"**{choice.sample.title}**, read by {choice.card.name}: "
        f"{', '.join(taken) or 'no genre is above the threshold'}.{guess}"
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def _subject(
    model_number: int,
    key: str,
    _model: Any,  # noqa: ANN401 - a MANGO of films
    _film: PosterSample,
    _genres: tuple[str, ...],
) -> FilmSubject:
    return FilmSubject(_model, _film, _genres)
