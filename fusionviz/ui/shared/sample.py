"""Which sample the pages show: a generated room, or files that the reader brings."""

import random
from dataclasses import dataclass
from typing import Any

import streamlit as st

from fusionviz.data.records import RGBDSample
from fusionviz.data.rgbd_files import DEPTH_UNITS, UNIT_LABELS
from fusionviz.data.rooms import GALLERY_SEEDS
from fusionviz.data.sets.splits import ROOM_SEEDS
from fusionviz.errors import InputError
from fusionviz.explain.pairs import name_files, name_room
from fusionviz.ui.shared import cache
from fusionviz.ui.shared.notices import say_error
from fusionviz.ui.shared.share import forget, publish, recall

ROOMS, UPLOAD = "Rooms", "Your files"
LARGEST_SEED = 999_999
LARGEST_FILE_MB = 50


@dataclass(frozen=True, kw_only=True, eq=False)
class SampleChoice:
    """The RGB-D sample of this run.

    Attributes:
        rgbd: What the models read.
        key: What names it in caches: its seed, or its files' SHA-256 and unit.
        title: What names it on the page.
        notes: What is known or was assumed of it, one sentence each.
        milliseconds: What it took to make or read.
        named: What names it in recipes.
    """

    rgbd: RGBDSample
    key: str
    title: str
    notes: tuple[str, ...]
    milliseconds: dict[str, float]
    named: dict[str, Any]


def draw_choice() -> None:
    """Draw the sample picker; the sidebar of every page has it."""
    recall("seed", GALLERY_SEEDS[0], low=0, high=LARGEST_SEED)
    st.session_state.setdefault("source", ROOMS)
    st.segmented_control(
        "Sample",
        [ROOMS, UPLOAD],
        key="source",
        required=True,
        width="stretch",
        on_change=_open_or_close,
        help="A generated room, or an RGB-D pair of your own.",
    )
    rooms = st.session_state.source == ROOMS
    if rooms:
        st.number_input(
            "Room number (seed)",
            min_value=0,
            max_value=LARGEST_SEED,
            key="seed",
            help="Every number is another room, and always the same one.",
        )
        publish("seed", GALLERY_SEEDS[0])
    else:
        forget(["seed"])
    with st.expander("Upload", key="files", on_change="rerun"):
        _draw_uploaders()


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
        return room_sample(st.session_state.seed)
    rgb, depth = _bytes_of("file_rgb"), _bytes_of("file_depth")
    if rgb is None and depth is None:
        st.info(
            "Drop an RGB picture, a depth map, or both under **Upload** on the left. "
            " They are read on this machine and kept in memory only.",
            icon=":material/upload_file:",
        )
        return None
    try:
        return _files_sample(rgb, depth, st.session_state.get("depth_unit", "auto"))
    except InputError as error:
        say_error(str(error))
        return None


def room_sample(seed: int) -> SampleChoice:
    """Return the room of a seed."""
    sample, milliseconds = cache.room(seed)
    return SampleChoice(
        rgbd=sample,
        key=f"room-{seed}",
        title=f"Room {seed}",
        notes=("Generated: depth and labels are exact.",),
        milliseconds={"render the room": milliseconds},
        named=name_room(seed),
    )


def _files_sample(rgb: bytes | None, depth: bytes | None, unit: str) -> SampleChoice:
    named = name_files(rgb, depth, unit)
    prints = named["rgb_sha256"], named["depth_sha256"]
    sample, milliseconds = cache.pair(*prints, unit, rgb, depth)
    names = [
        st.session_state[key].name
        for key, data in (("file_rgb", rgb), ("file_depth", depth))
        if data is not None
    ]
    return SampleChoice(
        rgbd=sample,
        key="-".join([*(p or "none" for p in prints), unit]),
        title=" and ".join(names),
        notes=sample.notes,
        milliseconds={"read the files": milliseconds},
        named=named,
    )


def _bytes_of(key: str) -> bytes | None:
    uploaded = st.session_state.get(key)
    return None if uploaded is None else uploaded.getvalue()


def _draw_uploaders() -> None:
    for key, label, formats in (
        ("file_rgb", "RGB picture", "JPEG, PNG, WebP, PPM, BMP or TIFF"),
        ("file_depth", "Depth map", "PNG, PGM, TIFF, NPY, NPZ, PFM or EXR"),
    ):
        st.file_uploader(
            label,
            key=key,
            max_upload_size=LARGEST_FILE_MB,
            help=f"{formats}. One of the two is enough.",
            on_change=_show_files,
        )
    st.selectbox(
        "Depth unit",
        DEPTH_UNITS,
        format_func=UNIT_LABELS.__getitem__,
        key="depth_unit",
        on_change=_show_files,
        help="What the numbers in the depth file count.",
    )


def _open_or_close() -> None:
    """Open the place for files when files are to be shown, else close it."""
    st.session_state.files = st.session_state.source == UPLOAD


def _show_files() -> None:
    there = any(st.session_state.get(key) for key in ("file_rgb", "file_depth"))
    st.session_state.source = UPLOAD if there else ROOMS
    _open_or_close()
