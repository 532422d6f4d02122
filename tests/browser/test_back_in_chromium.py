"""The browser's back and forward buttons, on one page and between pages."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_inputs_in_chromium import made_pair, upload
from tests.helpers.browser.window import ready, room_number

pytestmark = pytest.mark.browser


def type_room(window: Page, seed: int) -> None:
    field = room_number(window)
    field.fill(str(seed))
    field.press("Enter")
    expect(window).to_have_url(re.compile(rf"[?&]seed={seed}(&|$)"))
    ready(window)


def expect_room(window: Page, seed: int) -> None:
    expect(room_number(window)).to_have_value(str(seed))
    expect(window.get_by_test_id("stMain")).to_contain_text(f"Room {seed}")
    ready(window)


def test_back_shows_the_rooms_that_were_shown_before(open_app):
    window = open_app("/inputs?seed=3")
    for seed in (5, 9):
        type_room(window, seed)
    for seed in (5, 3):
        window.go_back()
        expect_room(window, seed)
        expect(window).to_have_url(re.compile(rf"seed={seed}$"))
    window.go_forward()
    expect_room(window, 5)


def test_back_leads_to_the_page_and_the_room_before(open_app):
    window = open_app("/inputs?seed=5")
    links = window.get_by_test_id("stSidebar")
    links.get_by_role("link", name="Transport").click()
    expect(window).to_have_url(re.compile(r"/transport\?seed=5$"))
    ready(window)
    type_room(window, 7)
    window.go_back()
    expect_room(window, 5)
    while "/transport" in window.url:
        window.go_back()
        window.wait_for_timeout(300)
        ready(window)
    expect(window).to_have_url(re.compile(r"/inputs\?seed=5$"))
    expect_room(window, 5)


def test_back_opens_the_tab_and_the_words_that_the_address_says(open_app):
    window = open_app("/inputs?seed=3")
    window.get_by_role("tab", name="Transport").click()
    expect(window).to_have_url(re.compile("tab=Transport"))
    ready(window)
    window.get_by_role("tab", name="Attention").click()
    expect(window).to_have_url(re.compile("tab=Attention"))
    ready(window)
    for tab in ("Transport", "Segmentation"):
        window.go_back()
        expect(window.get_by_role("tab", name=tab)).to_have_attribute(
            "aria-selected", "true"
        )
        ready(window)


def test_back_from_files_shows_the_room_and_forward_the_files(open_app):
    window = open_app("/inputs?seed=3")
    rgb, depth = made_pair()
    upload(window, rgb, depth)
    expect(window).to_have_url(re.compile("depth_file="))
    for _ in range(4):
        if "seed=3" in window.url:
            break
        window.go_back()
        window.wait_for_timeout(500)
        ready(window)
    expect_room(window, 3)
    assert "file=" not in window.url
    while "depth_file=" not in window.url:
        window.go_forward()
        window.wait_for_timeout(500)
        ready(window)
    expect(window.get_by_test_id("stMain")).to_contain_text("floor.png")
