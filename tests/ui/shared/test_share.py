"""Values in the address, with the session and the address as plain mappings."""

from types import SimpleNamespace

import pytest
import streamlit as st

from fusionviz.ui.shared import share
from fusionviz.ui.shared.share import whole_number
from tests.helpers.app.pages import run_page


@pytest.fixture
def session(monkeypatch) -> dict:
    state: dict = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


@pytest.fixture
def address(monkeypatch) -> dict:
    params: dict = {}
    monkeypatch.setattr(st, "query_params", params)
    return params


def test_the_session_outranks_the_address_and_that_the_default(session, address):
    assert share.recall("row", 3, low=0, high=9) == 3
    session.clear()
    address["row"] = "5"
    assert share.recall("row", 3, low=0, high=9) == 5
    session["row"] = 7
    assert share.recall("row", 3, low=0, high=9) == 7


@pytest.mark.parametrize("text", ["", "-1", "10", "x", "1.5", "²"])
def test_what_is_no_number_in_range_is_the_default(session, address, text):
    address["row"] = text
    assert share.recall("row", 3, low=0, high=9) == 3


def test_only_what_differs_from_the_default_is_published(session, address):
    session["row"] = 5
    share.publish("row", 3)
    assert address == {"row": "5"}
    session["row"] = 3
    share.publish("row", 3)
    assert address == {}
    share.forget(["row"])


def test_a_default_goes_with_its_sample_and_a_choice_stays(session, address):
    for default in (3, 5):  # of one sample, then of another
        assert share.recall("row", default, low=0, high=9) == default
        share.publish("row", default)
    session["row"] = 3  # chosen, and once the default of another
    for default in (5, 2, 5):
        assert share.recall("row", default, low=0, high=9) == 3
        share.publish("row", default)
    assert address == {"row": "3"}
    session["row"] = 5
    share.publish("row", 5)
    assert share.recall("row", 2, low=0, high=9) == 2


CHOICES = ("2", "2.1", "2.2")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2.1_2.2", ["2.1", "2.2"]),
        ("2.2_9.9", ["2.2"]),
        ("none", []),
        ("", ["2"]),
        ("9.9", ["2"]),
        ("_", ["2"]),
    ],
)
def test_words_come_from_the_address(session, address, text, words):
    address["heads"] = text
    assert share.recall_words("heads", ["2"], CHOICES) == words
    assert session["heads"] == words


def test_words_of_the_session_outrank_the_address(session, address):
    address["heads"] = "2.1"
    session["heads"] = []
    assert share.recall_words("heads", ["2"], CHOICES) == []
    session["heads"] = ["2.2", "gone"]
    assert share.recall_words("heads", ["2"], CHOICES) == ["2.2"]


def test_words_that_differ_from_the_default_are_published(session, address):
    for words, text in ((["2.1", "2.2"], "2.1_2.2"), ([], "none")):
        session["heads"] = words
        share.publish_words("heads", ["2"])
        assert address == {"heads": text}
    session["heads"] = ["2"]
    share.publish_words("heads", ["2"])
    assert address == {}


@pytest.mark.parametrize(("text", "word"), [("b", "b"), ("x", "a"), ("", "a")])
def test_a_word_is_one_of_its_choices(session, address, text, word):
    address["letter"] = text
    assert share.recall_word("letter", "a", ("a", "b")) == word
    session["letter"] = "b"
    assert share.recall_word("letter", "a", ("a", "b")) == "b"
    share.publish("letter", "a")
    assert address == {"letter": "b"}


def test_a_widget_that_says_nothing_says_what_it_said_last(session, address):
    share.seat("letter", "b")
    session["letter"] = None
    assert share.recall_word("letter", "a", ("a", "b")) == "b"
    share.unseat("letter")
    assert share.said("letter") is None


class Watched(dict):
    """A session that notes which values are set."""

    def __init__(self):
        super().__init__()
        self.set = []

    def __setitem__(self, key, value):
        self.set.append(key)
        super().__setitem__(key, value)


@pytest.mark.parametrize(
    ("ask", "unusable"),
    [
        (lambda: share.recall("it", 3, low=0, high=9), 99),
        (lambda: share.recall_word("it", "a", ("a", "b")), "z"),
        (lambda: share.recall_words("it", ["a"], ("a", "b")), ["z"]),
    ],
    ids=["number", "word", "words"],
)
def test_a_value_is_set_once_on_a_page(monkeypatch, address, ask, unusable):
    session = Watched()
    monkeypatch.setattr(st, "session_state", session)
    page = SimpleNamespace(page_script_hash="one")
    monkeypatch.setattr(share, "get_script_run_ctx", lambda **_: page)
    for _ in range(3):
        ask()
    assert session.set.count("it") == 1
    page.page_script_hash = "two"
    for _ in range(3):
        ask()
    assert session.set.count("it") == 2
    del session["it"]
    ask()
    assert session.set.count("it") == 3
    session["it"] = unusable
    ask()
    assert session.set[-2:] == ["it", "it"]


@pytest.mark.parametrize("text", ["", "-1", "1.5", "x", "\u00b2", "9" * 19, "9" * 5000])
def test_what_is_no_number_of_an_address_is_none(text):
    assert whole_number(text) is None


def test_whole_numbers_of_an_address():
    assert whole_number("0") == 0
    assert whole_number("9" * 18) == 10**18 - 1
    assert whole_number("007") == 7


@pytest.mark.parametrize(
    "address",
    [
        {"seed": "9" * 20_000},
        {"": "x", "$$ID-1-seed": "2", "a b": "3"},
        {"tab": "One head", "one_head": f"{'9' * 5000}.1", "query": "9" * 5000},
        {"tab": "A and B", "a_model": "m", "a_seed": "9" * 5000, "a_head": "1.1"},
    ],
    ids=["seed", "names", "head", "pin"],
)
def test_no_address_breaks_a_page(address, monkeypatch, tiny_checkpoints):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tiny_checkpoints))
    page = "pages/attention.py" if "tab" in address else "app.py"
    assert not run_page(page, address).exception


@pytest.mark.parametrize("text", ["1e999", "-1e999", "9" * 500])
def test_an_endless_number_is_none(text, monkeypatch, tiny_checkpoints):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tiny_checkpoints))
    names = ("latent_channel", "latent_token", "seed_of_random")
    app = run_page("pages/latents.py", dict.fromkeys(names, text))
    assert not app.exception, app.exception[0].message
    assert [app.number_input(key=name).value for name in names] == [0, 0, 0]
