"""The sidebar that all pages share: sample, checkpoints, and what they run on."""

import streamlit as st
import torch

from fusionviz.models.alignmamba import auto_backend
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import pick_device
from fusionviz.ui.shared.checkpoints import TITLES, rgbd_checkpoints
from fusionviz.ui.shared.sample import draw_choice

SUMMARY = ("miou", "pixel_accuracy", "bits_per_value")
"""Metrics that the list of checkpoints tells; the cards have them all."""


_SEEN = "_mangos_seen"


def draw_sidebar() -> None:
    """Draw the sidebar; a page reads what was picked from the session."""
    with st.sidebar:
        draw_choice()
        st.divider()
        for kind in TITLES:
            _pick_checkpoint(kind)
        _draw_badges()


def _pick_checkpoint(kind: str) -> None:
    title = TITLES[kind]
    cards = rgbd_checkpoints(kind)
    if not cards:
        st.badge(f"{title}: no checkpoint", color="gray", icon=":material/block:")
        return
    st.selectbox(
        f"{title} checkpoint",
        [card.name for card in cards],
        key=kind,
        bind="query-params",
        help="  \n".join(filter(None, [_summary(card) for card in cards])),
    )
    if kind == "mango":
        _say_what_compares(st.session_state[kind])


def _say_what_compares(name: str) -> None:
    """Say, once a second MANGO has been picked, which of their bits compare."""
    seen = st.session_state.setdefault(_SEEN, {})
    seen[name] = True
    if len(seen) > 1:
        st.caption(
            "Each checkpoint has tokens of its own, so their bits per dimension do not "
            "compare. Bits per pixel value do: see Likelihood and round trip on the "
            "Inputs page."
        )


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
