"""A sentence that the reader types."""

import hashlib
from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.tokens import TokenSubject
from fusionviz.analysis.transport.predictions import Scores, prediction_of
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.explain.typed import (
    EXAMPLE,
    How,
    name_typed,
    read_typed,
    suits_generator,
)
from fusionviz.ui.shared.controls import choose_name, choose_text
from fusionviz.ui.shared.data.sequences import SequenceChoice, choose_files
from fusionviz.ui.shared.share import forget, said, unseat
from fusionviz.views.shared.plain import in_markdown

SENTENCE, HOW = "sentence", "how"
_FOLLOWED = "_how_followed"
LONGEST = 8000
"""Letters: more than a thousand words."""

_HOWS: dict[How, str] = {
    "alone": "words alone",
    "spoken": "spoken by the generator",
    "file": "beside your sequences",
    "minilm": "words alone, by MiniLM",
}
_TITLE = 40
"""Letters of the sentence that stand in titles."""

_SIGNS = {-1: "negative", 0: "neither", 1: "positive"}


def choose_typed(place: DeltaGenerator) -> SequenceChoice | None:
    """Return what was typed as a sample; draw where to type it, and what becomes of it.

    Args:
        place: The row of choices.

    Raises:
        InputError: There is nothing in it that can be read.
    """
    with place:
        text = choose_text(
            "Type a sentence",
            SENTENCE,
            default=EXAMPLE,
            longest=LONGEST,
        )
        how = _choose_how(text)
    files: Mapping[str, bytes] = {}
    named_files = None
    if how == "file":
        brought = choose_files(place)
        if brought is None:
            return None
        files, named_files = brought.files, brought.named
    named = name_typed(text, how, named_files)
    key = hashlib.sha256(repr(named).encode()).hexdigest()
    title = text.strip()
    short = title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…"
    return SequenceChoice(
        sample=_read(key, text, how, files),
        key=key,
        title=f"“{in_markdown(short)}”",
        named=named,
    )


def _choose_how(text: str) -> How:
    """Draw what the words become; until it is picked, that follows the words."""
    default: How = "spoken" if suits_generator(text) else "alone"
    before = st.session_state.get(_FOLLOWED)
    if before not in (None, default) and said(HOW) == before:
        unseat(HOW)
        forget([HOW])
    st.session_state[_FOLLOWED] = default
    return choose_name(
        "What its words become",
        HOW,
        _HOWS,
        default=default,
        width=200,
        hide_label=True,
    )


def say_typed(sample: SequenceSample, subject: TokenSubject) -> None:
    """Draw in a line what a model says of it, and what was assumed."""
    steps = ", ".join(f"{len(x)} of {name}" for name, x in sample.modalities.items())
    told = [f"Steps: {steps}.", *map(in_markdown, sample.notes)]
    if isinstance(subject, AlignMambaSubject):
        found = prediction_of(subject, subject.trace.logits)
        if isinstance(found, Scores) and not found.per_step and len(found.values) == 1:
            value = float(found.values[0])
            sign = _SIGNS[int(value > 0) - int(value < 0)]
            told.insert(0, f"**Says {value:+.2f} ({sign})**.")
    if sample.target is not None and not sample.target.ndim:
        told.insert(1, f"True score {float(sample.target):+.2f}.")
    st.caption(" ".join(told))


@st.cache_resource(max_entries=32, show_spinner=False)
def _read(
    key: str, _text: str, _how: How, _files: Mapping[str, bytes]
) -> SequenceSample:
    return read_typed(_text, _how, _files)
