"""A plan on the data by the mouse: patches of both pictures, words and ribbons."""

import re

import pytest
from playwright.sync_api import expect

from tests.helpers.browser.window import click, points, see_figure
from tests.helpers.tiny_models import GRID

pytestmark = pytest.mark.browser

TAB = "/transport?tab=On+the+data"


def test_a_patch_of_either_picture_is_picked_and_the_keyboard_goes_on(open_app):
    window = open_app(TAB)
    see_figure(window, "^depth row ")
    click(window, points(window, "transport_patch").nth(-(GRID**2) + 6))
    see_figure(window, "^rgb row 2, column 3 ")
    expect(window).to_have_url(re.compile("d_side=target"))
    click(window, points(window, "transport_patch").nth(-2 * GRID**2 + 9))
    see_figure(window, "^depth row 3, column 2 ")
    number = window.get_by_role("spinbutton", name="Patch")
    number.fill("5")
    number.press("Enter")
    see_figure(window, "^depth row 2, column 2 ")
    expect(window).to_have_url(re.compile("d_patch=5"))
    click(window, points(window, "transport_patch").nth(-2 * GRID**2 + 9))
    see_figure(window, "^depth row 3, column 2 ")


def test_a_word_and_a_ribbon_make_a_word_stand_out(open_app):
    window = open_app(f"{TAB}&data=utterance")
    click(window, points(window, "transport_ribbon").nth(3))
    see_figure(window, "those of hopeless stand out")
    expect(window).to_have_url(re.compile("d_word=3"))
    click(window, points(window, "transport_ribbon").nth(0))
    see_figure(window, "those of then stand out")
