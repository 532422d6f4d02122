"""The pair of files that a reader brings: where it is dropped, and how it is read.

The address has the files' SHA-256 and how they are read, never the files: who opens it
elsewhere is asked for them, and then sees what its sender saw.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from fusionviz.data.rgbd.unit_table import per_metre
from fusionviz.data.rgbd_files import UNIT_LABELS, Placement, ReadingOptions
from fusionviz.errors import InputError
from fusionviz.explain.pairs import name_files
from fusionviz.ui.shared.replaced import tell_replaced
from fusionviz.ui.shared.share import forget, seat, went_back

LARGEST_FILE_MB = 50

SLOTS = {"rgb": "file_rgb", "depth": "file_depth"}
"""Keys of the places where files are dropped."""

NAMES = {"rgb": "RGB", "depth": "depth"}

_FORMATS = {
    "rgb": ("RGB picture", "JPEG, PNG, WebP, PPM, BMP, TIFF or NPY"),
    "depth": (
        "Depth map",
        "PNG, PGM, TIFF, NPY, NPZ, MAT, HDF5, PFM or EXR",
    ),
}
_PRINTS = {"rgb": "rgb_file", "depth": "depth_file"}
"""Names of the files' SHA-256 in the address."""

_READ = (
    "depth_unit",
    "depth_name",
    "depth_turn",
    "depth_right",
    "depth_down",
    "depth_scale",
    "fourth_is_depth",
)
_SHOWN_DIGITS = 12
_TYPED = "typed"
_FIRST_TYPED = 1000.0
_OPTIONS, _LINK, _SEEN = "_reading_options", "_linked_files", "_seen_files"
_IS_TYPED = "_unit_is_typed"


def linked_files() -> Mapping[str, str]:
    """Return the files of the link that was followed and that are not here yet.

    By slot, the first digits of each one's SHA-256. Empty where there are none.
    """
    if _LINK not in st.session_state:
        asked = {slot: str(st.query_params.get(n, "")) for slot, n in _PRINTS.items()}
        st.session_state[_LINK] = {slot: sha for slot, sha in asked.items() if sha}
    return st.session_state[_LINK]


def follow_files() -> None:
    """Read anew which files the address asks for, and how they are read."""
    for key in (_LINK, _OPTIONS, _IS_TYPED):
        st.session_state.pop(key, None)


def reading_options() -> ReadingOptions:
    """Return how files are read: as was chosen in this session, or in the address."""
    if _OPTIONS not in st.session_state:
        said = {
            name: st.query_params[name] for name in _READ if name in st.query_params
        }
        try:
            st.session_state[_OPTIONS] = ReadingOptions.from_recipe(said)
        except InputError:
            st.session_state[_OPTIONS] = ReadingOptions()
            for name, value in said.items():
                tell_replaced(name, value, "the usual way of reading")
    return st.session_state[_OPTIONS]


def change_options(**changes: Any) -> None:  # noqa: ANN401 - fields of the options
    """Let files be read otherwise, from the next run on."""
    st.session_state[_OPTIONS] = replace(reading_options(), **changes)


def move_depth(**changes: Any) -> None:  # noqa: ANN401 - fields of a placement
    """Turn or move depth over RGB, from the next run on."""
    placement = replace(reading_options().placement, **changes)
    change_options(placement=placement)


def brought_files() -> tuple[bytes | None, bytes | None]:
    """Return the bytes of the RGB file and of the depth file, None for none."""
    rgb, depth = (_bytes_of(key) for key in SLOTS.values())
    return rgb, depth


def file_names() -> list[str]:
    """Return the names of the files that were brought."""
    brought = (st.session_state.get(key) for key in SLOTS.values())
    return [file.name for file in brought if file is not None]


def name_brought() -> dict[str, Any]:
    """Return what names the brought files in recipes; forget options of other files."""
    files = brought_files()
    named = name_files(*files, reading_options())
    prints = {slot: named[f"{slot}_sha256"] for slot in SLOTS}
    _compare_with_link(prints)
    seen = st.session_state.get(_SEEN, {})
    if any(sha and sha != prints[slot] for slot, sha in seen.items()):
        # A name, a turn and a move belong to one file; a unit to one sensor.
        change_options(depth_name=None, placement=Placement(), fourth_is_depth=True)
        named = name_files(*files, reading_options())
    st.session_state[_SEEN] = prints
    return named


def publish_files(named: Mapping[str, Any]) -> None:
    """Write the files' names and how they are read to the address.

    Not while some are still to come; nor to one that the reader has gone back to, which
    may be of files that are gone: it would keep them from going back further.
    """
    if linked_files() or went_back():
        return
    told = {name: named[f"{slot}_sha256"] for slot, name in _PRINTS.items()}
    told = {name: sha and sha[:_SHOWN_DIGITS] for name, sha in told.items()}
    told |= {name: named.get(name) for name in _READ}
    if told["depth_unit"] == "auto":
        told["depth_unit"] = None
    forget(name for name, value in told.items() if value is None)
    for name, value in told.items():
        text = f"{value:g}" if isinstance(value, float) else str(value)
        if value is not None and st.query_params.get(name) != text:
            st.query_params[name] = text


def forget_files() -> None:
    """Take files and how they are read out of the address."""
    st.session_state[_LINK] = {}
    forget([*_PRINTS.values(), *_READ])


def say_linked() -> str:
    """Return which files of the link are not here, in a sentence that says the cure."""
    which = " and ".join(
        f"{NAMES[slot]} {sha[:_SHOWN_DIGITS]}" for slot, sha in linked_files().items()
    )
    return (
        f"This link was made with files that are not here ({which}): drop them again "
        "under Upload on the left, and what its sender saw comes back. A link has no "
        "files in it, only the first digits of their SHA-256."
    )


def draw_uploaders(on_change: Any) -> None:  # noqa: ANN401 - a callback
    """Draw where files are dropped, and what depth counts."""
    for slot, key in SLOTS.items():
        label, formats = _FORMATS[slot]
        st.file_uploader(
            label,
            key=key,
            max_upload_size=LARGEST_FILE_MB,
            help=f"{formats}. One of the two is enough.",
            on_change=on_change,
        )
    _choose_unit(on_change)


def _choose_unit(on_change: Any) -> None:  # noqa: ANN401
    unit = reading_options().depth_unit
    is_typed = st.session_state.get(_IS_TYPED) or unit not in UNIT_LABELS
    seat("depth_unit", _TYPED if is_typed else unit)

    def chosen() -> None:
        picked = st.session_state.depth_unit
        st.session_state[_IS_TYPED] = picked == _TYPED
        change_options(depth_unit=_typed_unit() if picked == _TYPED else picked)
        on_change()

    st.selectbox(
        "Depth unit",
        [*UNIT_LABELS, _TYPED],
        format_func=lambda unit: UNIT_LABELS.get(unit, "units per metre: …"),
        key="depth_unit",
        on_change=chosen,
        help="What the numbers in the depth file count.",
    )
    if is_typed:
        _draw_typed(unit)


def _draw_typed(unit: str) -> None:
    def typed() -> None:
        change_options(depth_unit=_typed_unit())

    seat("units_per_metre", per_metre(unit) or _FIRST_TYPED)
    st.number_input(
        "Units per metre",
        min_value=0.001,
        max_value=1e8,
        format="%.10g",
        key="units_per_metre",
        on_change=typed,
        help="How many of the file's units make a metre: 1000 for millimetres.",
    )


def _typed_unit() -> str:
    count = st.session_state.get("units_per_metre", _FIRST_TYPED)
    return f"1/{count:.10f}".rstrip("0").rstrip(".") + " m"


def _compare_with_link(prints: Mapping[str, str | None]) -> None:
    """Tick off the files of the link that are here; forget it where others are."""
    link = dict(linked_files())
    for slot, sha in prints.items():
        asked = link.get(slot)
        if sha is None or asked is None:
            continue
        if sha.startswith(asked):
            del link[slot]
        else:
            link = {}
            change_options(**vars(ReadingOptions()))
            st.caption(
                "These are other files than those that the link was made with: they "
                "are read in the usual way."
            )
            break
    st.session_state[_LINK] = link


def _bytes_of(key: str) -> bytes | None:
    uploaded = st.session_state.get(key)
    return None if uploaded is None else uploaded.getvalue()
