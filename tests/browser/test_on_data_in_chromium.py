"""A plan on the data by the mouse: patches of both pictures, words and ribbons."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.window import ready
from tests.tiny_models import GRID

pytestmark = pytest.mark.browser

TAB = "/transport?tab=On+the+data"


def points(window: Page, chart: str) -> Locator:
    """The points of a chart, seen or not, in the order in which it was given them."""
    place = window.locator(f".st-key-chart_{chart}")
    expect(place.locator(".main-svg").first).to_be_attached()
    ready(window)
    return place.locator(".scatterlayer .points path")


def click(window: Page, point: Locator) -> None:
    box = point.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    window.mouse.move(x - 2, y)
    window.mouse.move(x, y)
    window.wait_for_timeout(300)
    window.mouse.click(x, y)


def figure(window: Page, alt: str) -> None:
    expect(window.get_by_role("figure", name=re.compile(alt))).to_be_visible()


def test_a_patch_of_either_picture_is_picked_and_the_keyboard_goes_on(open_app):
    window = open_app(TAB)
    figure(window, "^depth row ")
    click(window, points(window, "transport_patch").nth(-(GRID**2) + 6))
    figure(window, "^rgb row 2, column 3 ")
    expect(window).to_have_url(re.compile("d_side=target"))
    click(window, points(window, "transport_patch").nth(-2 * GRID**2 + 9))
    figure(window, "^depth row 3, column 2 ")
    number = window.get_by_role("spinbutton", name="Patch")
    number.fill("5")
    number.press("Enter")
    figure(window, "^depth row 2, column 2 ")
    expect(window).to_have_url(re.compile("d_patch=5"))
    click(window, points(window, "transport_patch").nth(-2 * GRID**2 + 9))
    figure(window, "^depth row 3, column 2 ")


def test_a_word_and_a_ribbon_make_a_word_stand_out(open_app):
    window = open_app(f"{TAB}&data=utterance")
    click(window, points(window, "transport_ribbon").nth(3))
    figure(window, "those of hopeless stand out")
    expect(window).to_have_url(re.compile("d_word=3"))
    click(window, points(window, "transport_ribbon").nth(0))
    figure(window, "those of then stand out")
