"""The Distributions page by hand: a lasso, a bandwidth, many samples."""

import re

import pytest
from playwright.sync_api import expect

from tests.helpers.browser.window import chart, drag, ready, resting, words

pytestmark = pytest.mark.browser


def test_tokens_that_are_lassoed_come_out_on_the_pictures(open_app):
    window = open_app("/distributions")
    place = chart(window, "distributions_embedding")
    ready(window)
    place.hover()
    place.locator('[data-val="select"]').click()
    area = resting(window, place.locator(".nsewdrag").nth(1))
    drag(
        window,
        (area["x"] + 2, area["y"] + 2),
        (area["x"] + 0.6 * area["width"], area["y"] + area["height"] - 4),
    )
    expect(window).to_have_url(re.compile("e_pick"))
    ready(window)
    picked = words(window, "distributions_picked")
    assert re.search(r"\d+ of depth", picked)
    window.get_by_role("button", name=re.compile("Let go")).click()
    expect(window).not_to_have_url(re.compile("e_pick"))


def test_the_bandwidth_is_moved_by_the_keyboard(open_app):
    window = open_app("/distributions?tab=Distance&data=utterance")
    before = words(window, "distributions_distance")
    window.get_by_role("slider").first.focus()
    for _ in range(4):
        window.keyboard.press("ArrowRight")
    expect(window).to_have_url(re.compile("d_bandwidth="))
    assert words(window, "distributions_distance") != before


def test_many_samples_are_measured_beside_the_page(open_app):
    window = open_app("/distributions?tab=Many+samples&data=utterance&utterance=3")
    ready(window)
    text = window.get_by_role("tabpanel", name="Many samples").inner_text()
    assert "sample" in text
    expect(window.get_by_test_id("stException")).to_have_count(0)
