"""A third modality, as a MANGO that translates writes it of the chosen sample."""

import streamlit as st

from fusionviz.data.rooms import side_for
from fusionviz.exhibits.latents.translation import TRANSLATION, TranslationControls
from fusionviz.models.cards import ModelCard
from fusionviz.ui.shared.checkpoints import translator_checkpoints
from fusionviz.ui.shared.controls import choose_name
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import nothing_yet
from fusionviz.ui.shared.sample.choice import room_sample
from fusionviz.ui.shared.subjects import MangoChoice, read_by_mango
from fusionviz.views.shared.style import MODALITY_NAMES

NONE_YET = (
    "There is no checkpoint that translates yet. Train one with `python -m fusionviz "
    "train mango-rooms-translation-rgb-edge-to-depth`, then reload this page."
)


def choose() -> ModelCard | None:
    """Draw the choice of a model that translates; None where there is none."""
    cards = {card.name: card for card in translator_checkpoints()}
    if not cards:
        return None
    titles = {name: _title(card) for name, card in cards.items()}
    name = choose_name(
        "From two modalities to a third",
        "translator",
        titles,
        width=330,
        help="Each is a model of its own, trained on generated rooms: their edges and "
        "normals are known.",
    )
    return cards[name]


def draw(choice: MangoChoice, card: ModelCard | None) -> None:
    """Draw what the model makes of the page's sample."""
    if card is None:
        nothing_yet(NONE_YET)
        return
    read = _read_by(card, choice)
    st.caption(f"**{read.sample.title}**, translated by {card.name}.")
    show_exhibit(TRANSLATION, read, TranslationControls())


def _read_by(card: ModelCard, choice: MangoChoice) -> MangoChoice:
    """Return the page's sample as a model reads it; a room of the model's own size."""
    sample = choice.sample
    if "room" in sample.named:
        side = side_for(card.config.get("image_size"))
        sample = room_sample(sample.named["room"], side)
    return read_by_mango(card, sample)


def _title(card: ModelCard) -> str:
    first, second = (MODALITY_NAMES.get(n, n) for n in card.config["modalities"])
    target = card.config["target"]
    return f"{first} and {second} to {MODALITY_NAMES.get(target, target)}"
