"""Sliders by the keyboard: each press counts, also while the server still works."""

import re

import pytest
from playwright.sync_api import expect

from tests.helpers.browser.slow_server import SlowServer
from tests.helpers.browser.window import ready

pytestmark = pytest.mark.browser

SLIDERS = {
    "ε": ("/transport", "ε of Sinkhorn", r"epsilon=0\.15"),
    "bandwidth": (
        "/distributions?tab=Distance&data=utterance",
        "Bandwidth",
        r"d_bandwidth=2(&|$)",
    ),
    "a latent": ("/latents?tab=Traverse", "direction 1", r"move1=2\.75"),
}
"""By what is moved: an address, the slider's name, and the address three steps on."""


@pytest.mark.parametrize(("path", "name", "address"), SLIDERS.values(), ids=SLIDERS)
def test_a_late_answer_takes_no_press_back(browser, server, path, name, address):
    window = browser.new_page()
    answers = SlowServer(window)
    window.goto(server + path)
    ready(window)
    slider = window.get_by_role("slider", name=re.compile(name))
    slider.focus()
    first, step = (float(slider.get_attribute(word)) for word in ("value", "step"))
    answers.hold()
    window.keyboard.press("ArrowRight")
    answers.wait_for_runs(1)
    window.keyboard.press("ArrowRight")
    answers.release_run()
    answers.wait_for_runs(1)
    expect(slider).to_have_value(f"{first + 2 * step:g}")
    expect(slider).to_be_focused()
    window.keyboard.press("ArrowRight")
    answers.release()
    expect(window).to_have_url(re.compile(address))
    ready(window)
    expect(slider).to_have_value(f"{first + 3 * step:g}")
    window.close()


def test_a_player_in_a_chart_is_reached_and_moved(open_app):
    window = open_app("/latents?tab=Flow+film")
    chart = window.locator(".stPlotlyChart:has(.slider-group)").first
    slider = chart.get_by_role("slider", name="Frame")
    expect(slider).to_have_attribute("aria-valuenow", "0")
    play = chart.get_by_role("button", name="Play")
    play.focus()
    window.keyboard.press("Tab")
    expect(chart.get_by_role("button", name="Pause")).to_be_focused()
    slider.focus()
    first = chart.locator(".slider-label").first.text_content() or ""
    window.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuenow", "1")
    expect(chart.locator(".slider-label").first).not_to_have_text(first)
    window.keyboard.press("End")
    last = slider.get_attribute("aria-valuemax")
    expect(slider).to_have_attribute("aria-valuenow", last)
    window.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuenow", "0")


BOXES = {
    "a list": '.stSelectbox [role="group"]',
    "a number": '[data-testid="stNumberInputContainer"]',
}


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES)
def test_what_has_the_keyboard_has_a_whole_ring(open_app, box):
    window = open_app("/latents")
    around = window.get_by_test_id("stSidebar").locator(box).filter(visible=True).first
    field = around.locator("input").first
    field.focus()
    window.keyboard.press("Shift")  # the keyboard is in use, so the ring is shown
    expect(around).to_have_css("outline-style", "solid")
    expect(field).to_have_css("outline-style", "none")
