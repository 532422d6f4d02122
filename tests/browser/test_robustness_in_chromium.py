"""Modalities are switched and spoiled by hand, and the address follows."""

import re

import pytest
from playwright.sync_api import expect

from tests.helpers.browser.window import chart, ready, see_figure

pytestmark = pytest.mark.browser


def choose(window, label, option):
    """Choose from a list as a hand does: open it, and press what it offers."""
    ready(window)
    window.get_by_role("combobox", name=label).click()
    window.get_by_role("option", name=option, exact=True).click()


def test_a_fault_and_its_severity_by_hand(open_app):
    window = open_app("/robustness")
    see_figure(window, "^no depth: AlignMamba")
    choose(window, "depth", "present")
    expect(window.get_by_text("Nothing is wrong")).to_be_visible()
    choose(window, "RGB", "darkness")
    see_figure(window, "^rgb: darkness, severity 3: ")
    slider = window.get_by_role("slider", name="severity")
    slider.focus()
    slider.press("ArrowRight")
    see_figure(window, "^rgb: darkness, severity 4: ")
    expect(window).to_have_url(re.compile("severity_rgb=4"))
    expect(window).to_have_url(re.compile("fail_depth=present"))


def test_the_main_picture_is_above_the_fold(open_app):
    window = open_app("/robustness")
    see_figure(window, "^no depth: AlignMamba")
    box = chart(window, "robustness_sample").bounding_box()
    assert box["y"] < 330
    assert box["y"] + box["height"] < 900


def test_tabs_lead_to_the_data_and_say_what_to_do(open_app):
    window = open_app("/robustness")
    see_figure(window, "^no depth: AlignMamba")
    window.get_by_role("tab", name="On the data").click()
    expect(window.get_by_text("test set of this checkpoint")).to_be_visible()
    expect(window).to_have_url(re.compile(r"tab=On\+the\+data"))
