"""Sequences that the reader brings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from fusionviz.data.sequence_files import example_file, read_sequences
from fusionviz.data.sequences import SequenceSample
from fusionviz.errors import InputError
from fusionviz.exhibits.token_naming import name_sequences

UPLOADER = "sequence_files"
LARGEST_FILE_MB = 50
_KEPT, _PLACE = "_brought_sequences", "bring_sequences"

FORMAT = """
One **NPZ** with an array for each modality, or one **CSV** for each.
"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Brought:
    """Sequences and what names them.

    Attributes:
        sample: The sequences.
        key: What names them in caches.
        title: What they are called on the page.
        named: What names them in recipes.
    """

    sample: SequenceSample
    key: str
    title: str
    named: dict[str, Any]


def brought_sequences() -> Brought | None:
    """Return what was brought; draw where to bring it, and its errors."""
    kept: Mapping[str, bytes] | None = st.session_state.get(_KEPT)
    with st.expander(
        "Bring sequences"
        if not kept
        else f"{' and '.join(kept)} is shown; bring others",
        expanded=not kept,
        icon=":material/upload_file:",
        key=_PLACE,
        on_change="rerun",
    ):
        left, right = st.columns([3, 2])
        left.file_uploader(
            "Sequences: one NPZ, or a CSV for each modality",
            type=["npz", "csv"],
            accept_multiple_files=True,
            key=UPLOADER,
            max_upload_size=LARGEST_FILE_MB,
            on_change=_keep,
        )
        left.download_button(
            "A small example (NPZ)",
            example_file,
            file_name="fusionviz-sequences-example.npz",
            mime="application/zip",
            key="sequences_example",
            on_click="ignore",
            icon=":material/download:",
        )
        right.markdown(FORMAT)
    if not kept:
        return None
    named = name_sequences(kept)
    key = "-".join(named["sequences_sha256"].values())
    try:
        sample = _sequences(key, kept)
    except InputError as error:
        st.error(str(error), icon=":material/error:")
        return None
    for note in sample.notes:
        st.caption(note)
    title = " and ".join(kept)
    return Brought(sample=sample, key=key, title=title, named=named)


@st.cache_resource(max_entries=4, show_spinner="Reading the files …")
def _sequences(key: str, _files: Mapping[str, bytes]) -> SequenceSample:
    return read_sequences(_files)


def _keep() -> None:
    """Keep the files for as long as the session lasts: hidden widgets lose theirs."""
    uploaded = st.session_state.get(UPLOADER) or []
    st.session_state[_KEPT] = {one.name: one.getvalue() for one in uploaded}
    st.session_state[_PLACE] = not uploaded
