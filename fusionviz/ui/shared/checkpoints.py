"""Which checkpoints the pages offer for RGB and depth, and which are picked."""

from textwrap import shorten

import streamlit as st

from fusionviz.errors import ModelServerError
from fusionviz.explain.pairs import first_checkpoint
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import CURE, list_checkpoints
from fusionviz.ui.shared.sample.choice import UPLOAD

FILM_MANGO = "film_mango"
"""Key of the choice of a MANGO of films, here and in the address."""

TITLES = {"mango": "MANGO", "alignmamba": "AlignMamba"}


def rgbd_checkpoints(kind: str) -> tuple[ModelCard, ...]:
    """Return the cards of a kind of model that names classes from RGB and depth.

    The first is the one that is made for samples like the one that is shown.
    """
    cards = (card for card in list_checkpoints() if card.kind == kind)
    fitting = [card for card in cards if _reads_rgbd(card)]
    first = first_checkpoint(kind, is_room=st.session_state.get("source") != UPLOAD)
    return tuple(sorted(fitting, key=lambda card: card.name != first))


def picked_checkpoint(kind: str) -> ModelCard | None:
    """Return the card that is picked for a kind of model; None if there is none."""
    cards = {card.name: card for card in rgbd_checkpoints(kind)}
    return cards.get(st.session_state.get(kind, ""), next(iter(cards.values()), None))


def film_checkpoints() -> tuple[ModelCard, ...]:
    """Return the cards of the MANGOs that read films."""
    return tuple(card for card in list_checkpoints() if card.kind == "film-mango")


def picked_film_checkpoint() -> ModelCard | None:
    """Return the card that is picked for films; None if there is none."""
    cards = {card.name: card for card in film_checkpoints()}
    first = next(iter(cards.values()), None)
    return cards.get(st.session_state.get(FILM_MANGO, ""), first)


def translator_checkpoints() -> tuple[ModelCard, ...]:
    """Return the cards of the MANGOs that write a third modality from two."""
    cards = (card for card in list_checkpoints() if card.kind == "mango")
    return tuple(card for card in cards if card.config.get("target"))


def _reads_rgbd(card: ModelCard) -> bool:
    if card.config.get("target"):  # it translates them instead
        return False
    modalities = card.config.get("modalities")
    if modalities is None:
        return True
    names = {m["name"] if isinstance(m, dict) else m for m in modalities}
    return names == {"rgb", "depth"}


def how_to_get(kind: str) -> str:
    """Return what to do where there is no checkpoint of a kind."""
    return (
        f"there is no checkpoint yet. Train one with `python -m fusionviz train "
        f"{kind}-rooms`, then reload this page."
    )


def trouble_with(card: ModelCard, error: Exception) -> str:
    """Return a load error as one sentence with its cure."""
    if isinstance(error, ModelServerError):  # it says itself what to do
        return f"{error}."
    title = TITLES.get(card.kind, TITLES["mango"])
    cure = f"Pick another {title} checkpoint, or train it again."
    told = str(error).removesuffix(f"; {CURE}").split(": Error(s)")[0]
    return f"{shorten(told.rstrip('.'), 240)}. {cure}"
