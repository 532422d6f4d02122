"""Sequences that the reader brings."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fusionviz.data.sequences.files import MAX_MEGABYTES, read_sequences
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.utterances.example import example_file, example_tables
from fusionviz.errors import InputError
from fusionviz.explain.tokens import name_sequences
from fusionviz.ui.shared.notices import say_refusal
from fusionviz.views.shared.plain import in_markdown

UPLOADER = "sequence_files"
EXAMPLE = "example.npz"
_KEPT = "_brought_sequences"
_LONGEST_LABEL = 18
"""Characters: with the other choices, the row fits beside the sidebar at 1280."""

FORMAT = """
**NPZ**: an array *(step, feature)* for each modality, such as `text`, `video`,
`audio`; other names are kept. Of *(sample, step, feature)* the first sample is read,
or the one whose number is in `sample`. It may also hold

- `words`: of the steps of `text`, to which the others are aligned (without text: the
  modality with the fewest steps),
- `video_times`: start and end of each step in seconds, *(step, 2)*, or starts alone;
  by any clock, and `_ms` behind the name where they are milliseconds,
- `video_mask` or `video_lengths`: which steps are there, where others are padding,
- `video_alignment`: which step of the text each belongs to, −1: none,
- `target`: the true score, a number.

```python
import numpy as np
np.savez(
    "sequences.npz",
    text=word_vectors, words=words, text_times=word_times,
    audio=audio_frames, audio_times=audio_times,
    video=video_frames, video_times=video_times,
)
```

**CSV**: a file for each modality, which its name says (`clip3_audio.csv`); a row a
step, a column a feature, and `start`, `end` or `timestamp_ms`, `word`, `true` (the step
of the text) where you have them. Commas, semicolons, tabs or blanks; decimal points or
commas. Columns that count rows or label steps are left out; `face_id` keeps people
apart. A ZIP of such files will do. What was left out or assumed is told with the files.

Up to 4096 features a step and 50 MB in all; of more than 512 steps a modality,
neighbours are averaged. An AlignMamba reads the widths that it was trained on; features
of one width throughout need no model. Files are read on this machine and kept in memory
only, for this session; nothing in them is run.
"""


@dataclass(frozen=True, kw_only=True, eq=False)
class SequenceChoice:
    """Sequences and what names them.

    Attributes:
        sample: The sequences.
        key: What names them in caches.
        title: What they are called on the page.
        named: What names them in recipes.
        files: Those that were brought, by name; empty where none were.
    """

    sample: SequenceSample
    key: str
    title: str
    named: dict[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Files:
    """Files that stay for as long as the session lasts: hidden widgets lose theirs."""

    files: Mapping[str, bytes]
    named: dict[str, Any]

    @property
    def key(self) -> str:
        """Of caches; names count, for they say what a table is."""
        return hashlib.sha256(repr(self.named).encode()).hexdigest()

    @property
    def title(self) -> str:
        """What the files are called on the page."""
        return (
            next(iter(self.files))
            if len(self.files) == 1
            else f"{len(self.files)} files"
        )


def choose_files(place: DeltaGenerator) -> SequenceChoice | None:
    """Return what was brought; draw where to bring it, and its errors.

    Args:
        place: The row of choices: once there is something to show, all else folds away
            into it.
    """
    kept: _Files | None = st.session_state.get(_KEPT)
    if kept is None:
        _draw_offer()
        return None
    try:
        sample = _sequences(kept.key, kept.files)
    except InputError as error:
        say_refusal(error)
        _draw_offer()
        return None
    with place.popover(_label(kept.title, len(sample.notes))):
        told = [
            f"**{in_markdown(', '.join(kept.files))}**",
            *map(in_markdown, sample.notes),
        ]
        st.markdown("\n- ".join(told))
        _draw_offer()
    return SequenceChoice(
        sample=sample,
        key=kept.key,
        title=kept.title,
        named=kept.named,
        files=kept.files,
    )


def _draw_offer() -> None:
    """Draw where to bring files, and what they are like."""
    with st.container(horizontal=True, key="bring_sequences"):
        with st.container(width=310):
            st.file_uploader(
                "An NPZ, or a CSV for each modality",
                type=["npz", "csv", "tsv", "txt", "zip"],
                accept_multiple_files=True,
                key=UPLOADER,
                max_upload_size=MAX_MEGABYTES,
                on_change=_keep_uploaded,
            )
            _draw_examples()
        with st.container(width=570):
            st.markdown(FORMAT)


def _draw_examples() -> None:
    st.button(
        "Show an example",
        key="sequences_example",
        on_click=_keep_example,
        icon=":material/play_arrow:",
        help="A generated utterance, as if you had brought it.",
    )
    with st.container(horizontal=True, gap="small"):
        for label, make, name in (
            ("As NPZ", example_file, "fusionviz-sequences.npz"),
            ("As CSV", example_tables, "fusionviz-sequences-csv.zip"),
        ):
            st.download_button(
                label,
                make,
                file_name=name,
                mime="application/zip",
                key=f"download_{name}",
                on_click="ignore",
                icon=":material/download:",
                help="Download the example.",
            )


def _label(title: str, notes: int) -> str:
    """Return what the folded choice is called, short enough for its row."""
    told = f" · {notes} note{'s'[: notes > 1]}" if notes else ""
    room = _LONGEST_LABEL - len(told)
    return in_markdown(title if len(title) <= room else f"{title[: room - 1]}…") + told


@st.cache_resource(max_entries=4, show_spinner="Reading the files …")
def _sequences(key: str, _files: Mapping[str, bytes]) -> SequenceSample:
    return read_sequences(_files)


def _keep_uploaded() -> None:
    uploaded = st.session_state.get(UPLOADER) or []
    _keep({one.name: one.getvalue() for one in uploaded})


def _keep_example() -> None:
    _keep({EXAMPLE: example_file()})


def _keep(files: Mapping[str, bytes]) -> None:
    kept = _Files(files=files, named=name_sequences(files)) if files else None
    st.session_state[_KEPT] = kept
