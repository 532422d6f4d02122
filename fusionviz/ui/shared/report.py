"""What a session has looked at, with the reader's notes: taken home as one file.

Every picture that is shown is listed, each kind of a subject once, as it was last set.
The list is short and belongs to the session; a reader leaves out what is not wanted.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import streamlit as st

from fusionviz.exhibits.shared.exhibit import Exhibit, FigureRecipe
from fusionviz.explain.report_page import ReportEntry, write_report
from fusionviz.explain.writing import describe_subject
from fusionviz.ui.shared.share import seat
from fusionviz.views.shared.plain import in_markdown

MOST = 24
"""Pictures that are kept: those that were looked at first go."""

LONGEST_NOTE = 4000
TITLE = "What was looked at in fusionviz"

_SEEN = "_looked_at"


@dataclass(kw_only=True)
class _Look:
    """A picture that was looked at.

    Attributes:
        exhibit: As it was last set.
        recipe: What makes it again.
        note: What the reader has written to it.
        is_wanted: Whether it goes into the report.
    """

    exhibit: Exhibit
    recipe: FigureRecipe
    note: str = ""
    is_wanted: bool = field(default=True)

    @property
    def entry(self) -> ReportEntry:
        """The picture as an entry of a report."""
        return ReportEntry(exhibit=self.exhibit, recipe=self.recipe, note=self.note)


def remember_exhibit(exhibit: Exhibit, recipe: FigureRecipe) -> None:
    """Keep that a picture was looked at, for the report.

    Args:
        exhibit: The picture.
        recipe: What makes it again.
    """
    looks = _looks()
    key = _key_of(recipe)
    if key in looks:
        looks[key].exhibit, looks[key].recipe = exhibit, recipe
        return
    looks[key] = _Look(exhibit=exhibit, recipe=recipe)
    _forget_oldest(looks)


def draw_report() -> None:
    """Draw the list of pictures with a note for each, and what takes them home."""
    looks = _looks()
    if not looks:
        return
    wanted = sum(one.is_wanted for one in looks.values())
    place = st.expander(
        f"Report · {wanted} picture{'s'[: wanted != 1]}",
        icon=":material/description:",
        key="report",
        on_change="rerun",
    )
    if not place.open:
        return
    with place:
        st.caption("What you have looked at, as you last set it. Write what you see.")
        for key, look in looks.items():
            _draw_look(key, look)
        st.download_button(
            "Download report",
            partial(_write, looks),  # it is called where no session is known
            file_name="fusionviz-report.html",
            mime="text/html",
            key="report_download",
            on_click="ignore",
            icon=":material/download:",
            width="stretch",
            disabled=not wanted,
            help="One HTML file: charts stay interactive, and it opens without a "
            "network.",
        )


def _looks() -> dict[str, _Look]:
    return st.session_state.setdefault(_SEEN, {})


def _key_of(recipe: FigureRecipe) -> str:
    """Return what names a kind of picture of a subject, however it is set."""
    other = None if recipe.other is None else recipe.other.sample
    named = [recipe.exhibit, recipe.subject.checkpoint, recipe.subject.sample, other]
    text = json.dumps(named, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _forget_oldest(looks: dict[str, _Look]) -> None:
    """Let go of what was looked at first, but of what has a note last of all."""
    while len(looks) > MOST:
        bare = (key for key, one in list(looks.items())[:-1] if not one.note)
        del looks[next(bare, next(iter(looks)))]


def _draw_look(key: str, look: _Look) -> None:
    """Draw a picture's line: whether it is wanted, and its note."""
    take, write = f"report_take_{key}", f"report_note_{key}"

    def taken() -> None:
        look.is_wanted = bool(st.session_state[take])

    def written() -> None:
        look.note = str(st.session_state[write] or "")

    seat(take, look.is_wanted)
    seat(write, look.note)
    title, subject = look.entry.title, describe_subject(look.recipe.subject)
    st.checkbox(in_markdown(title), key=take, on_change=taken, help=subject)
    if look.is_wanted:
        st.text_area(
            f"Note on {title}",
            key=write,
            on_change=written,
            max_chars=LONGEST_NOTE,
            height=68,
            placeholder="Your note",
            label_visibility="collapsed",
        )


def _write(looks: Mapping[str, _Look]) -> bytes:
    """Return the wanted pictures of a session as a report."""
    entries = [one.entry for one in looks.values() if one.is_wanted]
    return write_report(TITLE, entries).encode()
