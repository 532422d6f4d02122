"""Users' text in Markdown and in figures, against an independent renderer."""

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusionviz.views.shared.plain import (
    as_code,
    in_markdown,
    sentence_in_markdown,
)

markdown_it = pytest.importorskip("markdown_it", reason="needs markdown-it-py")

MARKS = ["*1*", "$5$", "[a](b)", "![p](q)", "<b>x</b>", ":red[x]", "`c`", "~~s~~"]
STARTS = ["# h", "1. x", "12) x", "- x", "+ x", "> q", "    code", "***", "---", "==="]
letters = st.text(st.sampled_from(r"ab1 *_`~[]()<>#+-.!|:$&;{}^=\/'\"@"), max_size=20)


def rendered(text: str) -> str:
    """What a reader of CommonMark with tables and strikethrough sees."""
    parser = markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"])
    page = parser.render(text)
    return unescape(re.sub(r"<[^>]*>", "", page)).replace("\u2060", "").strip()


def tags(text: str) -> set[str]:
    parser = markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return set(re.findall(r"<(\w+)", parser.render(text)))


@pytest.mark.parametrize("text", MARKS + STARTS)
def test_marks_are_shown_as_typed(text):
    assert rendered(in_markdown(text)) == text.strip()
    assert tags(in_markdown(text)) <= {"p"}


@settings(max_examples=500, deadline=None)
@given(letters)
def test_any_text_is_shown_as_typed(text):
    assert rendered(in_markdown(text)) == text.strip()
    assert tags(in_markdown(text)) <= {"p"}


@settings(max_examples=200, deadline=None)
@given(letters, st.sampled_from(["**{}**, read", "a {} b", "- {}", "({})"]))
def test_within_a_sentence_too(text, sentence):
    name = f"x{text}x"
    shown = rendered(sentence.format(in_markdown(name)))
    assert shown == sentence.replace("**", "").removeprefix("- ").format(name)


@pytest.mark.parametrize(
    "text",
    [
        ":smile:",
        ":streamlit:",
        "a->b",
        "a<-b",
        "a--b",
        ">=",
        "<=",
        "~=",
        "www.a.b",
        "x@y.z",
        "http://a",
    ],
)
def test_what_streamlit_replaces_is_parted(text):
    """No regular expression of Streamlit's sees the whole any more."""
    marks = r":[\w-]+:|->|<-|--|>=|<=|~=|www\.|@\w|://"
    assert re.search(marks, text)
    assert not re.search(marks, in_markdown(text).replace("\\", ""))


def test_usual_names_stay_as_they_are():
    for name in ("floor.png", "floor (1).png", "depth-map.v2.npz", "Küche 3.jpg"):
        assert in_markdown(name) == name


def test_commands_in_a_sentence_stay_code():
    sentence = "EXR needs a package: run `pip install OpenEXR`, or rename *it*."
    assert "`pip install OpenEXR`" in sentence_in_markdown(sentence)
    assert "code" in tags(sentence_in_markdown(sentence))
    assert "em" not in tags(sentence_in_markdown(sentence))


@settings(max_examples=300, deadline=None)
@given(letters.map(lambda text: f"x{text}") | letters.map(lambda text: f"`{text}"))
def test_code_shows_what_was_typed(text):
    # Spaces at both ends are CommonMark's padding, of which one is taken off.
    text = text.rstrip(" ")
    assert rendered(f"a {as_code(text)} b") == f"a {text} b"
    assert tags(f"a {as_code(text)} b") <= {"p", "code"}
