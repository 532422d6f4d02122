"""What the next tab asks for is worked out while nobody does anything."""

import threading
import time
from dataclasses import dataclass

import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import (
    Controls,
    Exhibit,
    ExhibitKind,
    Request,
    SubjectName,
)
from fusionviz.ui.shared import ahead
from fusionviz.ui.shared.ahead import Ahead
from fusionviz.ui.shared.exhibits import make_exhibit
from fusionviz.ui.shared.subjects import SubjectChoice
from fusionviz.ui.shared.tabs import draw_tabs

LONG = 30.0
MADE: list[tuple[str, str, int]] = []
"""Tab, subject and control of each exhibit that was made, in order."""


@dataclass(frozen=True, kw_only=True)
class Height(Controls):
    metres: int = 1


def kind_of(tab: str, *, is_long: bool = False) -> ExhibitKind[Height, str]:
    def make(request: Request[Height, str]) -> Exhibit:
        MADE.append((tab, request.subject, request.controls.metres))
        return Exhibit(draw=go.Figure, alt=tab, caption=tab)

    name = f"test-ahead-{tab}-{is_long}"
    return ExhibitKind(
        name=name, title=tab, controls=Height, make=make, is_long=is_long
    )


KINDS = {tab: kind_of(tab) for tab in "ABC"}
LONG_KIND = kind_of("B", is_long=True)


def draw(subject: str, metres: int) -> None:
    """Draw a page of three tabs, the second of which has a long exhibit, too."""
    name = SubjectName(checkpoint=None, weights_sha256=None, sample={})
    choice = SubjectChoice(subject=subject, key=subject, name=name)

    def draw_tab(tab: str, visible: bool) -> None:
        if visible:
            make_exhibit(KINDS[tab], choice, Height(metres=metres))
            if tab == "B":
                make_exhibit(LONG_KIND, choice, Height(metres=metres))

    draw_tabs(
        {tab: lambda _, visible, tab=tab: draw_tab(tab, visible) for tab in "ABC"},
        choice,
    )


def page():
    import streamlit as st

    from tests.ui.shared.test_ahead import draw

    draw(st.session_state["subject"], st.session_state["metres"])


def visit(app: AppTest, tab: str, subject: str, metres: int = 1) -> None:
    app.session_state["subject"] = subject
    app.session_state["metres"] = metres
    app.session_state["tab"] = app.query_params["tab"] = tab
    app.run()
    assert not app.exception
    assert app.session_state["tab"] == tab


@pytest.fixture
def plans(monkeypatch):
    """What the thread would be given, which these tests make themselves."""
    given = []
    monkeypatch.setattr(ahead, "plan", lambda makes: given.append(list(makes)))
    monkeypatch.setattr(ahead, "_LAST", {})
    MADE.clear()
    return given


def test_the_next_tab_finds_its_exhibit_of_a_new_subject(plans, request):
    app = AppTest.from_function(page)
    first, second = f"one {request.node.name}", f"two {request.node.name}"
    visit(app, "A", first)
    assert plans == [[]], "nobody has looked at the next tab yet"
    visit(app, "B", first, metres=7)
    visit(app, "A", second)
    (make,) = plans[-1]
    make()
    assert MADE[-1] == ("B", second, 7), "as it was set, and nothing that is long"
    before = [one for one in MADE if one[:2] == ("B", second)]
    visit(app, "B", second, metres=7)
    now = [one for one in MADE if one[:2] == ("B", second)]
    assert len(now) == len(before) + 1, "the long one alone was made by the visit"


def test_the_last_tab_is_followed_by_the_first(plans, request):
    app = AppTest.from_function(page)
    visit(app, "A", f"one {request.node.name}", metres=3)
    visit(app, "C", f"two {request.node.name}")
    (make,) = plans[-1]
    make()
    assert MADE[-1] == ("A", f"two {request.node.name}", 3)


def test_another_session_is_prepared_for_as_the_last_one_was(plans, request):
    visit(AppTest.from_function(page), "B", f"one {request.node.name}", metres=5)
    visit(AppTest.from_function(page), "A", f"two {request.node.name}")
    (make,) = plans[-1]
    make()
    assert MADE[-1] == ("B", f"two {request.node.name}", 5)


def test_the_thread_makes_what_is_planned_whatever_one_of_them_says():
    done = threading.Event()

    def refuse():
        raise InputError("There is nothing to read.")

    worker = Ahead(rest_seconds=0.0)
    worker.plan("somebody", [refuse, done.set])
    assert done.wait(LONG)


def test_what_was_planned_before_is_let_go():
    made, done = [], threading.Event()
    worker = Ahead(rest_seconds=0.5)
    worker.plan("somebody", [lambda: made.append("old")])
    worker.plan("somebody", [lambda: made.append("new"), done.set])
    assert done.wait(LONG)
    assert made == ["new"]


def test_it_begins_when_nobody_has_asked_for_a_while():
    began, done = [], threading.Event()
    worker = Ahead(rest_seconds=0.7)
    asked = time.monotonic()
    worker.stir()
    worker.plan("somebody", [lambda: began.append(time.monotonic()), done.set])
    assert done.wait(LONG)
    assert began[0] - asked >= 0.7
