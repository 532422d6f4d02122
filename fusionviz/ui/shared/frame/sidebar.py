"""The sidebar that all pages share: sample, checkpoints, and what they run on."""

from collections.abc import Sequence

import streamlit as st
import torch

from fusionviz.models.alignmamba import auto_backend
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import pick_device, read_cards
from fusionviz.ui.shared.checkpoints import (
    FILM_MANGO,
    TITLES,
    film_checkpoints,
    rgbd_checkpoints,
)
from fusionviz.ui.shared.films.choice import is_film
from fusionviz.ui.shared.sample.choice import UPLOAD, draw_choice
from fusionviz.ui.shared.share import forget, publish, recall_word, unseat
from fusionviz.views.shared.plain import sentence_in_markdown

SUMMARY = ("miou", "pixel_accuracy", "micro_f1", "bits_per_value")
"""Metrics that the list of checkpoints tells; the cards have them all."""


_SEEN = "_mangos_seen"
_FOLLOWED = "_samples_followed"


def draw_sidebar() -> None:
    """Draw the sidebar; a page reads what was picked from the session."""
    with st.sidebar:
        draw_choice()
        st.divider()
        if is_film():
            _pick_film_checkpoint()
        else:
            for kind in TITLES:
                _pick_checkpoint(kind)
        _say_what_is_broken()
        _draw_badges()


def _pick_checkpoint(kind: str) -> None:
    title = TITLES[kind]
    cards = rgbd_checkpoints(kind)
    if not cards:
        st.badge(f"{title}: no checkpoint", color="gray", icon=":material/block:")
        return
    names = [card.name for card in cards]
    _follow_sample(kind)
    recall_word(kind, names[0], names)
    st.selectbox(
        f"{title} checkpoint",
        names,
        key=kind,
        on_change=_keep,
        args=(kind,),
        help="  \n".join(filter(None, [_summary(card) for card in cards])),
    )
    publish(kind, names[0])
    _say_what_follows(kind, cards)
    if kind == "mango":
        _say_what_compares(st.session_state[kind])


def _pick_film_checkpoint() -> None:
    cards = film_checkpoints()
    if not cards:
        st.badge("MANGO of films: no checkpoint", color="gray", icon=":material/block:")
        return
    names = [card.name for card in cards]
    recall_word(FILM_MANGO, names[0], names)
    st.selectbox(
        "MANGO checkpoint",
        names,
        key=FILM_MANGO,
        help="  \n".join(_summary(card) for card in cards),
    )
    publish(FILM_MANGO, names[0])


def _follow_sample(kind: str) -> None:
    """Let go of the weights when the sample becomes one of another kind.

    What somebody picked, or what the address names, stays.
    """
    source = st.session_state.source
    before = st.session_state.setdefault(_FOLLOWED, {})
    if kind not in before and kind in st.query_params:
        _keep(kind)
    if before.get(kind, source) != source and not st.session_state.get(_kept(kind)):
        unseat(kind)
    before[kind] = source


def _keep(kind: str) -> None:
    st.session_state[_kept(kind)] = True


def _let_go(kind: str) -> None:
    st.session_state[_kept(kind)] = False
    unseat(kind)
    forget([kind])


def _kept(kind: str) -> str:
    return f"_{kind}_is_kept"


def _say_what_follows(kind: str, cards: Sequence[ModelCard]) -> None:
    """Say that weights follow the sample, or offer those that are made for it."""
    first = cards[0].name
    if not st.session_state.get(_kept(kind)):
        if st.session_state.source == UPLOAD and "nyu" in first:
            st.caption(f"{first} was trained on photographs. What you pick stays.")
    elif not _are_alike(cards, st.session_state[kind]):
        st.button(
            f"Take {first}, made for such samples",
            key=f"follow_{kind}",
            type="tertiary",
            on_click=_let_go,
            args=(kind,),
        )


def _are_alike(cards: Sequence[ModelCard], picked: str) -> bool:
    """Return whether a checkpoint is the first one, or trained on what that was."""
    sets = {card.name: card.recipe.get("data", {}).get("set") for card in cards}
    first = cards[0].name
    return picked == first or (sets[picked] is not None and sets[picked] == sets[first])


def _say_what_compares(name: str) -> None:
    """Say, once a second MANGO has been picked, which of their bits compare.

    One that only followed the sample was not.
    """
    seen = st.session_state.setdefault(_SEEN, {})
    seen[name] = True
    if len(seen) > 1 and st.session_state.get(_kept("mango")):
        st.caption(
            "Each checkpoint has tokens of its own, so their bits per dimension do not "
            "compare. Bits per pixel value do: see Likelihood and round trip on the "
            "Inputs page."
        )


def _say_what_is_broken() -> None:
    """Name the checkpoints that cannot be offered, and say what to do with them."""
    for problem in read_cards()[1]:
        st.caption(f":material/error: {sentence_in_markdown(problem)}")


def _summary(card: ModelCard) -> str:
    scores = ", ".join(
        f"{name} {card.metrics[name]:.3g}" for name in SUMMARY if name in card.metrics
    )
    size = f"{card.parameters / 1e6:.2f} M parameters"
    parts = [size, card.data, scores, card.note]
    return f"**{card.name}**: " + "; ".join(part for part in parts if part)


def _draw_badges() -> None:
    device = pick_device()
    if device.type == "cuda":
        label, icon = torch.cuda.get_device_name(device), ":material/developer_board:"
    else:
        threads = torch.get_num_threads()
        label = f"CPU, {threads} thread{'s' if threads > 1 else ''}"
        icon = ":material/memory:"
    with st.container(horizontal=True, gap="small"):
        st.badge(f"runs on {label}", icon=icon, color="gray")
        st.badge(
            f"Mamba's scan: {auto_backend(device, torch.float32)}",
            icon=":material/timeline:",
            color="gray",
        )
