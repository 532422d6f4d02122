"""Head A: pinned by the reader, in the address as far as an address can hold it.

`a_model=mango-rooms&a_seed=45&a_head=8.1&a_query=20`: a checkpoint, a room, head 1 of
the flow's layer 8, joint token 20. A pair of the reader's own files stays in the
session: a link cannot hold it.
"""

from dataclasses import dataclass

import streamlit as st

from fusionviz.errors import FusionvizError
from fusionviz.explain.pairs import room_side
from fusionviz.ui.shared.checkpoints import rgbd_checkpoints
from fusionviz.ui.shared.sample.choice import LARGEST_SEED, SampleChoice, room_sample
from fusionviz.ui.shared.share import forget, went_back, whole_number
from fusionviz.ui.shared.subjects import MangoChoice, read_by_mango

MODEL, SEED, HEAD, TOKEN = KEYS = ("a_model", "a_seed", "a_head", "a_query")
"""Their names in the address."""

_PINNED, _FILES = "_pinned", "_pinned_files"


@dataclass(frozen=True, kw_only=True)
class Pin:
    """What was pinned.

    Attributes:
        checkpoint: Name of the MANGO.
        seed: Of the room; None where the sample is files of the reader.
        layer: Index in the flow.
        head: From 0.
        token: Joint token.
    """

    checkpoint: str
    seed: int | None
    layer: int
    head: int
    token: int


def pin(choice: MangoChoice, layer: int, head: int, token: int) -> None:
    """Keep a head, asked from a token, as A."""
    sample = choice.sample
    st.session_state[_FILES] = None if "room" in sample.named else sample
    st.session_state[_PINNED] = Pin(
        checkpoint=choice.card.name,
        seed=sample.named.get("room"),
        layer=layer,
        head=head,
        token=token,
    )


def unpin() -> None:
    """Let A go."""
    st.session_state[_PINNED] = None


def pinned() -> Pin | None:
    """Return what is pinned, from the session or else the address, and publish it."""
    if _PINNED not in st.session_state or went_back():
        st.session_state[_PINNED] = _read()
    now: Pin | None = st.session_state[_PINNED]
    words = {} if now is None else _words(now)
    forget(set(KEYS) - set(words))
    for key, word in words.items():
        if st.query_params.get(key) != word:
            st.query_params[key] = word
    return now


def ask_from(token: int) -> None:
    """Ask A from another token."""
    now = pinned()
    if now is not None:
        st.session_state[_PINNED] = Pin(**{**vars(now), "token": token})


def read_a(now: Pin) -> MangoChoice | str:
    """Return A's sample as its model reads it, or why there is none."""
    cards = {card.name: card for card in rgbd_checkpoints("mango")}
    if now.checkpoint not in cards:
        return f"A's checkpoint {now.checkpoint} is not here: pin another A."
    sample: SampleChoice | None = st.session_state.get(_FILES)
    if now.seed is not None:
        sample = room_sample(now.seed, room_side(cards[now.checkpoint]))
    if sample is None:
        return "A was a pair of files, which a link cannot hold: pin another A."
    try:
        return read_by_mango(cards[now.checkpoint], sample)
    except FusionvizError as error:
        return f"A's checkpoint cannot be loaded: {error}"


def _read() -> Pin | None:
    """Return what the address says, None where it says nothing whole."""
    said = {key: str(st.query_params.get(key, "")) for key in KEYS}
    layer, _, head = said[HEAD].partition(".")
    numbers = (layer, head, said[TOKEN])
    if not said[MODEL] or any(whole_number(number) is None for number in numbers):
        return None
    seed = whole_number(said[SEED])
    is_room = seed is not None and seed <= LARGEST_SEED
    return Pin(
        checkpoint=said[MODEL],
        seed=seed if is_room else None,
        layer=int(layer),
        head=max(int(head) - 1, 0),
        token=int(said[TOKEN]),
    )


def _words(now: Pin) -> dict[str, str]:
    words = {
        MODEL: now.checkpoint,
        HEAD: f"{now.layer}.{now.head + 1}",
        TOKEN: str(now.token),
    }
    if now.seed is not None:
        words[SEED] = str(now.seed)
    return words
