"""Arrays of a model of one's own: where they are brought, and what they hold."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fusionviz.analysis.shared.subjects.arrays import ArraysSubject
from fusionviz.data.arrays.containers import MAX_MEGABYTES
from fusionviz.data.arrays.example import example_file
from fusionviz.data.arrays.keys import KEYS, WORDS, pages_of
from fusionviz.data.arrays.record import ModelArrays
from fusionviz.errors import FusionvizError, InputError
from fusionviz.exhibits.shared.exhibit import S
from fusionviz.explain.arrays import arrays_subject, name_arrays
from fusionviz.ui.shared.controls import controls_row
from fusionviz.ui.shared.data.arrays_file import (
    UPLOADER,
    ArraysFile,
    forget_arrays,
    keep_example,
    keep_uploaded,
    kept_arrays,
    missing_print,
    publish_arrays,
)
from fusionviz.ui.shared.data.live import are_served, ask_chosen, choose_model
from fusionviz.ui.shared.notices import say_refusal
from fusionviz.ui.shared.sample.choice import ARRAYS
from fusionviz.ui.shared.subjects import SubjectChoice, TokenChoice
from fusionviz.views.shared.plain import in_markdown, sentence_in_markdown

LONGEST_KEYS = 96
"""Letters of the keys on the folded choice: beside the sidebar at 1280."""

_PLACE = "bring_arrays"

_HOW = """
One **NPZ** or **safetensors** file holds the arrays of one sample; each key lights up
its pages, and all may be absent:

{keys}

Words, where you have them (in safetensors as JSON lists in the metadata):

{words}

```python
np.savez("arrays.npz", attention=weights, plan=plan, tokens_text=text, tokens_rgb=rgb,
         labels_text=words, plan_between=["rgb", "text"], latents=z)
```

Up to {megabytes} MB are read, on this machine; they are kept in memory only, and
nothing in a file is run: no pickles. What is odd is told; what cannot be shown is
refused by the name of its key. docs/own-models.md tells more, and how a live model
gives the same arrays.
"""


@dataclass(frozen=True, kw_only=True, eq=False)
class ArraysChoice(SubjectChoice[ArraysSubject]):
    """Arrays of one sample, and what names them."""

    @property
    def title(self) -> str:
        """What they are called on the page, in Markdown."""
        return in_markdown(self.subject.title)

    def of(self, part: S, what: str) -> SubjectChoice[S]:
        """Return a part of the arrays as what pictures are of.

        Args:
            part: The part.
            what: Names it in caches.
        """
        return SubjectChoice(subject=part, key=f"{self.key}-{what}", name=self.name)

    @property
    def tokens(self) -> TokenChoice:
        """The tokens among the arrays.

        Raises:
            InputError: There are none, or their widths differ.
        """
        return TokenChoice(
            subject=self.subject.tokens,
            key=f"{self.key}-tokens",
            name=self.name,
            title=self.title,
            card=None,
        )


def show_arrays(draw: Callable[[ArraysChoice], None]) -> bool:
    """Draw arrays where the sidebar asks for them; return whether it does.

    Args:
        draw: Draws what the page shows of arrays. What they lack it may raise.
    """
    if st.session_state.source != ARRAYS:
        forget_arrays()
        return False
    choice = _choose()
    if choice is not None:
        try:
            draw(choice)
        except InputError as error:
            st.info(sentence_in_markdown(str(error)), icon=":material/key:")
    return True


def _choose() -> ArraysChoice | None:
    """Return the arrays of this run; where there are none, say why and what to do."""
    place = controls_row("arrays_controls") if are_served() else st.container()
    model = choose_model(place)
    return _choose_file() if model is None else _ask(model, place)


def _ask(model: str, place: DeltaGenerator) -> ArraysChoice | None:
    """Return what a live model gives, or say what it raised."""
    forget_arrays()
    try:
        answer = ask_chosen(model, place)
    except FusionvizError as error:
        say_refusal(error)
        return None
    if answer is None:
        return None
    subject, key, name = answer
    with st.expander(
        _say_shown(subject.title, subject.arrays),
        icon=":material/data_array:",
        key=f"{_PLACE}_live",
    ):
        st.markdown(_table(subject.arrays))
    return ArraysChoice(subject=subject, key=key, name=name)


def _choose_file() -> ArraysChoice | None:
    try:
        file = kept_arrays()
    except OSError as error:
        st.error(f"The server's file of arrays cannot be read: {error.strerror}.")
        file = None
    gone = missing_print(file)
    if gone:
        st.info(
            f"This link was made with arrays that are not here ({gone}): bring them "
            "again, and what its sender saw comes back.",
            icon=":material/upload_file:",
        )
    if file is None:
        _draw_offer(None, None)
        return None
    try:
        subject = _read(file.sha256, file.name, file)
    except FusionvizError as error:
        say_refusal(error)
        _draw_offer(file, None)
        return None
    _draw_offer(file, subject.arrays)
    if not gone:
        publish_arrays(file)
    return ArraysChoice(
        subject=subject,
        key=f"arrays-{file.sha256}-{file.name}",
        name=name_arrays(file.data),
    )


@st.cache_resource(max_entries=4, show_spinner="Reading the arrays …")
def _read(sha256: str, name: str, _file: ArraysFile) -> ArraysSubject:
    return arrays_subject(_file.data, name)


def _draw_offer(file: ArraysFile | None, arrays: ModelArrays | None) -> None:
    """Draw what is shown and where to bring another; folded away once there is some."""
    with st.expander(
        "Bring the arrays of a model of your own"
        if file is None or arrays is None
        else _say_shown(file.name, arrays),
        expanded=arrays is None,
        icon=":material/data_array:",
        key=f"{_PLACE}_{'none' if arrays is None else 'some'}",
    ):
        left, right = st.columns([2, 3], gap="medium")
        with left:
            _draw_uploader()
        with right:
            if arrays is not None:
                st.markdown(_table(arrays))
            st.markdown(format_of())


def _say_shown(title: str, arrays: ModelArrays) -> str:
    """Return what the folded choice is called."""
    notes = sum(map(len, arrays.notes.values()))
    told = f" · {notes} note{'s'[: notes > 1]}" if notes else ""
    keys = ", ".join(arrays.keys)
    keys = keys if len(keys) <= LONGEST_KEYS else f"{keys[: LONGEST_KEYS - 1]}…"
    name = title if len(title) <= 40 else f"{title[:39]}…"
    return f"**{in_markdown(name)}**: {in_markdown(keys)}{told}"


def _draw_uploader() -> None:
    st.file_uploader(
        "Arrays, NPZ or safetensors",
        type=["npz", "safetensors"],
        key=UPLOADER,
        max_upload_size=MAX_MEGABYTES,
        on_change=keep_uploaded,
    )
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Show an example",
            key="arrays_example",
            icon=":material/play_arrow:",
            on_click=keep_example,
            help="Four words over the picture of a room, with every key, as if you "
            "had brought it.",
        )
        st.download_button(
            "Download it",
            example_file,
            file_name="fusionviz-arrays-example.npz",
            mime="application/zip",
            key="arrays_example_file",
            on_click="ignore",
            icon=":material/download:",
        )


def _table(arrays: ModelArrays) -> str:
    """Return what the file holds in Markdown: a row a key, its shape, pages, notes."""
    names = dict.fromkeys([*arrays.shapes, *arrays.notes])
    rows = [
        f"| {in_markdown(name)} | {arrays.shapes.get(name, '')} | "
        f"{', '.join(pages_of(name))} | "
        f"{' '.join(map(in_markdown, arrays.notes.get(name, ())))} |"
        for name in names
    ]
    return "\n".join(["| key | shape | page | notes |", "|---|---|---|---|", *rows])


def format_of() -> str:
    """Return what a file of arrays is like, in Markdown."""
    keys, words = (
        "\n".join(
            f"- `{key.name}` {in_markdown(key.axes)}: {key.says} "
            f"(*{', '.join(key.pages)}*)"
            for key in listed
        )
        for listed in (KEYS, WORDS)
    )
    return _HOW.format(keys=keys, words=words, megabytes=MAX_MEGABYTES)
