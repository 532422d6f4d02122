"""Attention arrays that the reader brings as a file."""

import hashlib

import streamlit as st

from fusionviz.analysis.shared.attention.stack import AttentionStack, stack_of_file
from fusionviz.data.attention.files import example_file, read_attention
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import SubjectName
from fusionviz.ui.shared.notices import say_refusal
from fusionviz.ui.shared.subjects import SubjectChoice
from fusionviz.views.shared.plain import in_markdown

UPLOADER = "attention_file"
LARGEST_FILE_MB = 50

_FILE, _PLACE = "_brought_file", "bring"

FORMAT = """
An **NPZ** with an array `attention` of shape *(layer, head, query, key)*,
*(head, query, key)* or *(query, key)*: weights after the softmax, of one sample. It may
also hold

- `tokens`: a label for each token (`query_tokens` and `key_tokens` where they differ),
- `modality`: the name of each token's modality, as in `["text", "rgb", ...]`,
- `grid`: rows and columns of the picture that a modality's tokens fill.

`numpy.savez("attention.npz", attention=array, tokens=words)` writes one. An NPY of the
array alone will do. Up to 32 million numbers are read, on this machine; they are kept
in memory only, and nothing in a file is run.
"""


def choose_file() -> SubjectChoice[AttentionStack] | None:
    """Return the file that was brought; draw where to bring one, and its errors."""
    kept = st.session_state.get(_FILE)
    _draw_offer(None if kept is None else kept[0])
    if kept is None:
        return None
    name, data = kept
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        stack = _read(sha256, name, data)
    except InputError as error:
        say_refusal(error)
        return None
    named = SubjectName(
        checkpoint=None, weights_sha256=None, sample={"attention_sha256": sha256}
    )
    return SubjectChoice(subject=stack, key=f"{sha256}-{name}", name=named)


def _draw_offer(shown: str | None) -> None:
    """Draw where to bring a file; folded away while one is shown."""
    with st.expander(
        "Bring attention"
        if shown is None
        else f"{in_markdown(shown)} is shown; bring another",
        expanded=shown is None,
        icon=":material/upload_file:",
        key=_PLACE,
        on_change="rerun",
    ):
        left, right = st.columns([3, 2])
        left.file_uploader(
            "Attention, NPZ or NPY",
            type=["npz", "npy"],
            key=UPLOADER,
            max_upload_size=LARGEST_FILE_MB,
            on_change=_keep,
        )
        left.download_button(
            "A small example (NPZ)",
            example_file,
            file_name="fusionviz-attention-example.npz",
            mime="application/zip",
            key="attention_example",
            on_click="ignore",
            icon=":material/download:",
        )
        right.markdown(FORMAT)


@st.cache_resource(max_entries=2, show_spinner="Reading the file …")
def _read(sha256: str, name: str, _data: bytes) -> AttentionStack:
    return stack_of_file(read_attention(_data), name)


def _keep() -> None:
    """Keep the file for as long as the session lasts: hidden tabs lose their own."""
    uploaded = st.session_state.get(UPLOADER)
    st.session_state[_FILE] = (
        None if uploaded is None else (uploaded.name, uploaded.getvalue())
    )
    st.session_state[_PLACE] = uploaded is None  # open where there is nothing to see
