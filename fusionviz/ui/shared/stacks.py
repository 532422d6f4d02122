"""Other attention as arrays: AlignMamba's, and of a file that the reader brings."""

import hashlib
from dataclasses import dataclass

import streamlit as st

from fusionviz.analysis.attention.alignmamba_stacks import hidden_stack, transport_stack
from fusionviz.analysis.shared.alignmamba_subject import AlignMambaSubject
from fusionviz.analysis.shared.attention_stack import AttentionStack, stack_of_file
from fusionviz.data.attention.files import example_file, read_attention
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import SubjectName
from fusionviz.ui.shared import cache

UPLOADER = "attention_file"
LARGEST_FILE_MB = 50

_BROUGHT, _PLACE = "_brought_file", "bring"

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


@dataclass(frozen=True, kw_only=True, eq=False)
class BroughtAttention:
    """Attention that was brought, and what names it.

    Attributes:
        subject: The arrays.
        key: What names it in caches.
        name: What names it in recipes.
    """

    subject: AttentionStack
    key: str
    name: SubjectName


def of_file() -> BroughtAttention | None:
    """Return the file that was brought; draw where to bring one, and its errors."""
    kept = st.session_state.get(_BROUGHT)
    with st.expander(
        "Bring attention" if kept is None else f"{kept[0]} is shown; bring another",
        expanded=kept is None,
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
    if kept is None:
        return None
    name, data = kept
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        stack = _brought(sha256, name, data)
    except InputError as error:
        st.error(str(error), icon=":material/error:")
        return None
    named = SubjectName(
        checkpoint=None, weights_sha256=None, sample={"attention_sha256": sha256}
    )
    return BroughtAttention(subject=stack, key=f"{sha256}-{name}", name=named)


@st.cache_resource(max_entries=8, show_spinner="AlignMamba shows its attention …")
def hidden_of(
    key: str, channel: int, skip: bool, _subject: AlignMambaSubject
) -> AttentionStack:
    """Return the hidden attention of a subject."""
    with cache.MODEL_WORK:
        return hidden_stack(_subject, channel, skip)


@st.cache_resource(max_entries=8, show_spinner="AlignMamba aligns its tokens …")
def plan_of(key: str, _subject: AlignMambaSubject) -> AttentionStack:
    """Return the transport of a subject.

    Raises:
        InputError: A modality is missing.
    """
    with cache.MODEL_WORK:
        return transport_stack(_subject)


@st.cache_resource(max_entries=2, show_spinner="Reading the file …")
def _brought(sha256: str, name: str, _data: bytes) -> AttentionStack:
    return stack_of_file(read_attention(_data), name)


def _keep() -> None:
    """Keep the file for as long as the session lasts: hidden tabs lose their own."""
    uploaded = st.session_state.get(UPLOADER)
    st.session_state[_BROUGHT] = (
        None if uploaded is None else (uploaded.name, uploaded.getvalue())
    )
    st.session_state[_PLACE] = uploaded is None  # open where there is nothing to see
