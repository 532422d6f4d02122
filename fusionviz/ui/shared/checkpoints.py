"""Which checkpoints the pages offer for RGB and depth, and which are picked."""

from textwrap import shorten

import streamlit as st

from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import list_checkpoints

TITLES = {"mango": "MANGO", "alignmamba": "AlignMamba"}

FIRST = ("mango-rooms", "alignmamba-rooms")
"""Checkpoints that are picked until somebody picks others: the gallery is of rooms."""


def rgbd_checkpoints(kind: str) -> tuple[ModelCard, ...]:
    """Return the cards of a kind of model that names classes from RGB and depth."""
    cards = (card for card in list_checkpoints() if card.kind == kind)
    fitting = [card for card in cards if _reads_rgbd(card)]
    return tuple(sorted(fitting, key=lambda card: card.name not in FIRST))


def picked_checkpoint(kind: str) -> ModelCard | None:
    """Return the card that is picked for a kind of model; None if there is none."""
    cards = {card.name: card for card in rgbd_checkpoints(kind)}
    return cards.get(st.session_state.get(kind, ""), next(iter(cards.values()), None))


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
    cure = f"Pick another {TITLES[card.kind]} checkpoint, or train it again."
    reason = shorten(str(error).split(": Error(s)")[0].rstrip("."), 240)
    return f"{reason}. {cure}"
