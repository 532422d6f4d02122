"""Which sample the pages show: a room, the reader's files or arrays, or a film."""

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from fusionviz.data.records import RGBDSample
from fusionviz.data.rgbd_files import AmbiguousDepthError, PairReading
from fusionviz.data.rooms import GALLERY_SEEDS, ROOM_SIDE
from fusionviz.data.sets.splits import ROOM_SEEDS
from fusionviz.errors import InputError
from fusionviz.explain.pairs import name_room, room_side
from fusionviz.models.checkpoints import list_checkpoints
from fusionviz.ui.shared import cache
from fusionviz.ui.shared.data.arrays_file import are_linked, are_served
from fusionviz.ui.shared.films.choice import (
    FILM,
    FILMS,
    NOT_OF_FILMS,
    draw_film_choice,
    forget_film,
    is_film,
)
from fusionviz.ui.shared.notices import say_refusal
from fusionviz.ui.shared.replaced import retract
from fusionviz.ui.shared.sample.files import (
    brought_files,
    change_options,
    draw_uploaders,
    file_names,
    follow_files,
    forget_files,
    linked_files,
    name_brought,
    publish_files,
    reading_options,
    say_linked,
)
from fusionviz.ui.shared.share import forget, publish, recall, said, seat, went_back
from fusionviz.views.shared.plain import in_markdown

ROOMS, UPLOAD, ARRAYS = "Rooms", "Your files", "Arrays"
SEED = "seed"
"""Name of a room's number in the address."""

LARGEST_SEED = 999_999
MOST_PILLS = 8


@dataclass(frozen=True, kw_only=True, eq=False)
class SampleChoice:
    """The RGB-D sample of this run.

    Attributes:
        rgbd: What the models read.
        key: What names it in caches: its seed, or its files' SHA-256 and reading.
        title: What names it on the page, in Markdown.
        notes: What is known or was assumed of it, one sentence of Markdown each.
        milliseconds: What it took to make or read.
        named: What names it in recipes.
        reading: How its files were read and could be; None for a room.
    """

    rgbd: RGBDSample
    key: str
    title: str
    notes: tuple[str, ...]
    milliseconds: dict[str, float]
    named: dict[str, Any]
    reading: PairReading | None = None


def draw_choice() -> None:
    """Draw the sample picker; the sidebar of every page has it."""
    if went_back():
        follow_files()
    if said("source") is None or went_back():
        st.session_state.source = _first_source()
        _open_or_close()
    seat("source", said("source"))
    seat("files", bool(said("files")))
    st.segmented_control(
        "Sample",
        [ROOMS, UPLOAD, ARRAYS, FILMS],
        key="source",
        required=True,
        width="stretch",
        on_change=_open_or_close,
        help="A generated room, an RGB-D pair of your own, arrays that a model of "
        "your own has made, or a film: poster and plot.",
    )
    rooms = st.session_state.source == ROOMS
    if rooms:
        recall(SEED, GALLERY_SEEDS[0], low=0, high=LARGEST_SEED)
        st.number_input(
            "Room number (seed)",
            min_value=0,
            max_value=LARGEST_SEED,
            key=SEED,
            help="Every number is another room, and always the same one.",
        )
        publish(SEED, None if are_served() else GALLERY_SEEDS[0])
        forget_files()
    else:
        forget([SEED])
        retract(SEED)
    if is_film():
        forget_files()
        draw_film_choice()
        return
    forget_film()
    with st.expander("Upload", key="files", on_change="rerun"):
        draw_uploaders(_show_files)


def pick_room(seed: int) -> None:
    """Show the room of a seed."""
    st.session_state.seed = seed
    st.session_state.source = ROOMS
    _open_or_close()


def surprise() -> None:
    """Show a room that nobody has picked, and that no training has seen."""
    pick_room(random.choice(ROOM_SEEDS["test"]))


def current_sample() -> SampleChoice | None:
    """Return the sample that is chosen; where there is none, say why and what to do."""
    if st.session_state.source == ROOMS:
        return room_sample(st.session_state.seed, _room_side())
    if st.session_state.source == ARRAYS:
        st.info(
            "This page runs models on samples, so no key of a file of arrays lights it "
            "up: choose **Rooms** or **Your files** on the left.",
            icon=":material/key:",
        )
        return None
    if is_film():
        st.info(NOT_OF_FILMS, icon=":material/movie:")
        return None
    rgb, depth = brought_files()
    if linked_files() and (rgb or depth):
        name_brought()
    if linked_files():
        st.info(say_linked(), icon=":material/upload_file:")
    if rgb is None and depth is None:
        if not linked_files():
            st.info(
                "Drop an RGB picture, a depth map, or both under **Upload** on the "
                "left. They are read on this machine and kept in memory only.",
                icon=":material/upload_file:",
            )
        return None
    try:
        return _files_sample(rgb, depth)
    except AmbiguousDepthError as error:
        say_refusal(error)
        _choose_name(error.names)
    except InputError as error:
        say_refusal(error)
    return None


def _room_side() -> int:
    """Return the pixels a side of a room: those that the picked MANGO reads."""
    cards = {card.name: card for card in list_checkpoints()}
    picked = cards.get(st.session_state.get("mango", ""))
    return ROOM_SIDE if picked is None else room_side(picked)


def room_sample(seed: int, side: int = ROOM_SIDE) -> SampleChoice:
    """Return the room of a seed, with so many pixels a side."""
    sample, milliseconds = cache.room(seed, side)
    return SampleChoice(
        rgbd=sample,
        key=f"room-{seed}" if side == ROOM_SIDE else f"room-{seed}-{side}",
        title=f"Room {seed}",
        notes=("Generated: depth and labels are exact.",),
        milliseconds={"render the room": milliseconds},
        named=name_room(seed, side),
    )


def _files_sample(rgb: bytes | None, depth: bytes | None) -> SampleChoice:
    named = name_brought()
    publish_files(named)
    prints = named["rgb_sha256"], named["depth_sha256"]
    key = json.dumps(named)
    reading, milliseconds = cache.pair(*prints, key, rgb, depth, reading_options())
    return SampleChoice(
        rgbd=reading.sample,
        key=hashlib.sha256(key.encode()).hexdigest(),
        title=" and ".join(map(in_markdown, file_names())),
        notes=tuple(map(in_markdown, reading.sample.notes)),
        milliseconds={"read the files": milliseconds},
        named=named,
        reading=reading,
    )


def _choose_name(names: Sequence[str]) -> None:
    """Draw the choice of the map that is depth, where a file holds several."""

    def chosen() -> None:
        change_options(depth_name=st.session_state.depth_is)

    if len(names) <= MOST_PILLS:
        st.pills(
            "Which is the depth map?",
            names,
            format_func=in_markdown,
            key="depth_is",
            on_change=chosen,
        )
    else:
        st.selectbox(
            "Which is the depth map?",
            names,
            index=None,
            key="depth_is",
            on_change=chosen,
        )


def _first_source() -> str:
    """Return what a session begins with: what its address or the server asks for."""
    if linked_files():
        return UPLOAD
    if are_linked():
        return ARRAYS
    if FILM in st.query_params:
        return FILMS
    return ARRAYS if are_served() and SEED not in st.query_params else ROOMS


def _open_or_close() -> None:
    """Open the place for files when files are to be shown, else close it."""
    st.session_state.files = st.session_state.source == UPLOAD


def _show_files() -> None:
    there = any(file is not None for file in brought_files())
    st.session_state.source = UPLOAD if there or linked_files() else ROOMS
    _open_or_close()
