"""The file of arrays that a session shows: brought by its reader, or by the server.

The address has the first digits of its SHA-256, never the file: who opens it elsewhere
is asked for it.
"""

import hashlib
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import streamlit as st

from fusionviz.data.arrays.example import example_file
from fusionviz.explain.arrays import served_file
from fusionviz.models.live import VARIABLE as ADAPTER
from fusionviz.ui.shared.share import forget, went_back

UPLOADER = "arrays_file_uploader"
EXAMPLE = "example.npz"
PRINT = "arrays_file"
"""Name of the file's SHA-256 in the address."""

MODEL = "arrays_from"
"""Name of a live model in the address."""

_KEPT, _LINK = "_brought_arrays", "_linked_arrays"
_SHOWN_DIGITS = 12


@dataclass(frozen=True)
class ArraysFile:
    """A file of arrays, for as long as the session lasts.

    Attributes:
        name: Of the file.
        data: Its bytes.
    """

    name: str
    data: bytes

    @cached_property
    def sha256(self) -> str:
        """Of the bytes."""
        return hashlib.sha256(self.data).hexdigest()


def kept_arrays() -> ArraysFile | None:
    """Return the file that this session shows: the server's until another is brought.

    Raises:
        OSError: The server's file cannot be read.
    """
    if _KEPT not in st.session_state:
        path = served_file()
        if path is None:
            return None
        st.session_state[_KEPT] = _served(str(path), path.stat().st_mtime_ns)
    return st.session_state[_KEPT]


@st.cache_resource(max_entries=2, show_spinner=False)
def _served(path: str, modified: int) -> ArraysFile:
    """Return the server's file, which sessions share."""
    return ArraysFile(Path(path).name, Path(path).read_bytes())


def keep_uploaded() -> None:
    """Keep what the uploader holds; what was shown stays where it is emptied."""
    uploaded = st.session_state.get(UPLOADER)
    if uploaded is not None:
        st.session_state[_KEPT] = ArraysFile(uploaded.name, uploaded.getvalue())


def keep_example() -> None:
    """Show the example, as if it had been brought."""
    st.session_state[_KEPT] = ArraysFile(EXAMPLE, example_file())


def are_linked() -> bool:
    """Whether the address that was followed asks for arrays."""
    return bool(_linked()) or MODEL in st.query_params


def are_served() -> bool:
    """Whether the server was started to show arrays, of a file or a live model."""
    return served_file() is not None or bool(os.environ.get(ADAPTER))


def missing_print(file: ArraysFile | None) -> str:
    """Return the digits of the link's file where another or none is here, else ""."""
    asked = _linked()
    return "" if file is not None and file.sha256.startswith(asked) else asked


def publish_arrays(file: ArraysFile) -> None:
    """Write the file's name to the address."""
    text = file.sha256[:_SHOWN_DIGITS]
    if st.query_params.get(PRINT) != text:
        st.query_params[PRINT] = text


def forget_arrays() -> None:
    """Take the file out of the address."""
    st.session_state[_LINK] = ""
    forget([PRINT])


def _linked() -> str:
    if _LINK not in st.session_state or went_back():
        asked = str(st.query_params.get(PRINT, ""))[:64]
        is_print = asked and all(one in "0123456789abcdef" for one in asked)
        st.session_state[_LINK] = asked if is_print else ""
    return st.session_state[_LINK]
