"""A sentence typed by hand: what is read follows, and the link carries it."""

import re

import pytest
from playwright.sync_api import expect

from tests.helpers.browser.window import chart, ready

pytestmark = pytest.mark.browser


def sentence(window):
    return window.get_by_role("textbox", name="Type a sentence")


@pytest.mark.parametrize("page", ["transport", "distributions", "robustness"])
def test_a_sentence_is_typed_read_and_linked(open_app, page):
    window = open_app(f"/{page}?data=typed")
    expect(window.get_by_text(re.compile(r"^Says [+-]"))).to_be_visible()
    before = window.get_by_text(re.compile(r"^Says [+-]")).inner_text()
    sentence(window).fill("the story was never dull")
    sentence(window).press("Enter")
    expect(window).to_have_url(re.compile(r"sentence=the(\+|%20)story"))
    ready(window)
    expect(window.get_by_text(re.compile(r"^Says [+-]"))).not_to_have_text(before)
    after = window.get_by_text(re.compile(r"^Says [+-]")).inner_text()
    again = open_app("/" + window.url.split("/", 3)[3])
    expect(sentence(again)).to_have_value("the story was never dull")
    expect(again.get_by_text(re.compile(r"^Says [+-]"))).to_have_text(after)


def test_words_name_the_places_of_the_plan(open_app):
    window = open_app("/transport?data=typed&sentence=it+was+hardly+superb")
    place = chart(window, "transport_solvers")
    expect(place.get_by_text("hardly").first).to_be_visible()
    window.get_by_role("link", name="Distributions").click()
    ready(window)
    expect(sentence(window)).to_have_value("it was hardly superb")


def test_a_thousand_words_fit_into_the_link(open_app):
    window = open_app("/transport?data=typed")
    text = " ".join(["this film was not good"] * 200)
    sentence(window).fill(text)
    sentence(window).press("Enter")
    expect(window.get_by_text("Of 1000 words the first 40")).to_be_visible()
    again = open_app("/" + window.url.split("/", 3)[3])
    expect(sentence(again)).to_have_value(text)
